"""`/staff/assistance`: what households of the actor's regions received, and where somebody helped all the same."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, exports
from app.access import current_actor, requires
from app.db import reading
from app.errors import InvalidInput
from app.feature import Door, NavigationItem
from app.ids import clean_code
from app.look.addresses import with_query
from app.masking import public_name
from app.parties.kinds import PartyKind
from app.parties.models import Household, Party
from app.permissions import Permission
from app.regions import queries as regions
from app.regions.rules import is_code
from app.tables import Column, ColumnKind
from projects.assistance import aid_kinds, assistance, queries
from projects.assistance.assistance import AssistanceData
from projects.assistance.forms import AssistanceForm
from projects.assistance.kinds import AssistanceSource
from projects.assistance.queries import Filters, Row

bp = Blueprint("assistance_staff", __name__, url_prefix="/staff/assistance")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("已获救助记录"),
        "assistance_staff.index",
        Permission.READ_HOUSEHOLDS,
        "journal-check",
        order=318,
    ),
)
MOST_EXPORTED = 50_000
"""Rows of one export; narrower filters give the rest."""


@bp.get("")
@requires(Permission.READ_HOUSEHOLDS)
def index() -> ResponseReturnValue:
    """List what households of the actor's regions received, names masked, as a page or as a table to take away."""
    actor, export, filters = current_actor(), request.args.get("export"), _filters(request.args)
    with reading() as session:
        if export:
            found = queries.staff_rows(session, actor, filters, limit=MOST_EXPORTED)
            return exports.download(_lines(session, found), _export_columns(), _("已获救助记录"), export)
        page = queries.staff_page(
            session, actor, filters, after=request.args.get("after"), before=request.args.get("before")
        )
        rows = _lines(session, page.rows)
        kinds = [(str(key), name) for key, name in aid_kinds.offered(session)]
        below = [
            (one.code, one.name)
            for code in actor.regions(Permission.READ_HOUSEHOLDS)
            for one in regions.children(session, code)
        ]
    return render_template(
        "assistance/index.html",
        rows=rows,
        columns=_columns(),
        filters=filters,
        kinds=kinds,
        below=below,
        sources=AssistanceSource.choices(),
        before=with_query(before=page.before, after=None) if page.before else None,
        after=with_query(after=page.after, before=None) if page.after else None,
        may_enter=actor.may(Permission.ENTER_RECORDS),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.ENTER_RECORDS)
def new() -> ResponseReturnValue:
    """Write down help that one learnt of."""
    form = AssistanceForm(household=request.args.get("household", ""), given_on=clock.today())
    with reading() as session:
        form.offer(aid_kinds.offered(session))

    def act(session: Session) -> str:
        household = _household(session, form.household.data)
        giver_id = _organisation(session, form.organisation.data)
        data = AssistanceData(
            household_id=household,
            kind_id=uuid.UUID(form.kind.data),
            what=form.what.data,
            given_on=form.given_on.data or clock.today(),
            giver=form.giver.data,
            amount_fen=form.amount.data,
            organisation_id=giver_id,
        )
        assistance.enter(session, data, actor=current_actor())
        flash(_("已记下这次救助。"), "done")
        return url_for(".index", number=form.household.data)

    return form.carry_out(act) or form.page("assistance/new.html")


@bp.get("/overrides")
@requires(Permission.READ_HOUSEHOLDS)
def overrides() -> ResponseReturnValue:
    """List where somebody was told of the same kind of help and gave it all the same, month by month."""
    actor, month = current_actor(), _month(request.args.get("month", ""))
    with reading() as session:
        found = queries.overrides(session, actor, month)
        kinds = aid_kinds.names_of(session, {one.override.kind_id for one in found})
        places = regions.full_names(session, {one.override.region_code for one in found})
    rows = [
        {
            "number": one.file_number,
            "kind": kinds.get(one.override.kind_id),
            "hint": _(
                "%(count)d 家单位，%(days)d 天", count=one.override.organisations, days=one.override.days
            ),
            "place": places.get(one.override.region_code),
            "who": one.actor_name,
            "on": clock.civil_date(one.override.happened_at),
            "reason": one.reason,
        }
        for one in found
    ]
    if request.args.get("export"):
        columns = [Column(one["key"], one["label"]) for one in _override_columns() if one["key"] != "on"]
        return exports.download(
            rows,
            [Column("on", _("日期"), ColumnKind.DAY), *columns],
            _("同类救助仍予办理清单"),
            request.args["export"],
        )
    return render_template(
        "assistance/overrides.html",
        rows=rows,
        columns=_override_columns(),
        month=month,
        earlier=_shifted(month, -1),
        later=_shifted(month, 1) if month < clock.today().replace(day=1) else None,
    )


