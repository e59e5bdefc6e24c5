"""What the policy's properties are tried on: any order, calendar, moment and amount."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from domain.calendar import WorkCalendar
from tests.policy import facts
from tests.support.factories import order_line, payment

# However slow the machine: a promise is kept or not, and no example is kept in a file.
properly = settings(deadline=None, database=None)
START = datetime(2025, 1, 1, tzinfo=UTC)
instants = st.integers(0, 3 * 365 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))
days = st.dates(date(2025, 1, 1), date(2027, 12, 1))
counts = st.integers(0, 30)
minor = st.integers(0, 10**9)
windows = st.sampled_from(["request", "information", "ship_by", "payout_submit", "payout_alert", "payout"])


@st.composite
def orders(draw):
    lines = tuple(
        order_line(
            f"SKU-{number}",
            "Thing",
            quantity=(quantity := draw(st.integers(1, 5))),
            unit_price=(price := draw(st.integers(0, 10**6))),
            discount=draw(st.integers(0, quantity * price)),
            tax=draw(st.integers(0, 10**5)),
        )
        for number in range(draw(st.integers(1, 4)))
    )
    postage = draw(st.integers(0, 10**5))
    paid = payment("pi_1", sum(line.paid for line in lines) + postage + 1)
    return facts.order(lines=lines, outbound_postage=postage, payments=(paid,), parcels=())


@st.composite
def calendars(draw):
    return WorkCalendar(
        timezone=draw(st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Pacific/Apia", "Africa/Cairo"])),
        published_years=draw(st.frozensets(st.integers(2025, 2028))),
        days=draw(st.dictionaries(days, st.booleans(), max_size=40)),
    )
