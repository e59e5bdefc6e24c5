"""The policy as data: all numbers and choices that a merchant may change, one document per version (R41)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from domain.calendar import INFORMATION_REMINDERS, SHIP_BY_REMINDERS
from domain.enums import Reason
from domain.value import Value

Days = Annotated[int, Field(ge=0, le=365, strict=True)]


class Windows(Value):
    """The length of each window, in working days unless the name says otherwise."""

    request: Days = Field(description="from receipt, R3")
    information: Days = Field(description="from the request for information, R9")
    information_reminders: tuple[Days, ...] = Field(max_length=len(INFORMATION_REMINDERS), description="R9")
    audit_target: Days = Field(description="R14")
    ship_by: Days = Field(description="from approval, R19")
    ship_by_reminders: tuple[Days, ...] = Field(max_length=len(SHIP_BY_REMINDERS), description="R19")
    parcel_stalled_calendar_days: Days = Field(description="R22")
    inspection_target: Days = Field(description="from receipt, R29")
    decision_target: Days = Field(description="for a human to decide a parked case")
    replacement_target: Days = Field(default=3, description="for the warehouse to send a replacement, R39")
    return_to_customer_target: Days = Field(default=3, description="for the warehouse to send refused goods back, R28")
    payout_submit: Days = Field(description="R34")
    payout_alert: Days = Field(description="R34")
    payout: Days = Field(description="R34")
    postage: Days = Field(default=7, description="to tell return postage, from the payout, R30")


class Postage(Value):
    """Who bears which postage."""

    refund_outbound_for: frozenset[Reason] = Field(description="R30")
    reimburse_return_for: frozenset[Reason] = Field(description="R30")
    return_cap: dict[str, Annotated[int, Field(ge=0)]] = Field(
        description="most that cases opened by release 0.1.0 reimburse, minor units by currency; review amounts of "
        "other cases if there is no return_review"
    )
    return_review: dict[str, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict,
        description="return postage of a case above which an auditor is asked, minor units by currency; in any other "
        "currency, what was paid for the goods of the case (R30)",
    )


class PolicyDocument(Value):
    """One version of the refund policy."""

    version: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[0-9]+)?$")]
    in_force_from: date = Field(description="orders placed on this day (shop's timezone) or later, R41")
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    timezone: str
    windows: Windows
    sellers_fault: frozenset[Reason] = Field(
        default=frozenset({Reason.QUALITY, Reason.NOT_AS_DESCRIBED, Reason.TRANSIT_DAMAGE}),
        description="R2: reasons for which the shop is responsible; documents of release 0.1.0 have no such list",
    )
    evidence_mandatory_for: frozenset[Reason] = Field(description="R8")
    special_goods: Literal["refuse", "audit_sellers_fault"] = Field(description="R10")
    auto_approve_personal_up_to: dict[str, Annotated[int, Field(ge=0)]] = Field(
        description="R16: minor units by currency; an auditor decides in every other currency"
    )
    waive_return_up_to: dict[str, Annotated[int, Field(ge=0)]] = Field(description="R23: minor units by currency")
    rejection_texts: dict[str, str] = Field(description="R15: text for the customer by code")
    postage: Postage
    return_address: tuple[str, ...] = Field(min_length=1, description="R18")

    def is_sellers_fault(self, reason: Reason) -> bool:
        """Return whether the shop is responsible for the reason (R2), which decides who pays postage (R30, R31)."""
        return reason in self.sellers_fault
