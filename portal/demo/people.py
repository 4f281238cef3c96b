"""Invented people: names, births, numbers that nobody was ever given. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.identity.synthetic import synthetic_phone, synthetic_resident_id

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅吕苏卢蒋蔡贾丁"
    "魏薛叶阎余潘杜戴夏钟汪田姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤"
)
_COMMON = 20
"""The first so many surnames are given three times as often, as in life."""
_MALE = "伟强磊军洋勇杰涛明超刚平辉鹏飞波斌宇浩凯健俊帆志建国文博宏毅立新春生海东晓峰振华永红卫民"
_FEMALE = "芳娜敏静丽艳娟霞秀英玲桂兰燕红梅琳洁云莲慧巧美雪荣爱香月莺媛瑞凡佳嘉琼勤珍贞莉彩春菊凤"
_PLAIN = "小晓文志建永春海玉金雅思宝德嘉新世长天"
_DAYS_OF_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Human:
    """An invented natural person."""

    name: str
    female: bool
    born_on: date
    identity_number: str
    phone: str


class Register:
    """Gives out people, each with a name, identity number and phone of its own."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"people:{seed}")
        self._names: set[str] = set()
        self._births: dict[tuple[date, bool], int] = {}
        self._phones = 0

    def human(self, *, youngest: int, oldest: int, on: date) -> Human:
        """Return somebody whose age on a day lies between two numbers of years."""
        female = self._random.random() < 0.55
        days = self._random.randint(youngest * _DAYS_OF_A_YEAR + 10, oldest * _DAYS_OF_A_YEAR)
        born_on = on - timedelta(days=days)
        index = self._births.get((born_on, female), 0)
        self._births[born_on, female] = index + 1
        self._phones += 1
        return Human(
            name=self._name(female),
            female=female,
            born_on=born_on,
            identity_number=synthetic_resident_id(born_on, index, female=female),
            phone=synthetic_phone(self._phones),
        )

    def phone(self) -> str:
        """Return the next telephone number, for an office."""
        self._phones += 1
        return synthetic_phone(self._phones)

    def _name(self, female: bool) -> str:
        """Return a name nobody has had yet; namesakes would only puzzle the visitor of a demo."""
        letters: Sequence[str] = _FEMALE if female else _MALE
        while True:
            surnames = _SURNAMES[:_COMMON] if self._random.random() < 0.6 else _SURNAMES
            given = self._random.choice(letters)
            if self._random.random() < 0.78:
                given = self._random.choice(_PLAIN + "".join(letters)) + given
            name = self._random.choice(surnames) + given
            if name not in self._names:
                self._names.add(name)
                return name
