"""`make demo`: starts the system in a temporary folder on free ports, plays real refunds, and shows the results."""

import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from config.keys import development_keys
from local.demo.report import show
from local.demo.scenarios import SCENES
from local.demo.shop import Shop, UnexpectedAnswerError
from local.demo.steps import Played, Stage
from local.stack.process import StackError
from local.stack.stack import Stack


def main() -> int:
    """Play every scene; the exit code is 0 if each one ends as the policy promises."""
    console = Console(highlight=False)
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="refunds-demo-") as folder:
            played = _play(console, Path(folder))
    except (StackError, UnexpectedAnswerError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    broken = [one.title for one in played if not one.is_as_promised]
    verdict = f"[red]not as promised: {', '.join(broken)}[/red]" if broken else "[green]all as promised[/green]"
    console.print(f"\n{len(played)} refunds in {time.monotonic() - began:.0f} s, {verdict}")
    return 1 if broken else 0


def _play(console: Console, folder: Path) -> list[Played]:
    console.print("[bold]Starting the system[/bold] (real Temporal, S3, database, payment sandbox)")

    def progress(step: str, seconds: float) -> None:
        console.print(f"  {step:<18}{seconds:5.1f} s", style="dim")

    with Stack.throwaway(folder, time_skipping=True, progress=progress) as stack:
        keys = {holder.role.value: key for key, holder in development_keys().items()}
        shop = Shop(stack.urls, keys)
        stage = Stage(stack, shop, lambda message: console.print(f"  {message}", style="dim"))
        played: list[Played] = []
        for number, scene in enumerate(SCENES, start=1):
            console.print(f"[bold]{number}/{len(SCENES)} {scene.__name__.replace('_', ' ')}[/bold]: {scene.__doc__}")
            played.append(scene(stage))
        show(console, played, shop, stack.urls)
        return played


if __name__ == "__main__":
    sys.exit(main())
