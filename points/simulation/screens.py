"""What the page and the workbook of a simulation are made of."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import figures
from app.masking import public_name
from app.parties.models import Party, PartyKind
from app.permissions import Actor, Permission
from app.regions import queries as regions
from app.rows import parts
from app.tables import Column, ColumnKind, Sheet, frame
from points.simulation.results import PartyLine, Result, Sums

PAGE = 50
KIND_COLUMNS = [
    {"key": "kind", "label": _l("贡献类别"), "card": "title"},
    {"key": "contributions", "label": _l("贡献（条）"), "kind": "number"},
    {"key": "changed", "label": _l("其中有变化"), "kind": "number"},
    {"key": "before", "label": _l("现在"), "kind": "points"},
    {"key": "after", "label": _l("改后"), "kind": "points"},
    {"key": "change", "label": _l("增减"), "kind": "number", "card": "side"},
]
PARTY_COLUMNS = [
    {"key": "name", "label": _l("参与主体"), "card": "title", "sub": "place"},
    {"key": "before", "label": _l("现在"), "kind": "points"},
    {"key": "after", "label": _l("改后"), "kind": "points"},
    {"key": "change", "label": _l("增减"), "kind": "number", "card": "side"},
    {"key": "redeemable", "label": _l("可兑换增减"), "kind": "number"},
    {"key": "ranks", "label": _l("名次"), "kind": "number"},
    {"key": "changed", "label": _l("有变化的贡献"), "kind": "number"},
]
WHO = {"all": _l("全部"), "more": _l("增加的"), "fewer": _l("减少的"), "same": _l("不变的")}


def signed(centipoints: int) -> str:
    """Return a change in points with its sign: +2.25, -1, 0."""
    return f"+{figures.points(centipoints)}" if centipoints > 0 else figures.points(centipoints)


def kind_rows(result: Result) -> list[dict[str, Any]]:
    """Return the lines of the table by kind of contribution."""
    return [{"kind": kind.label, **_sums(one)} for kind, one in result.kinds.items()]


def kind_sums(result: Result) -> dict[str, str]:
    """Return the foot of the table by kind."""
    total = result.total
    return {
        "contributions": f"{total.contributions:,}",
        "changed": f"{total.changed:,}",
        "before": figures.points(total.before),
        "after": figures.points(total.after),
        "change": signed(total.change),
    }


def party_lines(result: Result, who: str, kind: PartyKind | None) -> list[PartyLine]:
    """Return the parties that are asked for, who changes most first."""
    return [one for one in result.parties if _fits(one.change, who) and (kind is None or one.kind is kind)]


def _fits(change: int, who: str) -> bool:
    match who:
        case "more":
            return change > 0
        case "fewer":
            return change < 0
        case "same":
            return change == 0
        case _:
            return True


def party_rows(session: Session, lines: Sequence[PartyLine], actor: Actor) -> list[dict[str, Any]]:
    """Return the lines of the table of parties; persons by their masked names for who may not read the register."""
    parties = _parties(session, [one.party_id for one in lines])
    places = regions.full_names(session, [one.region_code for one in parties.values()])
    return [
        {
            "name": _name(parties.get(one.party_id), actor),
            "place": f"{one.kind.label} · {places.get(_region(parties, one), '')}",
            **_sums(one),
            "redeemable": signed(one.redeemable_change),
            "ranks": _ranks(one),
        }
        for one in lines
    ]


def example_rows(session: Session, result: Result, actor: Actor) -> list[dict[str, Any]]:
    """Return some contributions that come out different, each with both arithmetics."""
    parties = _parties(session, [one.party_id for one in result.examples])
    return [
        {
            "title": f"{_name(parties.get(one.party_id), actor)} · {one.kind.label} · "
            f"{figures.day_text(one.happened_on)}",
            "cause": str(one.cause.label),
            "change": signed(one.after - one.before),
            "redeemable": signed(one.redeemable_after - one.redeemable_before),
            "before": one.wording_before,
            "after": one.wording_after,
        }
        for one in result.examples
    ]


def sheets(session: Session, result: Result, actor: Actor) -> list[Sheet]:
    """Return the sheets of the workbook."""
    number, text, points = ColumnKind.INTEGER, ColumnKind.TEXT, ColumnKind.POINTS
    sums = [
        Column("contributions", _("贡献条数"), number),
        Column("changed", _("有变化的条数"), number),
        Column("points_before", _("荣誉积分（现在）"), points),
        Column("points_after", _("荣誉积分（改后）"), points),
        Column("points_change", _("荣誉积分增减"), points),
        Column("redeemable_before", _("可兑换积分（现在）"), points),
        Column("redeemable_after", _("可兑换积分（改后）"), points),
        Column("redeemable_change", _("可兑换积分增减"), points),
    ]
    parties = _parties(session, [one.party_id for one in result.parties])
    places = regions.full_names(session, [one.region_code for one in parties.values()])
    return [
        Sheet(
            _("参与主体"),
            [
                {
                    "name": _name(parties.get(one.party_id), actor),
                    "kind": one.kind,
                    "place": places.get(_region(parties, one), ""),
                    "rank_before": one.rank_before,
                    "rank_after": one.rank_after,
                    **_whole(one),
                }
                for one in result.parties
            ],
            [
                Column("name", _("参与主体"), text),
                Column("kind", _("种类"), text),
                Column("place", _("地区"), text),
                *sums,
                Column("rank_before", _("名次（现在）"), number),
                Column("rank_after", _("名次（改后）"), number),
            ],
        ),
        Sheet(
            _("按区县"),
            _county_rows(session, result, parties),
            [Column("county", _("区县"), text), Column("parties", _("参与主体（个）"), number), *sums],
        ),
        Sheet(
            _("按贡献类别"),
            [{"kind": kind, **_whole(one)} for kind, one in result.kinds.items()],
            [Column("kind", _("贡献类别"), text), *sums],
        ),
        Sheet(
            _("为什么变"),
            [{"cause": cause, "count": count} for cause, count in result.causes.items()],
            [Column("cause", _("原因"), text), Column("count", _("贡献条数"), number)],
        ),
        Sheet(
            _("举例"),
            example_rows(session, result, actor),
            [
                Column("title", _("哪一条"), text),
                Column("cause", _("原因"), text),
                Column("change", _("增减"), text),
                Column("redeemable", _("可兑换增减"), text),
                Column("before", _("现在的算式"), text),
                Column("after", _("改后的算式"), text),
            ],
        ),
    ]


def _county_rows(session: Session, result: Result, parties: dict[UUID, Party]) -> list[dict[str, Any]]:
    """Return the sums of all parties by county, in the order of the counties' codes."""
    names = list(_whole(result.total))
    rows = [
        {"code": f"{_region(parties, one)[:6]:0<12}", "parties": 1, **_whole(one)} for one in result.parties
    ]
    columns = [Column(name, name) for name in ("code", "parties", *names)]
    sums = frame(rows, columns).groupby("code", sort=True).sum()
    counties = regions.full_names(session, [str(code) for code in sums.index])
    return [
        {
            "county": counties.get(str(code), str(code)),
            **{name: int(line[name]) for name in ("parties", *names)},
        }
        for code, line in sums.iterrows()
    ]


