"""The ledger of contributions of a made city, with the tests of the rules in their order."""

import copy
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.imports.cities.dress import between
from tests.imports.cities.entries import Entry, Item, in_base
from tests.imports.cities.parties import TODAY, Party
from tests.imports.cities.records import Project, Records

# The order in which the rules test a row of this ledger.
ORDER = (
    "REQUIRED_MISSING", "TYPE_UNKNOWN", "NUMBER", "PARTY_UNKNOWN", "PROJECT_UNKNOWN", "DATE", "AMOUNT",
    "OUTSIDE_PROJECT_WINDOW", "TYPE_PARTY_MISMATCH", "SERIAL", "NAME_CODE_MISMATCH", "AMOUNT_OVER_LIMIT",
    "HOURS",
)  # fmt: skip
_LIMIT_FEN = 10_000_000 * 100
_FORMULAS = ("@SUM(A1:A9)", "-2+3", "+cmd|' /C calc'!A0", "=1+1")


def _is_plain(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit()


def _has_blank(text: str) -> bool:
    return any(sign.isspace() or sign == "\u200b" for sign in text)


@dataclass
class Gift:
    """What a row says, before a clerk wrote it down."""

    serial: str
    on: date
    party: Party
    project: Project
    item: Item
    fen: int = 0
    minutes: int = 0
    quantity: Decimal = Decimal(0)
    unit: str = ""

    @property
    def canonical(self) -> dict[str, Any]:
        """The stored value, with the points of the rules' reference."""
        service, money = self.item.type == "志愿服务", self.item.type == "资金捐赠"
        quantity: int | float = 0
        if service:
            quantity = self.minutes / 60
        elif not money:
            quantity = in_base(self.quantity, self.item, self.unit)
        points = {
            "资金捐赠": self.fen // 10_000,
            "物资捐赠": self.fen // 10_000,
            "设施捐建": self.fen // 20_000,
            "志愿服务": self.minutes // 30 * 5,
            "培训": int(self.quantity) * 20,
        }[self.item.type]
        return {
            "amount_fen": self.fen, "date": self.on.isoformat(), "item": self.item.name,
            "minutes": self.minutes, "party": self.party.number, "points": points,
            "project": self.project.number, "quantity": quantity, "serial": self.serial,
            "type": self.item.type,
        }  # fmt: skip


@dataclass
class Ledger:
    """Makes the rows of the ledger in their order and knows what the rules say of each."""

    records: Records
    accepted: list[Gift] = field(default_factory=list)
    minutes: defaultdict[tuple[str, date], int] = field(default_factory=lambda: defaultdict(int))
    count: int = 0
    numeric: bool = False

    def month(self, first: date, rows: int, *, heading_wan: bool, numeric: bool) -> list[Entry]:
        """Return a month's rows; ``numeric``: a workbook, in which numbers may be numbers."""
        self.numeric = numeric
        last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        made = []
        for _ in range(rows):
            open_then = [one for one in self.records.projects if one.start <= last and one.end >= first]
            if not open_then:
                open_then = [max(self.records.projects, key=lambda one: one.end)]
            project = self.records.people.rng.choice(open_then)
            made.append(self._row(first, last, project, heading_wan=heading_wan, numeric=numeric))
        return made

    def _gift(self, first: date, last: date, project: Project) -> Gift:
        rng, people = self.records.people.rng, self.records.people
        self.count += 1
        begin, end = max(first, project.start), min(last, project.end)
        on = between(rng, begin, end) if begin <= end else project.end
        item = project.item
        person = item.type == "志愿服务" or rng.random() < 0.4
        party = rng.choice(people.persons if person else people.organisations)
        gift = Gift(f"GX{on:%Y%m}{self.count:06d}", on, party, project, item)
        if item.type == "志愿服务":
            gift.minutes = 30 * rng.randint(1, 12)
        elif item.type == "资金捐赠":
            gift.fen = rng.choice((rng.randint(1, 99_999), 10_000 * rng.randint(1, 1500)))
        else:
            gift.quantity = Decimal(rng.randint(1, 40 if item.type != "培训" else 8))
            gift.unit = rng.choice(list(item.units))
            gift.fen = 0 if item.type == "培训" else 1_000 * rng.randint(1, 4000)
        return gift

    def _row(self, first: date, last: date, project: Project, *, heading_wan: bool, numeric: bool) -> Entry:
        rng, dress = self.records.people.rng, self.records.dress
        gift = self._gift(first, last, project)
        fault = rng.choice(ORDER) if dress.happens(0.1) else ""
        if fault == "HOURS" and gift.item.type != "志愿服务":
            fault = ""
        if fault == "SERIAL":
            return self._again(heading_wan=heading_wan)
        if fault == "HOURS":
            gift.minutes = 30 * rng.choice((17, 20, 22, 50, 60, 96))
        elif fault == "AMOUNT_OVER_LIMIT":
            if gift.item.type != "资金捐赠":
                fault = ""
            else:
                gift.fen = _LIMIT_FEN + rng.choice((1, 100, 500_000_000))
        elif fault == "NAME_CODE_MISMATCH" and gift.item.type == "志愿服务" and gift.minutes > 480:
            fault = ""
        entry = self._write(gift, heading_wan=heading_wan)
        if fault in {"", "HOURS", "AMOUNT_OVER_LIMIT"}:
            return self._settle(gift, entry)
        second = rng.choice(ORDER[ORDER.index(fault) + 1 :]) if dress.happens(0.2) else ""
        for one in (second, fault):  # the earlier test last, so that its reason stands
            self._spoil(one, gift, entry, numeric=numeric)
        return self._settle(gift, entry) if entry.decision == "accept" else entry

    def _settle(self, gift: Gift, entry: Entry) -> Entry:
        """Decide a row that only the limits can stop."""
        if gift.fen > _LIMIT_FEN:
            return entry.refuse("AMOUNT_OVER_LIMIT", "review")
        if gift.minutes:
            day = (gift.party.number, gift.on)
            total = self.minutes[day] + gift.minutes
            if total > 24 * 60:
                return entry.refuse("HOURS_OVER_24")
            self.minutes[day] = total
            if total > 8 * 60:
                return entry.refuse("HOURS_OVER_8", "review")
        self.accepted.append(gift)
        return entry

    def _again(self, *, heading_wan: bool) -> Entry:
        """Return an entry that came before: the same in another hand, or other content under its number."""
        rng, dress = self.records.people.rng, self.records.dress
        if not self.accepted:
            later = max(self.records.projects, key=lambda one: one.end)
            gift = self._gift(later.start, min(later.end, TODAY), later)
            return self._settle(gift, self._write(gift, heading_wan=heading_wan))
        gift = copy.copy(rng.choice(self.accepted))
        same = dress.happens(0.6)
        if not same:
            if gift.item.type == "志愿服务":
                gift.minutes = gift.minutes + 30 if gift.minutes < 300 else 30
            elif gift.item.type == "培训":
                gift.quantity += 1
            else:
                gift.fen += 100
        entry = self._write(gift, heading_wan=heading_wan)
        return entry.refuse("DUP_SERIAL", "duplicate") if same else entry.refuse("SERIAL_CONFLICT", "review")

    def _write(self, gift: Gift, *, heading_wan: bool) -> Entry:
        rng, dress, notes = self.records.people.rng, self.records.dress, set[str]()
        cells: dict[str, Any] = {
            "serial": dress.text(gift.serial, notes),
            "date": dress.day(gift.on, notes),
            "party_name": dress.text(gift.party.name, notes),
            "party": dress.number(gift.party.number, notes),
            "type": gift.item.type,
            "project": gift.project.number,
            "item": gift.item.name,
            "quantity": "",
            "unit": "",
            "amount": "",
            "amount_unit": "",
            "remark": "",
        }
        if gift.minutes:
            cells["quantity"], cells["unit"] = dress.hours(gift.minutes, notes)
        elif gift.unit:
            cells["quantity"], cells["unit"] = str(gift.quantity), gift.unit
        if gift.fen:
            cells["amount"], cells["amount_unit"] = dress.money(gift.fen, notes, heading_wan=heading_wan)
        for name in ("quantity", "amount"):
            if self.numeric and dress.happens(0.5) and _is_plain(cells[name]):
                cells[name] = float(cells[name])
        if dress.happens(0.01):
            # A name that nobody known bears contradicts no number.
            cells["party_name"] = self.records.people.person_name(new=True)
            notes.discard("SPACES")
            if any(_has_blank(str(cells[name])) for name in ("serial", "party")):
                notes.add("SPACES")
        if dress.happens(0.01):
            cells["remark"] = rng.choice(_FORMULAS)
            notes.add("FORMULA_TEXT")
        return Entry("contribution", cells, notes=notes, canonical=gift.canonical)

    def _spoil(self, fault: str, gift: Gift, entry: Entry, *, numeric: bool) -> None:
        rng, people, cells = self.records.people.rng, self.records.people, entry.cells
        if fault == "REQUIRED_MISSING":
            name = rng.choice(("serial", "project", "date", "type", "party"))
            cells[name] = rng.choice(("", "\u3000", " "))
            entry.refuse(f"REQUIRED_MISSING:{name}")
        elif fault == "TYPE_UNKNOWN":
            cells["type"] = rng.choice(("其它", "服务", "—"))
            entry.refuse(fault)
        elif fault == "NUMBER":
            if gift.party.is_person:
                reason = rng.choice(("ID_LENGTH", "ID_BIRTHDATE", "ID_CHECK_DIGIT", "ID_SCIENTIFIC"))
                cells["party"] = people.bad_id(gift.party.number, reason, numeric=numeric)
            else:
                reason = rng.choice(("USCC_LENGTH", "USCC_CHARSET", "USCC_CHECK_DIGIT"))
                cells["party"] = people.bad_code(gift.party.number, reason)
            entry.refuse(reason)
        elif fault == "PARTY_UNKNOWN":
            cells["party"] = (
                people.resident_id(people.born(), female=True)
                if gift.party.is_person
                else people.credit_code("91", "610302")
            )
            entry.refuse(fault)
        elif fault == "PROJECT_UNKNOWN":
            cells["project"] = f"P9{rng.randrange(1000):03d}"
            entry.refuse(fault)
        elif fault == "DATE":
            reason = rng.choice(("DATE_INVALID", "DATE_NO_YEAR", "DATE_AMBIGUOUS", "DATE_FUTURE"))
            future = TODAY + timedelta(days=rng.randint(1, 900))
            cells["date"] = (
                future.isoformat() if reason == "DATE_FUTURE" else self.records.dress.bad_day(reason)
            )
            entry.refuse(reason)
        elif fault == "AMOUNT":
            self._spoil_amount(gift, entry)
        elif fault == "OUTSIDE_PROJECT_WINDOW":
            days = timedelta(days=rng.randint(1, 60))
            outside = [one for one in (gift.project.start - days, gift.project.end + days) if one <= TODAY]
            cells["date"] = rng.choice(outside).isoformat()
            entry.refuse(fault)
        elif fault == "TYPE_PARTY_MISMATCH" and gift.item.type == "志愿服务":
            other = rng.choice(people.organisations)
            cells["party"], cells["party_name"] = other.number, other.name
            entry.refuse(fault)
        elif fault == "NAME_CODE_MISMATCH":
            others = [one for one in people.known if one.is_person == gift.party.is_person]
            other = rng.choice([one for one in others if one.name != gift.party.name])
            cells["party_name"] = other.name
            entry.refuse(fault, "review")

    def _spoil_amount(self, gift: Gift, entry: Entry) -> None:
        rng, cells = self.records.people.rng, entry.cells
        if gift.item.type == "资金捐赠":
            reason = rng.choice(("AMOUNT_NOT_A_NUMBER", "AMOUNT_NOT_POSITIVE"))
            bad = ("1.2.3", "###", "一些") if reason == "AMOUNT_NOT_A_NUMBER" else ("0", "-50", "0.00")
            cells["amount"] = rng.choice(bad)
        elif gift.item.type == "志愿服务":
            reason = "AMOUNT_NOT_POSITIVE"
            cells["quantity"], cells["unit"] = rng.choice(("0", "-2", "0小时", "0分钟")), "小时"
        else:
            reason = rng.choice(("AMOUNT_NOT_A_NUMBER", "UNIT_UNKNOWN", "ITEM_UNKNOWN"))
            cells |= {
                "AMOUNT_NOT_A_NUMBER": {"quantity": rng.choice(("若干", "1.2.3"))},
                "UNIT_UNKNOWN": {"unit": rng.choice(("大卡车", "批"))},
                "ITEM_UNKNOWN": {"item": rng.choice(("直升机", "月饼"))},
            }[reason]
        entry.refuse(reason)