def _filters(args: Mapping[str, str]) -> Filters:
    kind, region, source = args.get("kind", ""), args.get("region", ""), args.get("source", "")
    return Filters(
        kind_id=_key(kind),
        region=region if is_code(region) else None,
        source=AssistanceSource(source) if source in set(AssistanceSource) else None,
        number=args.get("number", "").strip()[:20].replace("\x00", ""),
    )


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _month(text: str) -> date:
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        asked = clock.today().replace(day=1)
    return min(max(asked, date(2020, 1, 1)), clock.today().replace(day=1))


def _shifted(month: date, by: int) -> str:
    place = month.year * 12 + month.month - 1 + by
    return f"{place // 12:04d}-{place % 12 + 1:02d}"


def _household(session: Session, number: str) -> uuid.UUID:
    found = session.scalar(select(Household.party_id).where(Household.file_number == number))
    if found is None:
        raise InvalidInput(_("没有这个家庭编号，请核对。"), field="household")
    return found


def _organisation(session: Session, code: str | None) -> uuid.UUID | None:
    if not code:
        return None
    wanted = select(Party.id).where(Party.code == clean_code(code), Party.kind == PartyKind.ORGANISATION)
    found = session.scalar(wanted)
    if found is None:
        raise InvalidInput(_("没有这个编号的参与单位，请核对。"), field="organisation")
    return found


def _lines(session: Session, found: Any) -> list[dict[str, Any]]:
    rows: list[Row] = list(found)
    kinds = aid_kinds.names_of(session, {row.assistance.kind_id for row in rows})
    places = regions.full_names(session, {row.household.region_code for row in rows})
    return [
        {
            "name": public_name(row.household.name),
            "number": row.file_number,
            "kind": kinds.get(row.assistance.kind_id),
            "what": row.assistance.what,
            "amount": row.assistance.amount_fen,
            "given_on": row.assistance.given_on,
            "giver": row.assistance.giver,
            "place": places.get(row.household.region_code, row.household.region_code),
            "source": str(row.assistance.source.label),
        }
        for row in rows
    ]


def _columns() -> list[dict[str, Any]]:
    return [
        {"key": "what", "label": _("救助内容"), "card": "title", "sub": "kind"},
        {"key": "name", "label": _("家庭"), "sub": "number"},
        {"key": "place", "label": _("所在地")},
        {"key": "amount", "label": _("金额（元）"), "kind": "money"},
        {"key": "given_on", "label": _("日期"), "kind": "date", "card": "side"},
        {"key": "giver", "label": _("救助单位")},
        {"key": "source", "label": _("来源")},
    ]


def _export_columns() -> list[Column]:
    return [
        Column("number", _("家庭编号")),
        Column("name", _("户主")),
        Column("place", _("所在地")),
        Column("kind", _("救助种类")),
        Column("what", _("救助内容")),
        Column("amount", _("金额（元）"), ColumnKind.MONEY),
        Column("given_on", _("救助日期"), ColumnKind.DAY),
        Column("giver", _("救助单位")),
        Column("source", _("来源")),
    ]


def _override_columns() -> list[dict[str, Any]]:
    return [
        {"key": "reason", "label": _("仍予办理的理由"), "card": "title"},
        {"key": "number", "label": _("家庭编号")},
        {"key": "kind", "label": _("救助种类")},
        {"key": "hint", "label": _("已有同类救助")},
        {"key": "place", "label": _("所在地")},
        {"key": "who", "label": _("经办人")},
        {"key": "on", "label": _("日期"), "kind": "date", "card": "side"},
    ]
