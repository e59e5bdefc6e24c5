"""The histories of every release, as its cases left them: added for the release at hand, never changed afterwards.

`python -m tests.replay.releases freeze` ends a release: its histories are listed with their checksums, and from then on
`make histories` refuses to touch them. docs/DEPLOYING.md says when.
"""

import gzip
import json
import sys
import tomllib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HISTORIES = Path(__file__).parent / "histories"
CHECKSUMS = "SHA256SUMS"
NOT_OF_THE_CASE = frozenset({"stackTrace", "identity"})
"""What names the machine that recorded a history, and is not read when it replays."""


class ReleasedError(Exception):
    """A released history would have been changed, or a branch added to a release that is out."""


def version() -> str:
    """Return the version of pyproject.toml."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def stored(histories: Path = HISTORIES) -> list[Path]:
    """Return every stored history of every release, in order."""
    return sorted(histories.glob("*/*.json.gz"))


def branch_of(path: Path) -> str:
    """Return the branch of the process that the history went through."""
    return path.name.removesuffix(".json.gz")


def read(path: Path) -> str:
    """Return a stored history as JSON."""
    return gzip.decompress(path.read_bytes()).decode()


def keep(branch: str, history: str, release: str, histories: Path = HISTORIES) -> bool:
    """Store the history of a branch for the release, unless it has one, and return whether it was stored.

    Raises ReleasedError when the release is out.
    """
    path = histories / release / f"{branch}.json.gz"
    if path.exists():
        return False
    if (path.parent / CHECKSUMS).exists():
        raise ReleasedError(
            f"{release} is released and has no history of {branch}: raise the version in pyproject.toml, "
            "then record again (docs/DEPLOYING.md)"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    compact = json.dumps(_of_the_case(json.loads(history)), ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(compact.encode(), mtime=0))
    return True


def freeze(release: str, histories: Path = HISTORIES) -> None:
    """List the release's histories with their checksums; raises ReleasedError when that was done before."""
    folder = histories / release
    if (folder / CHECKSUMS).exists():
        raise ReleasedError(f"{release} is released already: raise the version in pyproject.toml")
    (folder / CHECKSUMS).write_text(
        "".join(f"{_digest(path)}  {path.name}\n" for path in _of(folder)), encoding="utf-8"
    )


def changed(histories: Path = HISTORIES) -> list[str]:
    """Return the histories of releases that are not what they were when the release went out, or are gone."""
    return [name for sums in sorted(histories.glob(f"*/{CHECKSUMS}")) for name in _changed_in(sums)]


def _changed_in(sums: Path) -> Iterator[str]:
    lines = (line.split() for line in sums.read_text(encoding="utf-8").splitlines())
    was = {name: digest for digest, name in lines}
    now = {path.name: _digest(path) for path in _of(sums.parent)}
    return (f"{sums.parent.name}/{name}" for name in sorted({*was, *now}) if was.get(name) != now.get(name))


def _of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json.gz"))


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _of_the_case(value: Any) -> Any:
    """Return the history without what belongs to the machine that recorded it."""
    if isinstance(value, dict):
        return {key: _of_the_case(one) for key, one in value.items() if key not in NOT_OF_THE_CASE}
    return [_of_the_case(one) for one in value] if isinstance(value, list) else value


def main(arguments: list[str]) -> int:
    """Freeze the release of pyproject.toml."""
    if arguments != ["freeze"]:
        print("usage: python -m tests.replay.releases freeze", file=sys.stderr)
        return 2
    try:
        freeze(version())
    except ReleasedError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{version()} is released: {len(_of(HISTORIES / version()))} histories are frozen")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
