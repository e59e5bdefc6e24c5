"""Nothing in the product is there for tests only: each function, class and method is used by the product itself."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.callers import DEFINITIONS, PRODUCTION, Modules, definitions, production, uncalled, uses_in

ROOT = Path(__file__).parents[2]
ROOMS = (*PRODUCTION, "local", "benchmarks")
NO_REGISTRATION = {"property", "staticmethod", "classmethod", "cache", "cached_property", "contextmanager", "dataclass"}
"""Decorators that change a definition; any other hands it to somebody who calls it, as a route or a validator."""
BY_NAME = {"aclose": "contextlib.aclosing"}
"""Methods that a library calls by their name alone."""


def dead(modules: Modules) -> list[str]:
    """Return what the modules define and nothing in them uses, as path and name."""
    places = [(path, name) for path, name, node in definitions(modules) if not _is_called_from_outside(path, node)]
    return uncalled(places, uses_in(modules))


def _is_called_from_outside(path: str, node: ast.AST) -> bool:
    assert isinstance(node, DEFINITIONS)
    is_dunder = node.name.startswith("__")
    is_registered = any(_name_of(one) not in NO_REGISTRATION for one in node.decorator_list)
    return is_dunder or is_registered or node.name in BY_NAME or "migrations" in path


def _name_of(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(called)


def _overrides(place: str) -> bool:
    """Return whether a method takes the place of one of a base class, which calls it."""
    path, _, qualified = place.partition(":")
    owner, _, method = qualified.rpartition(".")
    kind = getattr(import_module(path.removesuffix(".py").replace("/", ".")), owner, object)
    return any(hasattr(base, method) for base in kind.__mro__[1:])


def test_every_function_class_and_method_is_used_by_the_product_itself() -> None:
    assert [place for place in dead(production(ROOT, ROOMS)) if not _overrides(place)] == []


def modules_of(**sources: str) -> Iterator[tuple[str, ast.Module]]:
    return ((f"policy/{name}.py", ast.parse(source)) for name, source in sources.items())


@pytest.mark.parametrize(
    ("sources", "left"),
    [
        pytest.param({"a": "def one():\n    one()"}, ["policy/a.py:one"], id="a function that only calls itself"),
        pytest.param({"a": "def one(): ...\ndef two():\n    one()\ntwo()"}, [], id="a chain that starts at the module"),
        pytest.param(
            {"a": "def one(): ...", "b": "from policy.a import one"}, ["policy/a.py:one"], id="imported and not used"
        ),
        pytest.param({"a": "def one(): ...", "b": "from policy.a import one as uno\nuno()"}, [], id="another name"),
        pytest.param({"a": "def one(): ...", "b": "from policy import a\na.one()"}, [], id="by its module"),
        pytest.param(
            {"a": "def one(): ...", "b": "def one(): ...\none()"}, ["policy/a.py:one"], id="of the same name elsewhere"
        ),
        pytest.param({"a": "class A:\n    def one(self): ...\nA()"}, ["policy/a.py:A.one"], id="a method"),
        pytest.param(
            {"a": "class A:\n    def one(self):\n        self.one()\nA()"}, ["policy/a.py:A.one"], id="its own caller"
        ),
        pytest.param({"a": "class A:\n    def one(self): ...\nA().one()"}, [], id="a method that is called"),
        pytest.param({"a": "@router.get('/')\ndef one(): ..."}, [], id="a route"),
        pytest.param(
            {"a": "class A:\n    @property\n    def one(self): ...\nA()"}, ["policy/a.py:A.one"], id="property"
        ),
    ],
)
def test_what_is_used_is_told_from_what_is_not(sources: dict[str, str], left: list[str]) -> None:
    assert dead(dict(modules_of(**sources))) == left


def test_what_a_package_passes_on_is_used_where_it_comes_from() -> None:
    passed_on = {
        "db/tables/__init__.py": ast.parse("from db.tables.base import Row"),
        "db/tables/base.py": ast.parse("class Row: ..."),
        "db/cases.py": ast.parse("from db.tables import Row\nRow()"),
    }
    assert dead(passed_on) == []
