"""`make reconcile`: compares the running system's books with the gateways' once and shows the differences.

It exits with 0 if no finding is open, with 3 if some are, and with 1 and one line if no system is running.
`python -m local.reconcile FOLDER` uses the system that `make dev` keeps in another folder.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from config.settings import Settings, load
from config.temporal import connect, let_sdk_rest
from db.core.engine import Database
from db.reconciliation.findings import Findings
from domain.errors import DatabaseUnavailableError
from domain.findings import Finding
from domain.money import Money
from local.dev import lasting_config
from local.stack.process import ROOT
from workflows.options import TASK_QUEUE
from workflows.reconciliation import Reconciled, ReconciliationAsked, ReconciliationWorkflow

OPEN_FINDINGS_EXIT_CODE = 3
PATIENCE_SECONDS = 600
SHOWN_AT_MOST = 200
_ID = "reconciliation/by-hand"


def main(arguments: list[str]) -> int:
    """Reconcile and show the findings; return the exit code."""
    folder = Path(*arguments[:1] or [ROOT / ".local"]).resolve()
    if not folder.exists():
        raise SystemExit(f"Nothing is running: `make dev` has never run in {folder}. Start it, then try again.")
    os.environ.update(lasting_config(folder).settings_env())
    settings = load()
    console = Console()
    with console.status("comparing the gateways' books with ours"):
        done = asyncio.run(_reconcile(settings))
    findings = _open_findings(settings)
    console.print(_summary(done))
    if findings:
        console.print(_table(findings))
    console.print(f"{len(findings)} open. Close one with POST /v1/findings/{{finding_id}}/close." if findings else "")
    return OPEN_FINDINGS_EXIT_CODE if findings else 0


async def _reconcile(settings: Settings) -> Reconciled:
    """Run the workflow, or wait for one that is running; if that fails, SystemExit says why in one line."""
    client = await connect(settings)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _run(client)
    except TimeoutError:
        raise SystemExit(
            f"No answer within {PATIENCE_SECONDS} s: is a worker running? See {_ID} in Temporal."
        ) from None
    except WorkflowFailureError as error:
        raise SystemExit(f"Nothing could be compared: {_root_of(error)}. See {_ID} in the Temporal UI.") from None
    except RPCError as error:
        raise SystemExit(f"Temporal refused: {error.message}. Is `make dev` running?") from None
    finally:
        await let_sdk_rest()


async def _run(client: Client) -> Reconciled:
    return await client.execute_workflow(
        ReconciliationWorkflow.run,
        ReconciliationAsked(),
        id=_ID,
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="asked for by make reconcile",
    )


def _open_findings(settings: Settings) -> list[Finding]:
    database = Database(settings.database_url)
    try:
        return Findings(database).page(limit=SHOWN_AT_MOST)
    except DatabaseUnavailableError as error:
        raise SystemExit(f"The findings cannot be read: {error.message}.") from None
    finally:
        database.close()


def _summary(done: Reconciled) -> str:
    notified = f"; {done.notified} cases were told to check their refunds" if done.notified else ""
    return f"{done.refunds} refunds of the gateways were compared with {done.payouts} payouts{notified}."


def _table(findings: Sequence[Finding]) -> Table:
    table = Table("finding", "amount", "case", "what to do", show_lines=True)
    for one in findings:
        table.add_row(one.finding_id, _amount(one.amount), one.case_id or "", one.message)
    return table


def _amount(amount: Money | None) -> str:
    return f"{amount.minor} {amount.currency}" if amount else ""


def _root_of(error: BaseException) -> str:
    return _root_of(error.__cause__) if error.__cause__ else " ".join(str(error).split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
