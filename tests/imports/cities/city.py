"""A whole made city in a folder: nine registers in the shapes in which clerks keep them."""

import random
from datetime import date
from pathlib import Path

from tests.imports.cities.dress import Dresser
from tests.imports.cities.entries import Entry, divisions
from tests.imports.cities.files import ENCODINGS, Sheet, Style, Writer
from tests.imports.cities.ledger import Ledger
from tests.imports.cities.parties import People
from tests.imports.cities.records import Records

_IN_WAN = ("金额（万元）", "金额(万元)", "捐赠金额（万元）")
_IN_YUAN = ("金额（元）", "金额(元)", "金额")


def build(folder: Path, seed: int, *, size: int = 100, contributions: int = 300) -> None:
    """Write the city of a seed into a folder. ``size`` is the number of volunteers; the rest goes with it."""
    rng = random.Random(seed)
    counties = divisions()
    rng.shuffle(counties)
    people = People(rng, Dresser(rng), counties)
    records, out = Records(people), Writer(folder)
    _parties(rng, people, out, size)
    households = _households(rng, records, size // 2)
    projects = [records.project(index) for index in range(1, max(12, size // 5) + 1)]
    ledger = _ledger(rng, records, out, contributions, (households, projects))
    assert ledger.accepted
    leads = [records.lead(index) for index in range(1, max(12, size // 5) + 1)]
    sheet = Sheet("线索", Style.of(rng, "credit", title="社会救助失信线索与认定台账"), leads)
    out.workbook("07_失信线索.xlsx", [sheet])
    offers = [records.offer(index) for index in range(1, max(20, size // 3) + 1)]
    _text(rng, out, "08_意向", "offer", "资源意向", offers)
    out.finish()


def _parties(rng: random.Random, people: People, out: Writer, size: int) -> None:
    sheets = [
        Sheet(
            kind,
            Style.of(rng, "org", title=f"宝鸡市{kind}登记名册"),
            [people.organisation(kind) for _ in range(max(4, size // 8))],
        )
        for kind in ("社会团体", "民办非企业单位", "基金会")
    ]
    out.workbook("01_名册.xlsx", sheets)
    workers = [people.person("worker", numeric=False) for _ in range(max(4, size // 10))]
    _text(rng, out, "02_社工", "worker", "持证社会工作者名册", workers)
    share = max(2, size // len(people.divisions))
    for number, home in enumerate(people.divisions, start=1):
        name, in_book = f"03_志愿者/{number:02d}_{home.name}", rng.random() < 0.4
        rows = [people.person("volunteer", numeric=in_book, home=home) for _ in range(share)]
        if in_book:
            style = Style.of(rng, "volunteer", title=f"{home.name}注册志愿者名册")
            out.workbook(f"{name}.xlsx", [Sheet("志愿者", style, rows)])
        else:
            _text(rng, out, name, "volunteer", f"{home.name}注册志愿者名册", rows)
    firms = [people.firm() for _ in range(max(4, size // 10))]
    _text(rng, out, "09_企业", "firm", "捐赠企业名册", firms)


def _households(rng: random.Random, records: Records, count: int) -> list[Sheet]:
    sheets = []
    index = 0
    for home in records.people.divisions:
        rows: list[Entry] = []
        for town in rng.sample(home.towns, min(3, len(home.towns))):
            for _ in range(rng.randint(1, max(1, count // 20))):
                index += 1
                rows.append(records.household(index, home, town))
        style = Style.of(rng, "household", title=f"{home.name}社会救助兜底保障对象台账")
        style.merged = rng.choice((("town",), ("town",), ("county", "town"), ()))
        sheets.append(Sheet(home.name, style, rows))
    return sheets


def _ledger(
    rng: random.Random, records: Records, out: Writer, count: int, before: tuple[list[Sheet], list[Entry]]
) -> Ledger:
    households, projects = before
    out.workbook("04_救助台账.xlsx", households)
    title = "宝鸡市社会救助帮扶项目需求清单"
    out.workbook("05_需求.xlsx", [Sheet("项目需求", Style.of(rng, "project", title=title), projects)])
    ledger = Ledger(records)
    months = [date(2025, 11, 1), date(2025, 12, 1), *(date(2026, month, 1) for month in range(1, 11))]
    for first in months:
        wan, in_book = rng.random() < 0.4, rng.random() < 0.4
        rows = ledger.month(first, max(1, count // len(months)), heading_wan=wan, numeric=in_book)
        heading = {"amount": rng.choice(_IN_WAN if wan else _IN_YUAN)}
        title = f"{first.year}年{first.month}月贡献登记表"
        if in_book:
            style = Style.of(rng, "contribution", title=title, headings=heading)
            out.workbook(f"06_台账/{first:%Y-%m}.xlsx", [Sheet("贡献台账", style, rows)])
        else:
            _text(rng, out, f"06_台账/{first:%Y-%m}", "contribution", title, rows, headings=heading)
    return ledger


def _text(
    rng: random.Random,
    out: Writer,
    name: str,
    kind: str,
    title: str,
    rows: list[Entry],
    *,
    headings: dict[str, str] | None = None,
) -> None:
    # GBK has no ¥ and no zero-width space; a program that writes it would fall back to its superset.
    encoding = rng.choice(ENCODINGS)
    sheet = Sheet("", Style.of(rng, kind, title=title, headings=headings), rows)
    if encoding == "gbk":
        encoding = "gb18030"
    out.text(f"{name}.{'txt' if encoding == 'utf-16' else 'csv'}", sheet, encoding)
