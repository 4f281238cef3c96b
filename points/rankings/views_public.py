"""`/rankings`: who gave most, live; and the rankings that were frozen and published for good."""

import hashlib
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Session

from app import clock, figures
from app.access import current_actor, public
from app.db import reading
from app.downloads import as_download, as_stream
from app.exports import download
from app.feature import Door, NavigationItem
from app.look.addresses import with_query
from app.paging import Page
from app.parties import queries as parties
from app.parties.models import Party, PartyKind
from app.permissions import Permission
from app.regions import queries as regions
from app.regions.forms import city_region
from app.tables import CSV, csv_lines
from points.rankings import pictures, published, queries, screens
from points.rankings.boards import Cut
from points.rankings.kinds import SizeClass
from points.rankings.queries import Ranked
from points.rankings.rules import months_back
from points.rankings.screens import Choice
from points.rulesets.kinds import ContributionKind

bp = Blueprint("rankings_public", __name__, url_prefix="/rankings")
NAVIGATION = (NavigationItem(Door.PUBLIC, _l("积分排行"), "rankings_public.index", icon="trophy", order=200),)
_EXPORT_PAGE = 1_000
_MOVERS = 100
_DIFFERENCES = 50


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """Show one live ranking: all that narrows it stays in the address. Unchanged since the last visit: 304."""
    today = clock.today()
    choice = screens.read_choice(request.args, today)
    cut = choice.cut()
    if request.args.get("export"):
        return _export(cut, choice)
    with reading() as session:
        tag = _tag(queries.version(session), today.isoformat())
        if _is_unchanged(tag):
            return _not_modified(tag)
        own = _own_places(session, cut)
        page = _page(session, cut, own)
        as_of = queries.as_of(session)
        shown_as_of = figures.moment(as_of) if as_of else ""
        answer = render_template(
            "points/rankings/index.html",
            title=_("%(period)s积分排行", period=screens.period_words(choice.period)),
            **_filters(session, choice),
            columns=screens.COLUMNS,
            rows=screens.rows(page.rows, _places(session, page.rows)),
            total=queries.count(session, cut),
            own=own,
            first_ten=pictures.first_ten(queries.top(session, cut), shown_as_of),
            distribution=pictures.distribution(
                queries.distribution(session, cut, pictures.FLOORS), shown_as_of
            ),
            by_month=pictures.by_month(queries.points_by_kind(session, months_back(today)), shown_as_of),
            as_of=shown_as_of,
            periods=screens.period_choices(today, choice.period),
            frozen=list(reversed(published.frozen_files(session, programme=cut.programme))),
            period_words=screens.period_words,
            **_pager(page),
        )
    return _tagged(answer, tag)


@bp.get("/<period>/<int:number>")
@public
def frozen(period: str, number: int) -> ResponseReturnValue:
    """Show a frozen ranking with all that is needed to make it anew, and how places moved."""
    today = clock.today()
    choice = screens.read_choice(request.args, today, period=period)
    with reading() as session:
        found = published.find(session, period, number)
        tag = _tag(found.frozen.file_sha256.hex(), queries.version(session), today.isoformat())
        if _is_unchanged(tag):
            return _not_modified(tag)
        cut = choice.cut(found.frozen.id)
        page = _page(session, cut, [])
        moves = published.moves(session, found.frozen, [one.party_id for one in page.rows])
        first = queries.top(session, cut, _MOVERS)
        first_moves = published.moves(session, found.frozen, [one.party_id for one in first])
        shown_at = figures.moment(found.frozen.frozen_at)
        answer = render_template(
            "points/rankings/frozen.html",
            title=_("%(period)s积分排行（已发布）", period=screens.period_words(period)),
            **_filters(session, choice),
            found=found,
            siblings=[
                one
                for one in published.frozen_files(session, programme=found.programme)
                if one.frozen.period == period and one.frozen.number != number
            ],
            columns=[*screens.COLUMNS, screens.MOVE] if moves else screens.COLUMNS,
            rows=screens.rows(page.rows, _places(session, page.rows), moves),
            total=queries.count(session, cut),
            movers=pictures.top_movers(first, first_moves, shown_at),
            distribution=pictures.distribution(queries.distribution(session, cut, pictures.FLOORS), shown_at),
            differences=_differences(session, found),
            **_pager(page),
        )
    return _tagged(answer, tag)


@bp.get("/<period>/<int:number>.csv")
@public
def frozen_file(period: str, number: int) -> Response:
    """Return the canonical file of a frozen ranking, byte for byte what its published hash is of. Had already: 304."""
    with reading() as session:
        found = published.find(session, period, number)
        tag = found.frozen.file_sha256.hex()
        if request.if_none_match.contains(tag):
            answer = make_response("", 304)
        else:
            answer = as_download(published.content(session, found.frozen), f"{found.name}.csv", CSV)
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "public, no-cache"
    return answer


