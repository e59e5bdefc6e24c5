"""Who calls what in production code: a function that only tests call is a rule that nobody keeps."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

PRODUCTION = ("activities", "api", "config", "db", "domain", "gateways", "policy", "worker", "workflows")
Modules = Mapping[str, ast.Module]


def production(root: Path) -> dict[str, ast.Module]:
    """Return the modules of the product by their path; the local stack and the tests are none of it."""
    paths = sorted(path for room in PRODUCTION for path in (root / room).rglob("*.py"))
    return {path.relative_to(root).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def uncalled(places: Iterable[tuple[str, str]], modules: Modules) -> list[str]:
    """Return which of the functions and classes, named by path and name, nothing in these modules uses."""
    return [f"{path}:{name}" for path, name in places if not _is_used(path, name, modules)]


def _is_used(path: str, name: str, modules: Modules) -> bool:
    _, _, method = name.rpartition(".")
    if method != name:  # of a class, behind a port as a rule: whoever calls a method of that name
        return any(isinstance(node, ast.Attribute) and node.attr == method for node in _nodes(modules.values()))
    return any(name in _names(tree, path, other, name) for other, tree in modules.items())


def _names(tree: ast.Module, path: str, other: str, name: str) -> Iterator[str]:
    """Return the names of the module at `path` that the other one uses; its own module, outside of the definition."""
    if other == path:
        outside = [node for node in tree.body if getattr(node, "name", None) != name]
        return (node.id for node in _nodes(outside) if isinstance(node, ast.Name))
    return _imported(tree, path.removesuffix(".py").replace("/", "."))


def _imported(tree: ast.Module, module: str) -> Iterator[str]:
    package, _, last = module.rpartition(".")
    imports = [node for node in _nodes([tree]) if isinstance(node, ast.ImportFrom)]
    yield from (one.name for node in imports if node.module == module for one in node.names)
    known_as = {
        one.asname or one.name for node in imports if node.module == package for one in node.names if one.name == last
    }
    for node in _nodes([tree]):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known_as:
            yield node.attr


def _nodes(trees: Iterable[ast.AST]) -> Iterator[ast.AST]:
    return (node for tree in trees for node in ast.walk(tree))
