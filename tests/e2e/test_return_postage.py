"""M12, M13 over HTTP, on real processes: postage of every parcel, reviewed above an amount, told after the payout."""

import pytest

from local.demo.shop import Json, UnexpectedAnswerError
from tests.e2e.sales import Sale, each, sell
from tests.e2e.system import System

pytestmark = pytest.mark.e2e

GOODS, PAID_FOR_DELIVERY = 40_000, 20_000


def sold(system: System, provider: str, currency: str) -> Sale:
    """Sell a lamp whose delivery was paid as well, so that all of its payment goes back with it."""
    return sell(system, provider, currency, GOODS, postage=PAID_FOR_DELIVERY)


def tell(sale: Sale, case: Json, minor: int, number: str, currency: str | None = None) -> Json:
    paid = {"minor": minor, "currency": currency or sale.currency}
    body = {"carrier": "sf_express", "tracking_number": number, "postage": paid}
    return sale.system.shop.call("storefront", "POST", f"/v1/refunds/{case['case_id']}/shipment", body)


def postage(shown: Json) -> tuple[int, int, int, int]:
    """What of the postage was told, is borne, under review and refused."""
    parts = ("told", "borne", "under_review", "refused")
    told, borne, under_review, refused = (shown["amounts"][f"postage_{part}"]["minor"] for part in parts)
    return told, borne, under_review, refused


@each("stripe USD", "paypal JPY", "stripe KWD", "stripe ISK", "paypal HUF")
def test_m13_r30_postage_of_two_parcels_and_a_supplement_are_paid(embedded_system, provider, currency):
    sale = sold(embedded_system, provider, currency)
    case = sale.bring_back("quality", postage=800)
    tell(sale, case, 700, "SF-SECOND-01")
    sale.accept(case)
    shown = sale.until(case, "reimbursement_due")
    assert (postage(shown), sale.refunds()) == ((1500, 1500, 0, 0), [sale.captured])
    assert shown["amounts"]["postage_until"] is not None
    sale.decide(case, "paid", reference="wire-1")
    sale.until(case, "refunded")
    assert tell(sale, case, 900, "SF-THIRD-01")["state"] == "reimbursement_due"
    sale.decide(case, "paid", reference="wire-2")
    ended = sale.until(case, "refunded")
    outside = [one["amount"]["minor"] for one in ended["payouts"] if one["provider"] == "reimbursement"]
    assert (outside, postage(ended)) == ([1500, 900], (2400, 2400, 0, 0))
    sale.assert_adds_up(case, borne=2400)


@each("stripe USD", "paypal JPY", "stripe KWD", "stripe ISK", "paypal HUF")
def test_m12_r30_goods_are_paid_at_once_and_an_auditor_decides_about_high_postage(embedded_system, provider, currency):
    sale = sold(embedded_system, provider, currency)
    case = sale.bring_back("quality", postage=3_000_000)
    sale.accept(case)
    shown = sale.until(case, "payout_blocked")
    assert (shown["blocked_by"], shown["next_step"]["party"]) == ("postage_review", "auditor")
    assert (sale.refunds(), postage(shown)) == ([sale.captured], (3_000_000, 0, 3_000_000, 0))
    assert set(shown["allowed_resolutions"]) == {"accept", "refuse", "partial_refund"}
    assert shown["next_step"]["by"] is not None
    note = "The receipt is for two parcels of this size."
    sale.decide(case, "partial_refund", as_="auditor", amount=sale.money(5_000), note=note)
    shown = sale.until(case, "reimbursement_due")
    assert postage(shown) == (3_000_000, 5_000, 0, 2_995_000)
    events = sale.system.events(case)
    assert {"postage_told", "postage_review", "postage_decided", "resolution_note"} <= set(events)
    sale.decide(case, "paid", reference="wire-1")
    sale.until(case, "refunded")
    sale.assert_adds_up(case, borne=5_000)


@each("stripe USD", "paypal JPY", "stripe KWD")
def test_m13_r30_postage_in_another_currency_is_refused_with_both_named(embedded_system, provider, currency):
    sale = sold(embedded_system, provider, currency)
    case = sale.bring_back("quality")
    with pytest.raises(UnexpectedAnswerError, match=f"422.*in {currency}, not in EUR"):
        tell(sale, case, 900, "SF1234567890", "EUR")


def test_m13_r31_a_personal_case_says_that_its_postage_is_the_customers(embedded_system):
    sale = sold(embedded_system, "stripe", "USD")
    case = sale.bring_back("personal")
    told = tell(sale, case, 900, "SF1234567890")
    assert "the return postage is the customer's" in told["warnings"][0]
    sale.accept(case)
    shown = sale.until(case, "refunded")
    assert (sale.refunds(), postage(shown)) == ([GOODS], (900, 0, 0, 900))
    with pytest.raises(UnexpectedAnswerError, match=r"422.*the return postage is the customer's"):
        tell(sale, case, 950, "SF1234567890")
