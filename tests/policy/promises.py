"""The policy's numbers as the shop promises them, worked out by hand and never read from a policy version."""

from domain.enums import CaseState

# Working days in China: day of receipt, last day of the request window.
REQUEST_WINDOWS = [
    ("2026-02-12", "2026-02-28"),
    ("2026-02-14", "2026-03-03"),
    ("2026-02-15", "2026-03-03"),
    ("2026-09-17", "2026-09-28"),
    ("2026-09-24", "2026-10-12"),
    ("2026-09-30", "2026-10-15"),
    ("2026-10-01", "2026-10-15"),
]

# Windows opened on Monday 2026-03-02, with no holiday near: state, and the last day of each.
SEND_BACK = {"return_to_customer_target": "2026-03-05"}
"""Runs in every state in which refused goods can be here; a case without any has no such deadline (R28)."""
WINDOWS = {
    CaseState.INFORMATION_REQUESTED: {
        "information": "2026-03-11",
        "information_reminder_1": "2026-03-05",
        "information_reminder_2": "2026-03-10",
    },
    CaseState.UNDER_AUDIT: {"audit_target": "2026-03-04"},
    CaseState.AWAITING_RETURN: {
        "ship_by": "2026-03-11",
        "ship_by_reminder_1": "2026-03-05",
        "ship_by_reminder_2": "2026-03-10",
    },
    CaseState.IN_TRANSIT: {"ship_by": "2026-03-11", "parcel_stalled": "2026-04-01"},
    CaseState.RECEIVED: {"ship_by": "2026-03-11", "inspection_target": "2026-03-05", **SEND_BACK},
    CaseState.INSPECTION_FAILED: {"ship_by": "2026-03-11", "decision_target": "2026-03-04", **SEND_BACK},
    CaseState.REPLACEMENT_DUE: {"ship_by": "2026-03-11", "replacement_target": "2026-03-05", **SEND_BACK},
    CaseState.RETURNING_TO_CUSTOMER: {"ship_by": "2026-03-11", **SEND_BACK},
    CaseState.LOST_IN_RETURN: {"ship_by": "2026-03-11", "decision_target": "2026-03-04"},
    CaseState.PAYOUT_DUE: {
        "ship_by": "2026-03-11",
        "payout_submit": "2026-03-03",
        "payout_alert": "2026-03-09",
        "payout": "2026-03-11",
        **SEND_BACK,
    },
    CaseState.PAYOUT_BLOCKED: {
        "ship_by": "2026-03-11",
        "payout_submit": "2026-03-03",
        "payout_alert": "2026-03-09",
        "payout": "2026-03-11",
        **SEND_BACK,
        "decision_target": "2026-03-04",
    },
    CaseState.CHARGEBACK_HOLD: {
        "ship_by": "2026-03-11",
        "payout_submit": "2026-03-03",
        "payout_alert": "2026-03-09",
        "payout": "2026-03-11",
        **SEND_BACK,
        "decision_target": "2026-03-04",
    },
}
WAIVER_CEILINGS = {"USD": 3000, "EUR": 3000, "CNY": 20000}
RETURN_CAPS = {"USD": 3000, "EUR": 3000, "GBP": 2500, "JPY": 4000, "CNY": 10000}
TEXT_CODES = [
    "evidence_does_not_show",
    "signs_of_use",
    "not_a_defect",
    "damage_after_receipt",
    "no_ground_for_goodwill",
]
RETURN_REVIEWS = {
    "USD": 3000,
    "EUR": 3000,
    "GBP": 2500,
    "CHF": 3000,
    "CAD": 4500,
    "AUD": 5000,
    "NZD": 5500,
    "SGD": 4500,
    "CNY": 10000,
    "HKD": 25000,
    "TWD": 100000,
    "JPY": 4000,
    "KRW": 45000,
    "INR": 300000,
    "THB": 100000,
    "MYR": 15000,
    "SEK": 35000,
    "NOK": 35000,
    "DKK": 22500,
    "PLN": 12500,
    "CZK": 75000,
    "HUF": 1200000,
    "ISK": 5000,
    "TRY": 120000,
    "BRL": 16000,
    "MXN": 60000,
    "ZAR": 55000,
    "UGX": 120000,
    "AED": 12000,
    "SAR": 12000,
    "ILS": 11000,
    "KWD": 15000,
    "BHD": 15000,
    "OMR": 15000,
    "JOD": 30000,
    "TND": 100000,
}
"""Return postage of a case above which an auditor is asked (R30)."""
