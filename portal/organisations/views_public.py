"""`/organisations`: the directory, and each organisation's page."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from app import clock, figures
from app.access import public
from app.db import reading
from app.look.addresses import with_query
from app.parties import directory
from app.parties.kinds import OrganisationKind, PartyKind
from app.regions import queries as regions
from app.regions.forms import city_region
from app.regions.rules import is_code
from points.ledger import queries as ledger
from points.ledger.kinds import AccountKind
from points.rankings import queries as rankings
from points.rankings.boards import Cut
from points.statements import charts
from portal.organisations import queries
from portal.queries import this_month
from projects.contributions import published, summary
from projects.contributions.queries import Row

bp = Blueprint("organisations_public", __name__, url_prefix="/organisations")

COLUMNS = [
    {"key": "name", "label": _l("单位"), "card": "title", "url": "url", "sub": "kind", "sort": "name"},
    {"key": "region", "label": _l("所在地"), "bare": True},
    {"key": "points", "label": _l("荣誉积分"), "kind": "points", "card": "side", "sort": "points"},
]
GIVEN_COLUMNS = [
    {"key": "happened_on", "label": _l("日期"), "kind": "date", "bare": True},
    {"key": "item", "label": _l("贡献"), "card": "title", "sub": "kind"},
    {"key": "region", "label": _l("受益地"), "bare": True},
    {"key": "amount", "label": _l("数量或价值"), "kind": "number", "bare": True},
    {"key": "grade", "label": _l("证据"), "kind": "grade", "card": "none"},
    {"key": "points", "label": _l("积分"), "kind": "points", "card": "side"},
]


@bp.get("")
@public
def index() -> str:
    """Show the directory: filters and order stay in the address."""
    text = request.args.get("q", "").strip()[:60]
    kind = _kind(request.args.get("kind", ""))
    region = request.args.get("region", "")
    region = region if is_code(region) else ""
    sort = request.args.get("sort", "-points")
    if sort.removeprefix("-") not in queries.SORTS:
        sort = "-points"
    with reading() as session:
        found = queries.page(
            session, text=text, kind=kind, region_code=region or None, sort=sort,
            after=request.args.get("after"), before=request.args.get("before"),
        )  # fmt: skip
        total = queries.count(session, text=text, kind=kind, region_code=region or None)
        names = regions.full_names(session, [entry.party.region_code for entry in found.rows])
        counties = regions.children(session, city_region(), on=clock.today())
    return render_template(
        "portal/organisations.html",
        columns=COLUMNS,
        rows=[
            {
                "name": entry.party.name,
                "url": url_for("organisations_public.show", code=entry.party.code),
                "kind": entry.organisation.organisation_kind.label,
                "region": names.get(entry.party.region_code, ""),
                "points": entry.centipoints,
            }
            for entry in found.rows
        ],
        total=total,
        text=text,
        kind=kind.value if kind else "",
        kinds=OrganisationKind.choices(),
        region=region,
        counties=[(one.code, one.name) for one in counties],
        before=with_query(before=found.before, after=None) if found.before else None,
        after=with_query(after=found.after, before=None) if found.after else None,
    )


@bp.get("/<code>")
@public
def show(code: str) -> str:
    """Show what an organisation is and what it gave."""
    today = clock.today()
    with reading() as session:
        party, organisation = directory.organisation(session, code)
        given = queries.contributions(
            session, party, after=request.args.get("after"), before=request.args.get("before")
        )
        totals = published.totals(session, party_id=party.id)
        organised = published.organised_minutes(session, party.id)
        head = ledger.heads(session, party.id).get(AccountKind.HONOUR)
        chart = charts.by_month_and_kind(session, head, today, as_of=figures.moment(clock.now()))
        rank = rankings.standing_of(
            session, party.id, Cut(period=this_month(), party_kind=PartyKind.ORGANISATION)
        )
        honour = head.known.balance if head else 0
        places = [party.region_code, *(row[0].region_code for row in given.rows)]
        names = regions.full_names(session, places)
    return render_template(
        "portal/organisation.html",
        party=party,
        organisation=organisation,
        place=names.get(party.region_code, ""),
        totals=totals,
        organised=organised,
        rank=rank,
        honour=honour,
        chart=chart,
        columns=GIVEN_COLUMNS,
        rows=[_given(row, names) for row in given.rows],
        before=with_query(before=given.before, after=None) if given.before else None,
        after=with_query(after=given.after, before=None) if given.after else None,
    )


def _given(row: Any, names: dict[str, str]) -> dict[str, Any]:
    contribution, giver, item = row
    return {
        "happened_on": contribution.happened_on,
        "item": item.name,
        "kind": contribution.kind.label,
        "region": names.get(contribution.region_code, ""),
        "amount": summary.verified_text(Row(contribution, giver.name, "", item)),
        "grade": contribution.evidence_grade,
        "points": contribution.awarded_centipoints,
    }


def _kind(text: str) -> OrganisationKind | None:
    return OrganisationKind(text) if text in set(OrganisationKind) else None