def _page(session: Session, cut: Cut, own: list[dict[str, Any]]) -> Page[Ranked]:
    """Return the page that the address asks for: by cursor, from a rank, or from one's own place."""
    rank = request.args.get("rank", "")
    if rank.isascii() and rank.isdecimal() and int(rank[:9]) > 0:
        return queries.from_rank(session, cut, int(rank[:9]))
    at = next((one["id"] for one in own if one["code"] == request.args.get("at")), None)
    found = queries.from_party(session, cut, at) if at else None
    if found is not None:
        return found
    return queries.page(session, cut, after=request.args.get("after"), before=request.args.get("before"))


def _own_places(session: Session, cut: Cut) -> list[dict[str, Any]]:
    """Return where the reader's own organisations, or the reader, stand in this cut."""
    actor = current_actor()
    keys = (
        list(dict.fromkeys(actor.organisations(Permission.OWN_STATEMENT)))
        if cut.party_kind is PartyKind.ORGANISATION
        else [actor.person_id]
    )
    found = []
    for key in keys:
        if key is None:
            continue
        party: Party = parties.get(session, key)
        place = queries.standing_of(session, key, cut)
        found.append({"id": key, "code": party.code, "name": party.name, "place": place})
    return found


def _filters(session: Session, choice: Choice) -> dict[str, Any]:
    """Return what the filters offer; a level of places only below a chosen one."""
    today = clock.today()

    def below(code: str | None) -> list[tuple[str, str]]:
        return [(one.code, one.name) for one in regions.children(session, code, on=today)] if code else []

    return {
        "choice": choice,
        "kinds": ContributionKind.choices(),
        "party_kinds": [(one.value, one.label) for one in screens.RANKED_KINDS],
        "sizes": SizeClass.choices() if choice.party_kind is PartyKind.ORGANISATION else [],
        "counties": below(city_region()),
        "towns": below(choice.county),
        "villages": below(choice.town),
    }


def _places(session: Session, found: Any) -> dict[str, str]:
    return regions.full_names(session, {one.region_code for one in found if one.region_code})


def _pager(page: Page[Ranked]) -> dict[str, str | None]:
    off = {"rank": None, "at": None}
    return {
        "before": with_query(before=page.before, after=None, **off) if page.before else None,
        "after": with_query(after=page.after, before=None, **off) if page.after else None,
    }


def _export(cut: Cut, choice: Choice) -> Response:
    """Return the whole ranking as a file: CSV is sent while it is read, so that no length is too much."""
    title = _("%(period)s积分排行", period=screens.period_words(choice.period))
    kind = request.args.get("export", "")
    if kind == "csv":
        lines = stream_with_context(csv_lines(_all_rows(cut), screens.EXPORTED))
        return as_stream(lines, f"{title} {clock.today().isoformat()}.csv", CSV)
    return download(_all_rows(cut), screens.EXPORTED, title, kind)


def _all_rows(cut: Cut) -> Iterator[dict[str, Any]]:
    """Yield all lines of a cut from the top, page by page, as they stand at one moment."""
    after = None
    with reading() as session:
        while True:
            page = queries.page(session, cut, after=after, size=_EXPORT_PAGE)
            yield from screens.rows(page.rows, _places(session, page.rows))
            after = page.after
            if after is None:
                return


def _differences(session: Session, found: published.FrozenFile) -> list[dict[str, Any]]:
    """Return the first lines that a correction changed, with the names of who may be named now."""
    changed = []
    for one in published.differences(session, found.frozen):
        changed.append(one)
        if len(changed) == _DIFFERENCES:
            break
    names = queries.names_of(session, [one.party_id for one in changed])
    return [
        {
            "name": names[one.party_id],
            "rank_before": one.rank_before,
            "rank": one.rank,
            "points_before": one.points_before,
            "points": one.points,
        }
        for one in changed
    ]


def _tag(*words: str) -> str:
    """Return the entity tag of a page for an anonymous reader; signed-in readers have none."""
    seen = (request.full_path, request.headers.get("Cookie", ""), *words)
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:32]


def _is_unchanged(tag: str) -> bool:
    return not current_user.is_authenticated and request.if_none_match.contains_weak(tag)


def _not_modified(tag: str) -> Response:
    answer = make_response("", 304)
    answer.set_etag(tag, weak=True)
    return answer


def _tagged(text: str, tag: str) -> Response:
    answer = make_response(text)
    if not current_user.is_authenticated:
        answer.set_etag(tag, weak=True)
    return answer
