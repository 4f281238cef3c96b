"""What is done in a made city: households helped, projects, contributions, leads, offers."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.imports.cities.dress import Dresser, between
from tests.imports.cities.entries import ITEMS, Division, Entry, Item, in_base
from tests.imports.cities.parties import TODAY, People

_LONGEST = {"轻微": 92, "一般": 366, "严重": 1096}
_ACTS = ("虚报收入", "隐瞒财产", "伪造证明材料", "承诺事项不实")


@dataclass
class Project:
    """A known project."""

    number: str
    item: Item
    start: date
    end: date


@dataclass
class Records:
    """Makes records about known parties and keeps what later rows are tested against."""

    people: People
    projects: list[Project] = field(default_factory=list)
    minutes: defaultdict[tuple[str, date], int] = field(default_factory=lambda: defaultdict(int))
    given: list[Entry] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)

    @property
    def dress(self) -> Dresser:
        """The city's hand."""
        return self.people.dress

    def household(self, index: int, home: Division, town: str) -> Entry:
        """Return a row of a county's ledger of households; its town may be merged away when it is written."""
        rng, dress, people = self.people.rng, self.dress, self.people
        born = people.born(1935, 2003)
        name, number = people.person_name(), people.resident_id(born, female=dress.happens(0.5))
        fault = ""
        if dress.happens(0.09):
            fault = rng.choice(
                ("AMOUNT_NEGATIVE", "AMOUNT_NOT_A_NUMBER", "DATE_INVALID", "DATE_NO_YEAR", "ID_BIRTHDATE",
                 "ID_SCIENTIFIC", "ID_CHECK_DIGIT", "REGION_UNKNOWN", "HEAD_IN_TWO_HOUSEHOLDS")
            )  # fmt: skip
        if fault == "HEAD_IN_TWO_HOUSEHOLDS" and not self.heads:
            fault = ""
        if fault == "HEAD_IN_TWO_HOUSEHOLDS":
            number = rng.choice(list(self.heads))
            name = self.heads[number]
        income, monthly = rng.randrange(1, 1400) * 1000, rng.randrange(20, 60) * 1000
        begin, notes = between(rng, date(2018, 1, 1), date(2026, 11, 1)), set[str]()
        in_wan = dress.happens(0.3)
        if in_wan:
            notes.add("UNIT_WAN")
        file = f"H{index:05d}"
        cells: dict[str, Any] = {
            "county": home.name,
            "town": town,
            "village": "某村委会",
            "number": file,
            "head": dress.text(name, notes),
            "id": dress.number(number, notes),
            "size": rng.randint(1, 7),
            "category": rng.choice(("城市低保", "农村低保", "特困供养", "临时救助", "低收入家庭")),
            "cause": rng.choice(("因病", "因残", "因学", "因灾", "缺劳力", "缺技术")),
            "income": float(Decimal(income) / 1_000_000) if in_wan else income / 100,
            "income_unit": "万元" if in_wan else "元",
            "begin": dress.day(begin, notes),
            "monthly": monthly / 100,
            "remark": "",
        }
        if fault == "AMOUNT_NEGATIVE":
            cells |= {"income": -income / 100, "income_unit": "元"}
        elif fault == "AMOUNT_NOT_A_NUMBER":
            cells["monthly"] = rng.choice(("###", "1.2.3", "不详"))
        elif fault in {"DATE_INVALID", "DATE_NO_YEAR"}:
            cells["begin"] = dress.bad_day(fault)
        elif fault.startswith("ID_"):
            cells["id"] = people.bad_id(number, fault, numeric=True)
        elif fault == "REGION_UNKNOWN":
            cells["town"] = rng.choice(("墩集镇", "映秀镇"))
        canonical = {
            "annual_income_fen": income, "begin": begin.isoformat(), "county": home.code, "head": name,
            "id": number, "monthly_fen": monthly, "town": town,
        }  # fmt: skip
        entry = Entry("household", cells, notes=notes, canonical=canonical, sheet=home.name)
        if fault:
            return entry.refuse(fault, "review" if fault.startswith("HEAD") else "reject")
        self.heads[number] = name
        people.households[file] = number
        return entry

    def project(self, index: int) -> Entry:
        """Return a row of the list of projects and their needs."""
        rng, dress = self.people.rng, self.dress
        home = rng.choice(self.people.divisions)
        item = rng.choice(ITEMS)
        unit = rng.choice([one for one in item.units if one != "万元"])
        owner = rng.choice([one for one in self.people.organisations if not one.number.startswith("91")])
        start = between(rng, date(2025, 10, 1), date(2026, 9, 1))
        end = start + timedelta(days=rng.randint(20, 260))
        quantity = rng.randint(1, 400)
        fault = ""
        if dress.happens(0.12):
            fault = rng.choice(
                ("NAME_CODE_MISMATCH", "UNIT_UNKNOWN", "AMOUNT_NOT_A_NUMBER", "REGION_UNKNOWN", "DATE_RANGE",
                 "PARTY_UNKNOWN", "ITEM_UNKNOWN", "DATE_INVALID", "AMOUNT_NOT_POSITIVE")
            )  # fmt: skip
        number, town, notes = f"P{index:04d}", rng.choice(home.towns), set[str]()
        cells: dict[str, Any] = {
            "number": number,
            "name": f"{home.name}{town}{item.name}项目",
            "org_name": dress.text(owner.name, notes),
            "org": dress.number(owner.number, notes),
            "county": home.name,
            "town": town,
            "type": item.type,
            "item": item.name,
            "quantity": quantity,
            "unit": unit,
            "start": dress.day(start, notes),
            "end": dress.day(end, notes),
            "certificate": item.certificate,
            "urgency": rng.randint(1, 3),
        }
        if fault == "NAME_CODE_MISMATCH":
            others = [one for one in self.people.organisations if one.name != owner.name]
            cells["org_name"] = rng.choice(others).name
        elif fault == "PARTY_UNKNOWN":
            cells["org"] = self.people.credit_code("52", home.code)
        elif fault == "DATE_RANGE":
            cells["start"], cells["end"] = end.isoformat(), start.isoformat()
        else:
            cells |= {
                "UNIT_UNKNOWN": {"unit": rng.choice(("大卡车", "批", "些"))},
                "AMOUNT_NOT_A_NUMBER": {"quantity": rng.choice(("大量", "若干"))},
                "AMOUNT_NOT_POSITIVE": {"quantity": rng.choice((0, -5))},
                "REGION_UNKNOWN": {"town": "墩集镇"},
                "ITEM_UNKNOWN": {"item": "直升机"},
                "DATE_INVALID": {"start": "2026-02-30"},
            }.get(fault, {})
        canonical = {
            "certificate": item.certificate, "county": home.code, "end": end.isoformat(), "item": item.name,
            "org": owner.number, "quantity": in_base(Decimal(quantity), item, unit),
            "start": start.isoformat(), "town": town, "unit": item.base,
        }  # fmt: skip
        entry = Entry("project", cells, notes=notes, canonical=canonical)
        if fault:
            return entry.refuse(fault, "review" if fault == "NAME_CODE_MISMATCH" else "reject")
        self.projects.append(Project(number, item, start, end))
        return entry

    def lead(self, index: int) -> Entry:
        """Return a row of the ledger of false information in assistance."""
        rng, dress = self.people.rng, self.dress
        file = rng.choice(list(self.people.households))
        served = between(rng, date(2025, 12, 1), date(2026, 8, 1))
        reply = served + timedelta(days=7)
        decided = reply + timedelta(days=rng.randint(1, 25))
        klass = rng.choice(list(_LONGEST))
        first = decided + timedelta(days=rng.randint(1, 4))
        last = first + timedelta(days=rng.randint(20, _LONGEST[klass] - 2))
        fault = ""
        if dress.happens(0.4):
            fault = rng.choice(
                ("NO_CAPACITY", "INVESTIGATORS_LT_2", "NOTICE_MISSING", "DECIDED_BEFORE_REPLY_DATE",
                 "BASIS_MISSING", "ACT_NOT_IN_LIST", "PERIOD_TOO_LONG", "RECOVERED_OVER_AMOUNT", "REVOKED",
                 "HOUSEHOLD_UNKNOWN")
            )  # fmt: skip
        if fault == "DECIDED_BEFORE_REPLY_DATE":
            decided = reply - timedelta(days=rng.randint(1, 5))
        elif fault == "PERIOD_TOO_LONG":
            last = first + timedelta(days=_LONGEST[klass] + rng.randint(5, 60))
        taken = rng.randrange(3, 80) * 10_000
        back = taken + 10_000 if fault == "RECOVERED_OVER_AMOUNT" else rng.choice((0, taken // 2, taken))
        first_name, notes = self.people.person_name() + "甲", set[str]()
        cells: dict[str, Any] = {
            "number": f"XS{index:04d}",
            "household": "H99999" if fault == "HOUSEHOLD_UNKNOWN" else file,
            "id": dress.number(self.people.households[file], notes),
            "act": "拖欠物业费" if fault == "ACT_NOT_IN_LIST" else rng.choice(_ACTS),
            "capacity": "否" if fault == "NO_CAPACITY" else "是",
            "first": first_name,
            "second": self.people.person_name() + "乙",
            "notice": "" if fault == "NOTICE_MISSING" else dress.day(served, notes),
            "reply": dress.day(reply, notes),
            "decided": dress.day(decided, notes),
            "paper": f"宝民救决〔2026〕{index}号",
            "basis": "" if fault == "BASIS_MISSING" else "社会救助法第七十三条",
            "klass": klass,
            "publish_from": dress.day(first, notes),
            "publish_to": dress.day(last, notes),
            "amount": taken / 100,
            "recovered": back / 100,
            "revoked": dress.day(first + timedelta(days=3), notes) if fault == "REVOKED" else "",
        }
        if fault == "INVESTIGATORS_LT_2":
            cells["second"] = rng.choice(("", first_name))
        canonical = {
            "amount_fen": taken, "household": file, "klass": klass,
            "public_on_as_of": first <= TODAY <= last and fault != "REVOKED",
            "publish_from": first.isoformat(), "publish_to": last.isoformat(), "recovered_fen": back,
        }  # fmt: skip
        entry = Entry("credit", cells, notes=notes, canonical=canonical)
        if fault == "REVOKED":
            return entry.refuse(fault, "skip_publish")
        if fault:
            return entry.refuse(fault, "review" if fault == "RECOVERED_OVER_AMOUNT" else "reject")
        return entry.refuse("PERIOD_OVER", "expired") if last < TODAY else entry

    def offer(self, index: int) -> Entry:
        """Return a row of the list of offers."""
        rng, dress, people = self.people.rng, self.dress, self.people
        item = rng.choice(ITEMS)
        services = item.type == "志愿服务"
        fault = ""
        if dress.happens(0.12):
            fault = rng.choice(
                ("PARTY_UNKNOWN", "DATE_RANGE", "UNIT_UNKNOWN", "ITEM_UNKNOWN", "AMOUNT_NOT_A_NUMBER",
                 "PROVIDER_ON_SERIOUS_LIST", "DATE_INVALID", "REGION_UNKNOWN", "ID_CHECK_DIGIT")
            )  # fmt: skip
        serious = [one for one in people.organisations if one.serious]
        if fault == "PROVIDER_ON_SERIOUS_LIST" and not serious:
            fault = ""
        some = people.persons if services or fault == "ID_CHECK_DIGIT" else people.organisations
        giver = rng.choice(
            serious if fault == "PROVIDER_ON_SERIOUS_LIST" else [one for one in some if not one.serious]
        )
        unit, quantity = rng.choice(list(item.units)), Decimal(rng.randint(1, 300))
        if unit == "万元":
            quantity /= 10
        start = between(rng, date(2026, 5, 1), date(2026, 11, 10))
        end = start + timedelta(days=rng.randint(10, 150))
        homes = [] if dress.happens(0.2) else rng.sample(people.divisions, rng.randint(1, 3))
        notes: set[str] = set()
        cells: dict[str, Any] = {
            "number": f"Y{index:05d}",
            "name": dress.text(giver.name, notes),
            "party": dress.number(giver.number, notes),
            "item": item.name,
            "quantity": str(quantity),
            "unit": unit,
            "areas": "、".join(one.name for one in homes) or "全市",
            "start": dress.day(start, notes),
            "end": dress.day(end, notes),
            "certs": "、".join(giver.certs),
        }
        cells |= {
            "PARTY_UNKNOWN": {"party": people.credit_code("52", "610300")},
            "ID_CHECK_DIGIT": {"party": people.bad_id(giver.number, "ID_CHECK_DIGIT", numeric=False)},
            "DATE_RANGE": {"start": end.isoformat(), "end": start.isoformat()},
            "UNIT_UNKNOWN": {"unit": "批"},
            "ITEM_UNKNOWN": {"item": "直升机"},
            "AMOUNT_NOT_A_NUMBER": {"quantity": "若干"},
            "DATE_INVALID": {"start": "2026-02-30"},
            "REGION_UNKNOWN": {"areas": "长安区"},
        }.get(fault, {})
        canonical = {
            "areas": [one.code for one in homes] or ["*"], "certificates": list(giver.certs),
            "end": end.isoformat(), "item": item.name, "quantity": in_base(quantity, item, unit),
            "start": start.isoformat(), "unit": item.base,
        }  # fmt: skip
        entry = Entry("offer", cells, notes=notes, canonical=canonical)
        return entry.refuse(fault) if fault else entry
