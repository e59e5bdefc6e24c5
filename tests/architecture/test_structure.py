"""The tree stays readable: small rooms, one name for one thing, one list of search attributes."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from config.temporal import SEARCH_ATTRIBUTES
from tests.support.samples import CASE
from workflows.refund.ui_details import search_attributes

ROOT = Path(__file__).parents[2]
CODE = [
    "domain",
    "policy",
    "workflows",
    "activities",
    "gateways",
    "db",
    "api",
    "worker",
    "config",
    "local",
    "benchmarks",
]
ROOMS = [*CODE, "web", "deploy", "docs"]
FILES_AT_MOST = 14
MAY_GROW = ("db/migrations/versions", "db/tables", "policy/versions", "vendor", "fonts", "icons")
OLD_DATA = {Path(__file__), ROOT / "tests/db/test_data_kept.py", ROOT / "tests/db/test_migrations.py"}
READ = {".py", ".md", ".js", ".html", ".toml", ".yml", ".sh"}

# Words of the first edition, each with the word that took its place.
FORBIDDEN = {
    r"Standing": "CaseStatus",
    r"SeenRefund": "GatewayRefundRecord",
    r"RefundNews": "RefundUpdate",
    r"DisputeNews": "DisputeUpdate",
    r"Withheld|withheld": "HoldReason, hold_reason",
    r"asked_after": "refund_checks",
    r"both_books": "reconciliation/compare",
    r"taking_up|take_up|may_take_up": "case_reopening, is_reopened_by",
    r"as_it_stands": "merge_gateway_state",
    r"Happened": "TimelineEvent",
    r"mailbox|Mailbox": "inbox",
    r"Letter": "InboundMessage",
    r"correspondence": "message_handler",
    r"casefile|Casefile|CaseFile": "case_state",
    r"Casework|casework": "cases, CaseActivities",
    r"\w+Desk|Desks": "...Activities",
    r"CaseLinePort|TemporalCaseLine": "CaseNotifier",
    r"Purse": "RefundableBalance, PaymentAccount",
    r"PayoutIndex": "PayoutLookup",
    r"PolicyShelf|policy_shelf": "PolicyRepository",
    r"StockTold": "StockResult",
    r"shop_stock": "stock_webhook",
    r"temporal_history": "signal_history",
    r"AddOrLeave": "InsertIgnore",
    r"AddOrReplace": "Upsert",
    r"scan_answers": "apply_scan",
    r"held_cases\.py": "chargeback_holds",
    r"Wired": "ServicesDep",
    r"CaseNumber": "CaseIdPath",
    r"Overseer|Decider": "AuditorOrFinance",
    r"worker/case_line": "case_notifier",
    r"tether": "exec_with_parent_death",
    r"blueprint|Blueprint": "stack_config, StackConfig",
    r"wedge\.js|keyboard wedge": "keyboard_scanner",
    r"counting_house|CountingHouse": "books_fixture, BooksFixture",
    r"premises": "open_shop, environment",
    r"test_f\d+_\w+": "test_fault_N_...",
    r"\w+_news|news_\w+|onNews": "update, answer, event",
    r"is_asked_after|ask_after": "needs_check, request_check",
    r"unlooked": "findings_not_rechecked",
    r"[Ss]eals?|seal_books|ledger_seals": "a complete transaction, ledger_balance",
    r"receipt_evidence": "proves_receipt",
    r"or_leave|apply_or_leave": "apply_or_park",
    r"lay_\w+": "prepare_..., migrate_..., create_...",
}


@cache
def lines_to_read() -> list[tuple[str, str]]:
    """Return every line that people read, each with its place."""
    folders = [ROOT / one for one in [*ROOMS, "tests"]]
    files = [one for folder in folders for one in folder.rglob("*") if one.suffix in READ and one.is_file()]
    files = [
        one for one in files if not ({"vendor", "versions", "__pycache__"} & set(one.parts)) and one not in OLD_DATA
    ]
    return [
        (f"{one.relative_to(ROOT)}:{number}", line)
        for one in files
        for number, line in enumerate(one.read_text().splitlines(), start=1)
    ]


def size_of_folders() -> Counter[str]:
    files = [
        one for room in ROOMS for one in (ROOT / room).rglob("*") if one.is_file() and "__pycache__" not in one.parts
    ]
    return Counter(str(one.parent.relative_to(ROOT)) for one in files)


def test_no_folder_of_the_product_holds_more_files_than_a_reader_can_hold():
    sizes = {folder: size for folder, size in size_of_folders().items() if not any(one in folder for one in MAY_GROW)}
    assert {folder: size for folder, size in sizes.items() if size > FILES_AT_MOST} == {}


@pytest.mark.parametrize(("word", "instead"), FORBIDDEN.items(), ids=FORBIDDEN.values())
def test_the_old_words_are_not_used_again(word, instead):
    in_line = re.compile(rf"(?<!\w)(?:{word})(?!\w)")
    in_name = re.compile(rf"(?<![^\W_])(?:{word})(?![^\W_])")  # here an underscore ends a word
    found = [place for place, line in lines_to_read() if in_line.search(line) or in_name.search(place)]
    assert not found, f"say {instead}: {found[:10]}"


def test_no_package_imports_itself_in_a_circle():
    """No module imports one that imports it in turn, directly or over others, within the product."""
    imports = {name: imported_by(path) for name, path in modules().items()}
    assert [name for name in imports if name in reachable(imports, name)] == []


@cache
def modules() -> dict[str, Path]:
    paths = [one for room in CODE for one in (ROOT / room).rglob("*.py") if "versions" not in one.parts]
    return {".".join(one.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): one for one in paths}


def imported_by(path: Path) -> set[str]:
    known = modules()
    nodes = [one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.ImportFrom) and one.module]
    named = {f"{one.module}.{alias.name}" for one in nodes for alias in one.names}
    return {name if name in known else name.rpartition(".")[0] for name in named} & known.keys()


def reachable(imports: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [*imports[start]]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += imports[name]
    return seen


def test_a_case_is_found_by_every_search_attribute_that_is_registered():
    assert search_attributes(CASE).keys() == SEARCH_ATTRIBUTES.keys()
