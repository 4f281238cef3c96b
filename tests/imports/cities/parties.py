"""Who takes part in a made city: organisations, social workers, volunteers, enterprises, households."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.identity import resident_id, uscc
from tests.imports.cities.dress import Dresser, between
from tests.imports.cities.entries import AS_OF, Division, Entry

TODAY = date.fromisoformat(AS_OF)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥玲芬燕彬凤洁梅琳雪云莲真环荣爱妹"
_WORDS = (
    "助残 养老 阳光 春雨 爱心 暖阳 秦岭 渭水 仁和 同心 慈孝 环保 益民 善行 和谐 互助 民生 关中 青铜 夕阳红"
)
_TAILS = {
    "社会团体": ("51", ("协会", "促进会", "义工联合会")),
    "民办非企业单位": ("52", ("社会工作服务中心", "养老服务中心", "职业培训学校")),
    "基金会": ("53", ("慈善基金会", "助困基金会")),
}
_TRADES = ("食品", "农业", "科技", "商贸", "运输", "建材")
_BAD_ID = ("ID_LENGTH", "ID_BIRTHDATE", "ID_CHECK_DIGIT", "ID_SCIENTIFIC")
_BAD_PERSON = (
    *_BAD_ID, "REQUIRED_MISSING:name", "REQUIRED_MISSING:id_number", "DUP_SAME_ID", "REGION_UNKNOWN",
)  # fmt: skip
_BAD_USCC = ("USCC_LENGTH", "USCC_CHARSET", "USCC_CHECK_DIGIT")


@dataclass
class Party:
    """Somebody known: an accepted row's name and number."""

    name: str
    number: str
    is_person: bool
    serious: bool = False
    role: str = ""
    certs: tuple[str, ...] = ()