def how_to_read(first: str, last: str, version: int) -> list[str]:
    """Return the lines of the sheet that says what the workbook shows and what it does not."""
    return [
        _("这是试算，没有写入任何积分。"),
        _("把 %(first)s 至 %(last)s 发生、已经核验并记账的贡献，按当时核验的事实、记账的先后，"
          "用第 %(version)d 版规则重新计算。", first=first, last=last, version=version),
        _("冲正的贡献不计入；冲正时归还的上限，在重算里同样归还。时期以外的贡献分数不变，用掉的上限照算。"),
        _("“现在”是记在账上的分数（含以往的调整），“改后”是按所试规则的分数。"),
        _("名次只在可以公开名字的主体里、按种类分别排，同分同名次；没有名次的写空。"),
    ]  # fmt: skip


def _sums(one: Sums) -> dict[str, Any]:
    return {
        "contributions": one.contributions,
        "changed": one.changed,
        "before": one.before,
        "after": one.after,
        "change": signed(one.change),
    }


def _whole(one: Sums) -> dict[str, Any]:
    return {
        "contributions": one.contributions,
        "changed": one.changed,
        "points_before": one.before,
        "points_after": one.after,
        "points_change": one.change,
        "redeemable_before": one.redeemable_before,
        "redeemable_after": one.redeemable_after,
        "redeemable_change": one.redeemable_change,
    }


def _ranks(one: PartyLine) -> str:
    if one.rank_before is None and one.rank_after is None:
        return ""
    before, after = (rank or "—" for rank in (one.rank_before, one.rank_after))
    return f"{before} → {after}"


def _parties(session: Session, keys: Iterable[UUID]) -> dict[UUID, Party]:
    return {
        party.id: party
        for some in parts(sorted(set(keys)))
        for party in session.scalars(select(Party).where(Party.id.in_(some)))
    }


def _region(parties: dict[UUID, Party], one: PartyLine) -> str:
    party = parties.get(one.party_id)
    return party.region_code if party else ""


def _name(party: Party | None, actor: Actor) -> str:
    if party is None:
        return str(_("已不在登记册"))
    if party.kind is PartyKind.ORGANISATION or actor.may(Permission.READ_PARTIES):
        return party.name
    return public_name(party.name)
