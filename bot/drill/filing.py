"""A report filed as a telephone files it: the page is opened, read and sent, and come back to with its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.channels.web.render import FIELD
from bot.channels.web.report_render import RECEIPT, REPORT
from bot.doctor.web import Web
from bot.drill import canary as marks
from bot.drill.canary import Canary
from bot.drill.phone import NotDrilled, Phone
from bot.journeys.report import LATER, NONE
from bot.journeys.report_back import ADD, READ

# How long an answer may take; it waits while others file. In seconds.
PATIENCE = 60.0
# Of the form: "something else", "I am not sure".
_OTHER, _UNSURE = "c", "f"


@dataclass
class Visit:
    """What became of it: the canary with its receipt; what went wrong after the report was filed; what the way there did."""

    canary: Canary
    wrong: list[str] = field(default_factory=list)
    noticed: dict[str, None] = field(default_factory=dict)


async def file(url: str, canary: Canary, readers: Sequence[str]) -> Visit:
    """Files it at this address, to the first of these readers who is offered. Raises NotDrilled where nothing was filed."""
    async with Web(PATIENCE) as web:
        phone = Phone(web, url, canary)
        receipt = await _filed(phone, canary, readers)
        visit = Visit(canary.with_receipt(receipt), noticed=phone.noticed)
        try:
            await _come_back(phone, receipt, canary)
        except NotDrilled as why:
            visit.wrong.append(f"Filed, but it could not be come back to: {why}")
        return visit


async def _filed(phone: Phone, canary: Canary, readers: Sequence[str]) -> str:
    """The receipt."""
    sheet = await phone.open(REPORT)
    if not sheet.action:
        raise NotDrilled(f"no form is shown. The page says: {sheet.said}")
    offered = sheet.choices.get(f"{FIELD}f6", [""])
    reader = next((each for each in readers if each in offered), offered[0])
    written = {
        "f1": _OTHER,
        "f2": canary[marks.REPORT],
        "f3": canary[marks.PLACE],
        "f5": _UNSURE,
        "f6": reader,
        "f7": NONE,
        "f8": LATER,
    }
    seen = await phone.send(sheet, written)
    if not seen.takes_files:
        raise NotDrilled(f"the form was not taken. The page says: {seen.said}")
    filed = await phone.send(seen, written, (canary[marks.FILE_NAME], canary[marks.FILE].encode()))
    if not filed.receipt:
        raise NotDrilled(f"it was not filed. The page says: {filed.said}")
    return filed.receipt


async def _come_back(phone: Phone, receipt: str, canary: Canary) -> None:
    for wanted, words in ((READ, ""), (ADD, canary[marks.ADDED])):
        sheet = await phone.open(RECEIPT)
        answer = await phone.send(sheet, {"f1": receipt, "f2": wanted, "f3": words})
        if answer.action:
            raise NotDrilled(f"the page says: {answer.said}")
