"""Bodies of each tracking provider about one parcel, with every kind of time, late and contradictory."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from hypothesis import strategies as st

from domain.parcels import CourierEvent
from gateways.couriers.aftership.webhooks import AfterShipWebhooks
from gateways.couriers.easypost.webhooks import EasyPostWebhooks
from gateways.couriers.seventeen_track.webhooks import SeventeenTrackWebhooks
from tests.gateways import courier_bodies as bodies

SECRET = "secret"
START = datetime(2026, 11, 18, tzinfo=UTC)
Words = dict[str, tuple[str, str]]


class Provider(NamedTuple):
    """How a provider says each word, and how what it sends is written, signed and read."""

    words: Words
    write: Callable[..., bytes]
    sign: Callable[[str, bytes], dict[str, str]]
    reader: Callable[..., AfterShipWebhooks | EasyPostWebhooks | SeventeenTrackWebhooks]

    def event(self, summary: bodies.Said, *points: bodies.Said, number: str = "SF1234567") -> CourierEvent:
        """Return the event of a body with this summary and these checkpoints, as the provider's reader reads it."""
        body = self.write(number, summary, *points)
        event = self.reader((SECRET,), lambda: START + timedelta(days=9)).read(body, self.sign(SECRET, body))
        assert event is not None
        return event

    def said(self, word: str, at: str | None) -> bodies.Said:
        """Return how the provider says the word, with a time."""
        return (*self.words[word], at)


PROVIDERS = {
    "aftership": Provider(
        {
            "info_received": ("InfoReceived", "InfoReceived_001"),
            "in_transit": ("InTransit", "InTransit_001"),
            "out_for_delivery": ("OutForDelivery", "OutForDelivery_001"),
            "delivery_failure": ("AttemptFail", "AttemptFail_001"),
            "delivered": ("Delivered", "Delivered_001"),
            "returned": ("Exception", "Exception_011"),
            "lost": ("Exception", "Exception_013"),
        },
        bodies.aftership_history,
        bodies.signed_aftership,
        AfterShipWebhooks,
    ),
    "easypost": Provider(
        {
            "info_received": ("pre_transit", "label_created"),
            "in_transit": ("in_transit", "arrived_at_facility"),
            "out_for_delivery": ("out_for_delivery", "out_for_delivery"),
            "delivery_failure": ("failure", "delivery_exception"),
            "delivered": ("delivered", "arrived_at_destination"),
            "returned": ("return_to_sender", "return"),
            "destroyed": ("failure", "destroyed"),
            "lost": ("failure", "lost"),
        },
        bodies.easypost_history,
        bodies.signed_easypost,
        EasyPostWebhooks,
    ),
    "17track": Provider(
        {
            "info_received": ("InfoReceived", "InfoReceived"),
            "in_transit": ("InTransit", "InTransit_PickedUp"),
            "out_for_delivery": ("OutForDelivery", "OutForDelivery_Other"),
            "delivery_failure": ("DeliveryFailure", "DeliveryFailure_NoBody"),
            "delivered": ("Delivered", "Delivered_Other"),
            "returned": ("Exception", "Exception_Returned"),
            "destroyed": ("Exception", "Exception_Destroyed"),
            "lost": ("Exception", "Exception_Lost"),
        },
        bodies.seventeen_track_history,
        bodies.signed_seventeen_track,
        SeventeenTrackWebhooks,
    ),
}
CLOCKS = (timezone(timedelta(hours=8)), UTC, timezone(timedelta(hours=-5)))


def written(at: datetime, style: str, clock: timezone = CLOCKS[0]) -> str:
    """Return how a courier whose clock is so writes the time."""
    local = at.astimezone(clock)
    match style:
        case "instant":
            return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
        case "zoned":
            return local.isoformat()
        case "local":
            return f"{local:%Y-%m-%dT%H:%M:%S}"
        case _:
            return f"{local:%Y-%m-%d}"


@st.composite
def histories(draw: st.DrawFn, provider: Provider) -> list[CourierEvent]:
    """Return the events of one parcel in the order in which they happened: some at once, some told late or again."""
    clock = draw(st.sampled_from(CLOCKS))
    at, points, events = START, list[bodies.Said](), list[CourierEvent]()
    for _ in range(draw(st.integers(1, 6))):
        at += timedelta(minutes=draw(st.sampled_from([0, 0, 1, 45, 60 * 9, 60 * 30])))
        style = draw(st.sampled_from(["instant", "zoned", "local", "local", "day"]))
        points.append(provider.said(draw(st.sampled_from(sorted(provider.words))), written(at, style, clock)))
        recorded = at + timedelta(minutes=draw(st.sampled_from([0, 2, 61, 60 * 5])))
        summary = draw(st.sampled_from([points[-1][:2], draw(st.sampled_from(sorted(provider.words.values())))]))
        told = points[draw(st.integers(0, len(points) - 1)) :] if draw(st.booleans()) else points
        events.append(provider.event((*summary, written(recorded, "instant")), *told))
    return events
