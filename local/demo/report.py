"""The results as tables: each case with the reason for its end, money in and out, and links."""

from rich.console import Console
from rich.table import Table

from local.demo.shop import Shop
from local.demo.steps import Played
from local.stack.stack_config import Urls


def show(console: Console, played: list[Played], shop: Shop, urls: Urls) -> None:
    """Print the cases with their rules, the money of each order, and where to find things in such a system."""
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
    title = "Money, in cents: captured = refunded + lost to disputes + kept, and both books agree"
    table = Table(title=title, title_justify="left", show_footer=True)
    rows = [(one.order_number, _amounts(one, shop.captured(one.order_number))) for one in played]
    totals = [sum(column) for column in zip(*(amounts for _, amounts in rows), strict=True)]
    table.add_column("order", footer="total")
    for heading, total in zip(HEADINGS, totals, strict=True):
        table.add_column(heading, justify="right", footer=str(total))
    for order_number, amounts in rows:
        table.add_row(order_number, *map(str, amounts))
    return table


HEADINGS = (
    "captured",
    "refunded (gateway's books)",
    "refunded (our books)",
    "lost to disputes",
    "kept (our books)",
    "paid beside it",
)


def _amounts(one: Played, captured: int) -> tuple[int, ...]:
    return captured, one.refunded, one.by_our_books, one.disputed, one.kept, one.paid_outside
