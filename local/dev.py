"""`make dev`: runs the system on the configured ports until Ctrl-C, and keeps all of its data in `.local/`.

`python -m local.dev FOLDER` keeps the data in another folder.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from config.ports import PREFIX, variable
from config.settings import Settings, load, load_ports
from local.stack.ports import Ports
from local.stack.process import ROOT, StackError
from local.stack.sample_return import keep_slip
from local.stack.stack import Stack
from local.stack.stack_config import StackConfig
from local.stack.store_keys import StoreKeys

_CHECK_SECONDS = 1


def main(arguments: list[str]) -> int:
    """Run the system until it is stopped; return the exit code, which is 1 if a part of it fails."""
    for asked_to_end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked_to_end, signal.default_int_handler)
    folder = Path(*arguments[:1] or [ROOT / ".local"]).resolve()
    try:
        with _alone_in(folder):
            _run(folder)
    except StackError as error:
        print(error.message, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. The data is kept in {folder}.")
    return 0


def _run(folder: Path) -> None:
    config = lasting_config(folder)
    os.environ.update(config.settings_env())
    settings = load()
    with Stack(config, progress=lambda step, seconds: print(f"  {step:<18}{seconds:5.1f} s", flush=True)) as stack:
        print(_welcome(stack, settings, _slip(stack, folder)), flush=True)
        while True:
            time.sleep(_CHECK_SECONDS)
            stack.check()


def lasting_config(folder: Path) -> StackConfig:
    """Return the configuration of `make dev` for the folder; settings of the environment take precedence."""
    given = {name: value for name, value in os.environ.items() if name.startswith(PREFIX) and value}
    keys = StoreKeys.kept(folder / "store-keys.json")
    return StackConfig(folder, Ports.of(load_ports()), keys, {**_commit(), **given}, lasting=True)


def _commit() -> dict[str, str]:
    """Return REFUNDS_COMMIT from git, or nothing outside a repository."""
    question = ("git", "describe", "--always", "--dirty", "--exclude", "*")
    try:
        described = subprocess.run(question, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {variable("commit"): described.stdout.strip()}


def _slip(stack: Stack, folder: Path) -> str:
    """Return where a return slip to try is, or the reason why there is none."""
    try:
        return str(keep_slip(stack.urls, folder))
    except httpx2.HTTPError as error:
        return f"none: the development keys or the payment sandbox are not in use ({type(error).__name__})"


def _welcome(stack: Stack, settings: Settings, slip: str) -> str:
    urls = stack.urls
    return f"""
  API               {urls.docs}
  Scanning page     {urls.scanner}   (device key: the warehouse's)
  Return slip       {slip}
  Temporal UI       {urls.temporal_ui}
  Payment sandbox   {urls.sandbox}
  Keys              {", ".join(settings.api_keys)}
  Logs              {stack.logs}

Try it:  curl -H "Authorization: Bearer {next(iter(settings.api_keys))}" {urls.api}/v1/refunds
Press Ctrl-C to stop."""


@contextmanager
def _alone_in(folder: Path) -> Generator[None]:
    """Allow one system at a time in the folder; raises StackError while another one runs in it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "dev.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(f"`make dev` already runs in {folder}. Stop it first (Ctrl-C where it runs).") from None
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
