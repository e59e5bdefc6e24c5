"""The tests stay readable too: no test borrows from another one, each of them asserts something, no file grows long."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES_BELOW = 300
SAYS_SO = ("assert_", "check", "expect", "until", "wait", "await_")
"""What the name of a helper begins with that fails when something is not so, or does not come to be so."""
FAILING = {"raises", "warns", "fail", "does_not_raise"}
OF_THE_SDK = {"tests.replay.payloads", "tests.replay.stored_types"}
"""They read Temporal's own definitions of workflows and activities, which have no public name."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, ast.Module]:
    """Return every module of the tests by its name."""
    paths = (ROOT / "tests").rglob("*.py")
    return {".".join(one.relative_to(ROOT).with_suffix("").parts): ast.parse(one.read_text()) for one in paths}


def is_test(module: str) -> bool:
    return module.rpartition(".")[2].startswith("test_")


def imported_by(module: str) -> Iterator[tuple[str, str]]:
    """Return what the module imports from others: their names, and the name it asks of each."""
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def test_no_test_imports_from_another_test_or_from_a_conftest():
    """What two tests share has a module of its own, with a name."""
    borrowed = [
        f"{module} imports {source}.{name}"
        for module in modules()
        for source, name in imported_by(module)
        if is_private_to_pytest(source) or is_private_to_pytest(f"{source}.{name}")
        if not module.endswith(".conftest")  # a folder may stand on the fixtures of another one
    ]
    assert borrowed == []


def is_private_to_pytest(module: str) -> bool:
    return module.startswith("tests.") and (is_test(module) or module.endswith(".conftest")) and module in modules()


def test_no_test_imports_a_private_name():
    private = [
        f"{module} imports {source}.{name}"
        for module in modules()
        if module not in OF_THE_SDK
        for source, name in imported_by(module)
        if any(is_private(part) for part in [*source.split("."), name])
    ]
    assert private == []


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_no_file_of_the_tests_grows_long():
    sizes = {one: len(one.read_text().splitlines()) for one in (ROOT / "tests").rglob("*.py")}
    assert [str(one) for one, size in sizes.items() if size >= LINES_BELOW] == []


def test_every_test_asserts_something():
    silent = [
        f"{module}.{test.name}"
        for module in modules()
        if is_test(module)
        for test in functions(modules()[module])
        if test.name.startswith("test_") and not asserts(module, test)
    ]
    assert silent == []


def test_a_test_that_asserts_nothing_is_found():
    for source, is_loud in {"assert x": True, "with does_not_raise(): x()": True, "case.ended()": False}.items():
        [function] = functions(ast.parse(f"def test_x():\n    {source}"))
        assert asserts(__name__, function) is is_loud


def functions(tree: ast.AST) -> list[Function]:
    return [one for one in ast.walk(tree) if isinstance(one, Function)]


def asserts(module: str, function: Function) -> bool:
    """Say whether the function asserts by itself, or calls a function of the tests that does."""
    nodes = list(ast.walk(function))
    calls = [name_of(one.func) for one in nodes if isinstance(one, ast.Call)]
    return (
        any(isinstance(one, ast.Assert) for one in nodes)
        or any(one in FAILING or one.startswith(SAYS_SO) for one in calls)
        or any(asserts(*helper) for helper in helpers(module, calls) if helper[1] is not function)
    )


def name_of(called: ast.expr) -> str:
    return getattr(called, "attr", None) or getattr(called, "id", "")


def helpers(module: str, names: Iterable[str]) -> Iterator[tuple[str, Function]]:
    """Return the functions of these names that the module has itself, or imports from another one of the tests."""
    homes = {name: source for source, name in imported_by(module) if source in modules()}
    for name in names:
        home = homes.get(name, module)
        yield from ((home, one) for one in modules()[home].body if isinstance(one, Function) and one.name == name)
