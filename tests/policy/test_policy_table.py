"""docs/POLICY.md is true: each rule's functions exist, name it and are called, and so do its tests."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.callers import DEFINITIONS, FUNCTIONS, definitions, production, uncalled, uses_in

ROOT = Path(__file__).parents[2]
RULES = [f"R{number}" for number in (*range(1, 40), 41)]
QUOTED = re.compile(r"`([^`]+)`")


def rows():
    lines = (ROOT / "docs" / "POLICY.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| R\d+ \|", line)]
    return {rule: (QUOTED.findall(code), QUOTED.findall(lets), QUOTED.findall(no)) for rule, _, code, lets, no in cells}


def docstring_of(place):
    path, _, qualified = place.partition(":")
    node = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for name in qualified.split("."):
        node = next((one for one in node.body if isinstance(one, DEFINITIONS) and one.name == name), None)
        assert node is not None, f"docs/POLICY.md names {place}, which is not there"
    return ast.get_docstring(node) or ""


def functions_of_tests():
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (node.name for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


ROWS = rows()
MODULES = production(ROOT)
USES = uses_in(MODULES)
TESTS = {name for name in functions_of_tests() if name.startswith("test_")}


def names_rule(test, rule):
    return re.search(rf"_{rule.lower()}_", test) is not None


def test_the_table_has_every_rule_once_and_in_order():
    assert list(ROWS) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_the_code_of_a_rule_exists_and_names_it(rule):
    places, _, _ = ROWS[rule]
    assert places
    for place in places:
        assert re.search(rf"\b{rule}\b", docstring_of(place)), f"the docstring of {place} does not name {rule}"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_test_where_it_lets_through_and_one_where_it_refuses(rule):
    _, letting_through, refusing = ROWS[rule]
    assert letting_through
    assert refusing
    assert not set(letting_through) & set(refusing)
    for test in (*letting_through, *refusing):
        assert test in TESTS, f"docs/POLICY.md names {test}, which is not there"
        assert names_rule(test, rule)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_stands_in_the_names_of_two_tests_at_least(rule):
    assert len([test for test in TESTS if names_rule(test, rule)]) >= 2


@pytest.mark.parametrize("rule", RULES)
def test_the_code_of_a_rule_has_a_caller_in_production(rule):
    places, _, _ = ROWS[rule]
    assert uncalled(tuple(place.split(":") for place in places), USES) == []


def test_every_public_function_of_the_policy_has_a_caller_in_production():
    policy = {path: tree for path, tree in MODULES.items() if path.startswith("policy/")}
    public = [(path, name) for path, name, _ in definitions(policy) if not re.search(r"(^|\.)_", name)]
    assert len(public) > 60
    assert uncalled(public, USES) == []


def test_every_field_of_a_policy_version_is_explained():
    explained = set(QUOTED.findall((ROOT / "docs" / "POLICY.md").read_text(encoding="utf-8")))
    tree = ast.parse((ROOT / "domain" / "policy_document.py").read_text(encoding="utf-8"))
    annotated = [node.target for node in ast.walk(tree) if isinstance(node, ast.AnnAssign)]
    fields = [target.id for target in annotated if isinstance(target, ast.Name)]
    named = {name.rpartition(".")[2] for name in explained}
    assert set(fields) - named - {"windows", "postage"} == set()
