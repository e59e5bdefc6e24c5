"""The commands that each branch of the process gives to Temporal, in their order, as committed in commands.json.

Replay stops a change that breaks the cases of a release. This stops one that no release has met yet: whoever changes
what the process does, and in which order, sees it here before the first case does.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COMMITTED = Path(__file__).with_name("commands.json")
DEPENDS_ON_THE_DAY = frozenset({"local activity compute_deadlines", "activity check_payout"})
HOW_TO_GO_ON = (
    "A running case would not replay such a change. Gate it with workflow.patched, raise the version in pyproject.toml "
    "and record again: docs/DEPLOYING.md, Changing the process."
)


def commands(history: str) -> list[str]:
    """Return what the workflow told Temporal to do, a word or two each.

    What depends on the day of the test (timers, deadlines computed again, how often a pending payout is asked after) or
    on which of two answers comes first (search attributes) is left out: replay looks at that.
    """
    found = (_command(event) for event in json.loads(history)["events"])
    return [one for one in found if one and one not in DEPENDS_ON_THE_DAY]


def committed(path: Path = COMMITTED) -> dict[str, list[str]]:
    """Return the committed commands by branch."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def check(branch: str, now: list[str], path: Path = COMMITTED) -> None:
    """Fail unless the branch gives the commands that are committed for it; a test may look a moment sooner or later."""
    before = committed(path).get(branch)
    assert before is not None, f"no commands are committed for {branch}: make histories"
    both = min(len(now), len(before))
    assert now[:both] == before[:both], (
        f"{branch} no longer gives Temporal the same commands.\nbefore: {before}\nnow:    {now}\n{HOW_TO_GO_ON}"
    )


def record(branch: str, now: list[str], path: Path = COMMITTED) -> None:
    """Commit the branch's commands."""
    lines = [
        f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in sorted({**committed(path), branch: now}.items())
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _command(event: Mapping[str, Any]) -> str | None:
    match event["eventType"].removeprefix("EVENT_TYPE_"):
        case "ACTIVITY_TASK_SCHEDULED":
            return f"activity {event['activityTaskScheduledEventAttributes']['activityType']['name']}"
        case "MARKER_RECORDED":
            return _marker(event["markerRecordedEventAttributes"])
        case "WORKFLOW_EXECUTION_COMPLETED" | "WORKFLOW_EXECUTION_CONTINUED_AS_NEW" as end:
            return end.removeprefix("WORKFLOW_EXECUTION_").lower().replace("_", " ")
    return None


def _marker(marker: Mapping[str, Any]) -> str:
    details = {
        name: [json.loads(base64.b64decode(one["data"])) for one in payloads["payloads"] if one.get("data")]
        for name, payloads in marker["details"].items()
        if name in {"data", "patch-data"}
    }
    if marker["markerName"] == "core_local_activity":
        return f"local activity {details['data'][0]['activity_type']}"
    return f"{marker['markerName']} {details}"
