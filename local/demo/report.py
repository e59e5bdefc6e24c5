"""What happened, as tables: each case and why, money in and out, and where to look."""

from rich.console import Console
from rich.table import Table

from local.blueprint import Urls
from local.demo.scenes import Played
from local.demo.shop import Shop


def show(console: Console, played: list[Played], shop: Shop, urls: Urls) -> None:
    """Print the cases with their rules, the money of each order, and the links of a system like this one."""
    console.print(_cases(played, shop))
    console.print(_money(played, shop))
    console.print(
        "`make dev` keeps such a system running: "
        f"API docs {urls.docs} · Temporal UI {urls.temporal_ui} · payment sandbox {urls.sandbox}",
        style="dim",
    )


def _cases(played: list[Played], shop: Shop) -> Table:
    table = Table(title="Cases", title_justify="left", show_lines=True)
    for heading in ("case", "ended as", "why", "what happened (GET …/timeline)"):
        table.add_column(heading, overflow="fold")
    for one in played:
        mark = "[green]✓[/green]" if one.is_as_promised else f"[red]✗ promised {one.promised_state}[/red]"
        events = " → ".join(entry["event"] for entry in shop.timeline(one.case_id))
        table.add_row(f"{one.title}\n[dim]{one.case_id}[/dim]", f"{one.state} {mark}", one.why, f"[dim]{events}[/dim]")
    return table


def _money(played: list[Played], shop: Shop) -> Table:
    table = Table(title="Money, in cents (refunded: the gateway's own books)", title_justify="left", show_footer=True)
    rows = [(one, shop.captured(one.order_number)) for one in played]
    totals = [sum(captured for _, captured in rows), *(sum(getattr(one, what) for one in played) for what in _OUT)]
    table.add_column("order", footer="total")
    for heading, total in zip(("captured", "refunded", "owed outside", "kept"), _with_kept(totals), strict=True):
        table.add_column(heading, justify="right", footer=str(total))
    for one, captured in rows:
        table.add_row(one.order_number, *map(str, _with_kept([captured, one.refunded, one.owed_outside])))
    return table


_OUT = ("refunded", "owed_outside")


def _with_kept(amounts: list[int]) -> list[int]:
    captured, *out = amounts
    return [captured, *out, captured - sum(out)]
