"""Every constant of the policy version is changed in each sensible way; each change must break an example."""

import copy
import json

import pytest

from domain.policy_document import PolicyDocument
from tests.policy import vectors
from tests.policy.facts import POLICY, VERSIONS

DOCUMENT = json.loads((VERSIONS / "2025-01-01.json").read_text())
TABLES = ("waive_return_up_to", "rejection_texts", "return_cap", "return_review")
CHOICES = {
    ("special_goods",): ["audit_sellers_fault"],
    ("country",): ["US", "TW"],
    ("timezone",): ["UTC", "Asia/Tokyo"],
    ("in_force_from",): ["2024-12-31", "2025-01-02"],
}
ADDITIONS = {
    ("evidence_mandatory_for",): "personal",
    ("postage", "refund_outbound_for"): "personal",
    ("postage", "reimburse_return_for"): "personal",
    ("windows", "information_reminders"): 7,
    ("windows", "ship_by_reminders"): 7,
    ("return_address",): "one line more",
    ("auto_approve_personal_up_to",): ("USD", 1),
    ("waive_return_up_to",): ("GBP", 1),
}


def leaves(node, path=()):
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield (*path, key), value
        yield from leaves(value, (*path, key))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def changed(path, value):
    document = copy.deepcopy(DOCUMENT)
    at(document, path[:-1])[path[-1]] = value
    return document


def dropped(path):
    document = copy.deepcopy(DOCUMENT)
    del at(document, path[:-1])[path[-1]]
    return document


def extended(path, addition):
    container = at(DOCUMENT, path)
    return changed(path, {**container, **dict([addition])} if isinstance(container, dict) else [*container, addition])


def numbers():
    return [(path, value) for path, value in leaves(DOCUMENT) if isinstance(value, int)]


def mutants():
    yield from counted_differently()
    yield from left_out()
    for path, others in CHOICES.items():
        yield from ((path, other, changed(path, other)) for other in others)
    for path, addition in ADDITIONS.items():
        yield path, f"and {addition}", extended(path, addition)


def counted_differently():
    for path, value in numbers():
        yield path, value - 1, changed(path, value - 1)
        yield path, value + 1, changed(path, value + 1)


def left_out():
    for path, _ in leaves(DOCUMENT):
        if isinstance(path[-1], int) or (len(path) > 1 and path[-2] in TABLES):
            yield path, "dropped", dropped(path)


MUTANTS = {f"{'.'.join(map(str, path))}: {change}": document for path, change, document in mutants()}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_changed_constant_breaks_an_example(name, tmp_path):
    changed_policy = PolicyDocument.model_validate_json(json.dumps(MUTANTS[name]))
    older = {**DOCUMENT, "version": "2024-01-01", "in_force_from": "2024-01-01"}
    (tmp_path / "2024-01-01.json").write_text(json.dumps(older))
    (tmp_path / "2025-01-01.json").write_text(json.dumps(MUTANTS[name]))
    assert vectors.broken(changed_policy) or not vectors.in_force_vectors_hold(tmp_path)


def test_the_unchanged_policy_breaks_none():
    assert vectors.broken(POLICY) == []


def test_no_constant_of_the_policy_is_left_out():
    mutated = {name.partition(":")[0] for name in MUTANTS}
    untouched = {".".join(map(str, path)) for path, value in leaves(DOCUMENT) if not isinstance(value, dict | list)}
    assert untouched - mutated == {"version"}
