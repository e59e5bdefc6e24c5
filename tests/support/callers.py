"""Who uses what in production code: a function that only tests call is a rule that nobody keeps."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PRODUCTION = ("activities", "api", "config", "db", "domain", "gateways", "policy", "worker", "workflows")
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
DEFINITIONS = FUNCTIONS | ast.ClassDef
Modules = Mapping[str, ast.Module]
Place = tuple[str, str]
"""The path of a module, and the name of a definition in it: empty for what stands outside of all of them."""


@dataclass
class Uses:
    """What modules use, each with the definitions that use it; built in one pass over all of them."""

    names: dict[tuple[str, str], set[Place]] = field(default_factory=lambda: defaultdict(set))
    """By path and name: names that are read in the module itself, or taken from it by others."""
    attributes: dict[str, set[Place]] = field(default_factory=lambda: defaultdict(set))


def production(root: Path, rooms: Iterable[str] = PRODUCTION) -> dict[str, ast.Module]:
    """Return the modules of the product by their path; by itself without local stack and benchmarks."""
    paths = sorted(path for room in rooms for path in (root / room).rglob("*.py"))
    return {path.relative_to(root).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def definitions(modules: Modules) -> Iterator[tuple[str, str, ast.AST]]:
    """Return every function, class and method that the modules define: path, name, and its syntax."""
    for path, tree in modules.items():
        for node in tree.body:
            if isinstance(node, DEFINITIONS):
                yield path, node.name, node
            if isinstance(node, ast.ClassDef):
                yield from ((path, f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, FUNCTIONS))


def uses_in(modules: Modules) -> Uses:
    """Return everything that the modules use."""
    uses, imported = Uses(), {path: dict(_imports(tree, modules)) for path, tree in modules.items()}
    for path, tree in modules.items():
        taken = {name: _origin(place, imported) for name, place in imported[path].items()}
        for owner, node in _owned(tree):
            _note(uses, (path, owner), node, taken)
    return uses


def uncalled(places: Iterable[tuple[str, str]], uses: Uses) -> list[str]:
    """Return which of the functions, classes and methods, named by path and name, nothing uses except itself."""
    return [f"{path}:{name}" for path, name in places if not _is_used(path, name, uses)]


def _is_used(path: str, name: str, uses: Uses) -> bool:
    _, _, method = name.rpartition(".")
    if method != name:  # of a class, behind a port as a rule: whoever calls a method of that name
        return bool(uses.attributes.get(method, set()) - {(path, name)})
    return any(other != path or owner.partition(".")[0] != name for other, owner in uses.names.get((path, name), ()))


def _note(uses: Uses, owner: Place, node: ast.AST, taken: Mapping[str, Place]) -> None:
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            uses.names[taken.get(name, (owner[0], name))].add(owner)
        case ast.Attribute(value=ast.Name(id=module), attr=name) if module in taken:
            uses.attributes[name].add(owner)
            uses.names[_path_of("/".join(taken[module])), name].add(owner)
        case ast.Attribute(attr=name):
            uses.attributes[name].add(owner)
        case _:
            pass


def _imports(tree: ast.Module, modules: Modules) -> Iterator[tuple[str, Place]]:
    """Return what the module imports from others: the name that it has here, and where it comes from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            package = node.module.replace(".", "/")
            path = f"{package}/__init__.py" if f"{package}/__init__.py" in modules else f"{package}.py"
            yield from ((one.asname or one.name, (path, one.name)) for one in node.names)


def _origin(place: Place, imported: Mapping[str, Mapping[str, Place]]) -> Place:
    """Return where a name is defined that a package passes on."""
    path, name = place
    return _origin(imported[path][name], imported) if name in imported.get(path, ()) else place


def _path_of(module: str) -> str:
    return f"{module.replace('/__init__.py', '').replace('.py', '')}.py"


def _owned(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Return every node with the function, class or method that it stands in."""
    for statement in tree.body:
        yield from _of(statement, "")


def _of(statement: ast.AST, within: str) -> Iterator[tuple[str, ast.AST]]:
    owner = f"{within}.{statement.name}".strip(".") if isinstance(statement, DEFINITIONS) else within
    if not isinstance(statement, ast.ClassDef):
        yield from ((owner, node) for node in ast.walk(statement))
        return
    for part in ast.iter_child_nodes(statement):
        yield from _of(part, owner)
