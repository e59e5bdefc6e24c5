"""What is released is never recorded over, and the commands of a branch are committed (fault 24)."""

from pathlib import Path

import pytest

from tests.replay import fingerprints, releases

HISTORY = '{"events": [{"eventId": "1", "identity": "4711@host", "failure": {"stackTrace": "File /tmp/x"}}]}'


def test_a_missing_history_is_added_and_one_that_is_there_is_left(tmp_path: Path):
    assert releases.keep("refunded", HISTORY, "0.2.0", tmp_path)
    [path] = releases.stored(tmp_path)
    assert (path.parent.name, releases.branch_of(path)) == ("0.2.0", "refunded")
    assert not releases.keep("refunded", HISTORY.replace("1", "2"), "0.2.0", tmp_path)
    assert releases.read(path) == '{"events":[{"eventId":"1","failure":{}}]}'


def test_a_released_version_takes_no_other_history(tmp_path: Path):
    releases.keep("refunded", HISTORY, "0.2.0", tmp_path)
    releases.freeze("0.2.0", tmp_path)
    assert not releases.keep("refunded", "{}", "0.2.0", tmp_path)
    with pytest.raises(releases.ReleasedError, match="has no history of exchanged: raise the version"):
        releases.keep("exchanged", HISTORY, "0.2.0", tmp_path)
    with pytest.raises(releases.ReleasedError, match="released already"):
        releases.freeze("0.2.0", tmp_path)
    assert releases.keep("exchanged", HISTORY, "0.3.0", tmp_path)


def test_a_released_history_that_is_changed_removed_or_added_by_hand_is_named(tmp_path: Path):
    for branch in ("refunded", "expired"):
        releases.keep(branch, HISTORY, "0.2.0", tmp_path)
    releases.freeze("0.2.0", tmp_path)
    assert releases.changed(tmp_path) == []
    folder = tmp_path / "0.2.0"
    (folder / "refunded.json.gz").write_bytes(b"")
    (folder / "expired.json.gz").rename(folder / "lost.json.gz")
    assert releases.changed(tmp_path) == ["0.2.0/expired.json.gz", "0.2.0/lost.json.gz", "0.2.0/refunded.json.gz"]


def test_the_command_says_how_it_is_used(capsys: pytest.CaptureFixture[str]):
    assert releases.main([]) == 2
    assert "usage: python -m tests.replay.releases freeze" in capsys.readouterr().err


def test_fault_24_a_command_more_fails_the_branch_and_says_how_to_go_on(tmp_path: Path):
    path = tmp_path / "commands.json"
    fingerprints.record("refunded", ["local activity open_case", "activity submit_payout"], path)
    fingerprints.check("refunded", ["local activity open_case", "activity submit_payout"], path)
    with pytest.raises(AssertionError, match=r"(?s)refunded no longer .*workflow\.patched.*docs/DEPLOYING\.md"):
        fingerprints.check("refunded", ["activity submit_payout", "local activity open_case"], path)
    with pytest.raises(AssertionError, match="no commands are committed for exchanged"):
        fingerprints.check("exchanged", [], path)