@dataclass
class People:
    """Makes parties and keeps those that are known."""

    rng: random.Random
    dress: Dresser
    divisions: list[Division]
    known: list[Party] = field(default_factory=list)
    households: dict[str, str] = field(default_factory=dict)
    _numbers: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)
    _index: int = 0

    @property
    def persons(self) -> list[Party]:
        """Known people."""
        return [one for one in self.known if one.is_person]

    @property
    def organisations(self) -> list[Party]:
        """Known social organisations and enterprises."""
        return [one for one in self.known if not one.is_person]

    # numbers and names

    def born(self, first: int = 1945, last: int = 2008) -> date:
        """Return a birthday."""
        return between(self.rng, date(first, 1, 1), date(last, 10, 1))

    def resident_id(self, born: date, *, female: bool) -> str:
        """Return a right resident number that nobody in this city has yet."""
        while True:
            sequence = 2 * self.rng.randrange(500) + (0 if female else 1)
            number = closed_id(f"610399{born:%Y%m%d}{sequence:03d}")
            if number not in self._numbers:
                self._numbers.add(number)
                return number

    def credit_code(self, first: str, county: str) -> str:
        """Return a right credit code that nobody in this city has yet."""
        self._index += 1
        body = f"YYY{self._index:05d}"
        return closed_code(f"{first}{county}{body}{uscc.inner_check_digit(body)}")

    def person_name(self, *, new: bool = False) -> str:
        """Return a name, which others of the city may bear too unless it is to be ``new``."""
        while True:
            given = self.rng.choices(_GIVEN[: len(_GIVEN) if new else 12], k=self.rng.choice((1, 2, 2)))
            name = self.rng.choice(_SURNAMES) + "".join(given) + ("新" if new else "")
            if name not in self._names or not new:
                self._names.add(name)
                return name

    def organisation_name(self, place: str, tails: tuple[str, ...]) -> str:
        """Return a name that no other organisation of the city has."""
        words = _WORDS.split()
        while True:
            middle = "".join(self.rng.sample(words, self.rng.choice((1, 2))))
            name = f"宝鸡市{place}{middle}{self.rng.choice(tails)}"
            if name not in self._names:
                self._names.add(name)
                return name

    def mobile(self) -> str:
        """Return a mobile number of the prefix that is never issued."""
        return f"142{self.rng.randrange(10**8):08d}"

    # what is wrong with a number

    def bad_id(self, right: str, reason: str, *, numeric: bool) -> Any:
        """Return a resident number spoiled for a reason of the rules."""
        if reason == "ID_LENGTH":
            return right[:-1] if self.dress.happens(0.5) else right[:17] + "11"
        if reason == "ID_BIRTHDATE":
            month_day = self.rng.choice(("0230", "1301", "0431", "0000"))
            return closed_id(right[:10] + month_day + right[14:17])
        if reason == "ID_CHECK_DIGIT":
            return right[:17] + ("1" if right[17] != "1" else "2")
        return float(right[:17]) * 10 if numeric and self.dress.happens(0.3) else "6.10399E+17"

    def bad_code(self, right: str, reason: str) -> str:
        """Return a credit code spoiled for a reason of the rules."""
        if reason == "USCC_LENGTH":
            return right[: self.rng.choice((15, 17))]
        if reason == "USCC_CHARSET":
            place = self.rng.randrange(9, 16)
            return right[:place] + self.rng.choice("IOSVZ") + right[place + 1 :]
        return right[:17] + ("2" if right[17] != "2" else "3")

    # registers

    def organisation(self, kind: str) -> Entry:
        """Return a row of the register of organisations; one in eight has something about it."""
        home = self.rng.choice(self.divisions)
        first, tails = _TAILS[kind]
        name = self.organisation_name(home.name if self.dress.happens(0.5) else "", tails)
        code = self.credit_code(first, home.code)
        founded = between(self.rng, date(2005, 1, 1), date(2024, 1, 1))
        ends = between(self.rng, date(2027, 1, 1), date(2031, 1, 1))
        credit = "正常"
        if self.dress.happens(0.08):
            credit = self.rng.choice(("活动异常名录", "严重违法失信"))
        fault = ""
        if self.dress.happens(0.14):
            fault = self.rng.choice(
                (*_BAD_USCC, "USCC_TYPE_MISMATCH", "REGION_UNKNOWN", "DATE_NO_YEAR", "DATE_INVALID",
                 "CERTIFICATE_EXPIRED", "REQUIRED_MISSING:name", "DUP_SAME_CODE", "CODE_CONFLICT")
            )  # fmt: skip
        same = [one for one in self.organisations if one.number.startswith(first)]
        if fault in {"DUP_SAME_CODE", "CODE_CONFLICT"}:
            if not same:
                fault = ""
            else:
                twin = self.rng.choice(same)
                code = twin.number
                name = name if fault == "CODE_CONFLICT" else self._same_name(twin.name)
        if fault == "CERTIFICATE_EXPIRED":
            ends = TODAY - timedelta(days=self.rng.randint(1, 900))
        notes: set[str] = set()
        cells: dict[str, Any] = {
            "name": self.dress.text(name, notes),
            "uscc": self.dress.number(code, notes),
            "licence": f"陕宝社证字第{self._index:04d}号",
            "person": self.person_name(),
            "charity": self.rng.choice("是否"),
            "registry": f"{home.name}民政局",
            "supervisor": "业务主管单位略",
            "established": self.dress.day(founded, notes),
            "valid_to": self.dress.day(ends, notes),
            "grade": (grade := self.rng.choice(("", "1A", "2A", "3A", "4A", "5A"))),
            "credit": credit,
            "county": home.name,
            "address": f"{home.name}{self.rng.choice(home.towns)}1号",
            "phone": f"0917-0{self.rng.randrange(10**6):06d}",
            "remark": "",
        }
        if fault in _BAD_USCC:
            cells["uscc"] = self.bad_code(code, fault)
        elif fault == "USCC_TYPE_MISMATCH":
            other = self.rng.choice([one for one in ("51", "52", "53") if one != first])
            cells["uscc"] = closed_code(other + code[2:17])
        elif fault == "REGION_UNKNOWN":
            cells["county"] = self.rng.choice(("长安区", "汶川县", "泗县"))
        elif fault in {"DATE_NO_YEAR", "DATE_INVALID"}:
            cells["established"] = self.dress.bad_day(fault)
        elif fault == "REQUIRED_MISSING:name":
            cells["name"] = self.rng.choice(("", " ", "\u3000"))
        canonical = {
            "county": home.code, "credit": credit, "established": founded.isoformat(), "grade": grade,
            "name": name, "type": kind, "uscc": code, "valid_to": ends.isoformat(),
        }  # fmt: skip
        entry = Entry("org", cells, notes=notes, canonical=canonical, sheet=kind)
        return self._settle(entry, fault, Party(name, code, False, serious=credit == "严重违法失信"))

    def firm(self) -> Entry:
        """Return a row of the register of enterprises."""
        home = self.rng.choice(self.divisions)
        self._index += 1
        name = f"宝鸡虚构{self.rng.choice(_WORDS.split())}{self._index:05d}{self.rng.choice(_TRADES)}有限公司"
        code = self.credit_code("91", home.code)
        fault = self.rng.choice(_BAD_USCC) if self.dress.happens(0.08) else ""
        notes: set[str] = set()
        cells: dict[str, Any] = {
            "name": self.dress.text(name, notes),
            "uscc": self.bad_code(code, fault) if fault else self.dress.number(code, notes),
            "county": home.name,
            "phone": f"0917-0{self.rng.randrange(10**6):06d}",
        }
        entry = Entry("firm", cells, notes=notes, canonical={"name": name, "uscc": code})
        return self._settle(entry, fault, Party(name, code, False))

    def person(self, kind: str, *, numeric: bool, home: Division | None = None) -> Entry:
        """Return a row of the register of social workers or of volunteers."""
        home = home or self.rng.choice(self.divisions)
        fault = ""
        if self.dress.happens(0.09):
            fault = self.rng.choice(_BAD_PERSON)
        if kind == "volunteer" and self.dress.happens(0.02):
            fault = "UNDER_14"
        born, female = (
            (self.born(2013, 2016) if fault == "UNDER_14" else self.born()),
            self.dress.happens(0.5),
        )
        name, number = self.person_name(), self.resident_id(born, female=female)
        if fault == "DUP_SAME_ID":
            # One person may have several roles, so only the same register tells a second entry.
            twins = [one for one in self.persons if one.role == kind]
            if not twins:
                fault = ""
            else:
                twin = self.rng.choice(twins)
                name, number = twin.name, twin.number
        phone, notes = self.mobile(), set[str]()
        day = between(self.rng, date(2015, 1, 1), date(2026, 9, 30))
        certs = ()
        if kind == "volunteer" and self.dress.happens(0.2):
            certs = tuple(self.rng.sample(("护理员证", "社会工作者证", "律师证"), self.rng.choice((1, 1, 2))))
        consent = self.rng.choice(("是", "否", ""))
        shown = self.dress.number(number, notes)
        if not fault and number[6:8] == "19" and self.dress.happens(0.02):
            notes -= {"SPACES", "FULLWIDTH", "LOWERCASE"}
            notes.add("ID15")
            shown = number[:6] + number[8:17]
        cells: dict[str, Any] = {
            "name": self.dress.text(name, notes),
            "id": shown,
            "sex": "女" if female else "男",
            "phone": self.dress.phone(phone, notes),
            "county": home.name,
            "town": self.rng.choice(home.towns),
            "village": "某村委会",
        }
        canonical: dict[str, Any] = {
            "birth": born.isoformat(), "county": home.code, "id": number, "name": name, "phone": phone,
            "sex": "女" if female else "男",
        }  # fmt: skip
        if kind == "worker":
            level = self.rng.choice(("助理社会工作师", "社会工作师", "高级社会工作师"))
            cells |= {
                "level": level,
                "certificate": f"SW2026{self._index:04d}",
                "issued": self.dress.day(day, notes),
            }
            canonical |= {"level": level, "issued": day.isoformat()}
        else:
            services = self.rng.choice(("不限", "家政保洁", "助餐送餐", "课业辅导"))
            cells |= {"certs": "、".join(certs), "services": services, "consent": consent}
            cells["registered"] = self.dress.day(day, notes)
            canonical |= {"certs": list(certs), "consent": consent == "是", "registered": day.isoformat()}
        if fault in _BAD_ID:
            cells["id"] = self.bad_id(number, fault, numeric=numeric)
        elif fault.startswith("REQUIRED_MISSING"):
            cells["name" if fault.endswith("name") else "id"] = self.rng.choice(("", "\u3000"))
        elif fault == "REGION_UNKNOWN":
            cells["county"] = "长安区"
        entry = Entry(kind, cells, notes=notes, canonical=canonical)
        return self._settle(entry, fault, Party(name, number, True, role=kind, certs=certs))

    def _settle(self, entry: Entry, fault: str, party: Party) -> Entry:
        if not fault:
            self.known.append(party)
            return entry
        decision = "duplicate" if fault.startswith("DUP") else "reject"
        if fault in {"CERTIFICATE_EXPIRED", "UNDER_14", "CODE_CONFLICT"}:
            decision = "review"
        return entry.refuse(fault, decision)

    def _same_name(self, name: str) -> str:
        """Return the name of the same organisation in another hand: without 市, 区 or 县, or with a blank in it."""
        way = self.rng.randrange(3)
        if way == 0:
            return name.replace("宝鸡市", "宝鸡", 1)
        return name[:4] + " " + name[4:] if way == 1 else name


def closed_id(first_17: str) -> str:
    """Return a resident number with its check digit."""
    return first_17 + resident_id.check_digit(first_17)


def closed_code(first_17: str) -> str:
    """Return a credit code with its check digit."""
    return first_17 + uscc.check_digit(first_17)
