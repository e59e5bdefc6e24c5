"""The texts of the return slip, in the customers' languages."""

from collections.abc import Callable
from datetime import date

from domain.value import Value


class Words(Value):
    """The texts of the slip in one language."""

    title: str
    order: str
    send_by: str
    send_to: str
    how: str
    goods: str
    transliterated: str
    steps: tuple[str, ...]


WORDS: dict[str, Words] = {
    "en": Words(
        title="Return slip",
        order="Order",
        send_by="Send it on or before",
        send_to="Send to",
        how="How to send it back",
        goods="In this parcel",
        transliterated="* Written in Latin letters or signs, because this slip has no font for the original script.",
        steps=(
            "Put this slip into the parcel, beside the goods.",
            "Write the return code on the outside of the parcel.",
            "Tell us the courier and the tracking number once it is sent.",
        ),
    ),
    "zh": Words(
        title="退货单",
        order="订单号",
        send_by="请于此日期（含）前寄出",
        send_to="收件地址",
        how="寄回步骤",
        goods="包裹内商品",
        transliterated="* 因缺少原文字的字体，此处以拉丁字母或符号代替。",
        steps=(
            "请将本退货单与商品一同放入包裹。",
            "请在包裹外侧写明退货码。",
            "寄出后请告知快递公司和运单号。",
        ),
    ),
}

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _english(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


DAYS: dict[str, Callable[[date], str]] = {"en": _english, "zh": _chinese}
