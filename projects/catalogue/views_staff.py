"""The staff door to the catalogue: read the items, add one, change one."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.access import current_actor, requires
from app.db import reading
from app.feature import Door, NavigationItem
from app.permissions import Permission
from points.rulesets.kinds import ContributionKind
from projects.catalogue import items, queries
from projects.catalogue.forms import ItemForm, NewItemForm, factor_text, values_of
from projects.catalogue.models import CatalogueItem

bp = Blueprint("catalogue_staff", __name__, url_prefix="/staff/catalogue")
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("事项目录"),
        "catalogue_staff.index",
        Permission.MANAGE_CATALOGUE,
        "list-check",
        order=60,
    ),
)


@bp.get("")
@requires(Permission.MANAGE_CATALOGUE)
def index() -> ResponseReturnValue:
    """List the items."""
    chosen = next((one for one in ContributionKind if one.value == request.args.get("kind")), None)
    with reading() as session:
        rows = [_row(item) for item in queries.every(session, chosen)]
    return render_template(
        "catalogue/index.html", rows=rows, chosen=chosen, kinds=ContributionKind.choices(), columns=_columns()
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_CATALOGUE)
def new() -> ResponseReturnValue:
    """Add an item."""
    form = NewItemForm()

    def act(session: Session) -> str:
        item = items.add(session, form.new_row(), actor=current_actor())
        flash(_("“%(name)s”已加入目录。", name=item.name), "done")
        return url_for(".index", kind=item.kind.value)

    return form.carry_out(act) or form.page("catalogue/form.html", item=None)


@bp.route("/<slug>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CATALOGUE)
def edit(slug: str) -> ResponseReturnValue:
    """Change an item."""
    with reading() as session:
        item = queries.found(session, slug)
    form = ItemForm(data=values_of(item))

    def act(session: Session) -> str:
        offered = bool(form.is_offered.data)
        items.change(session, item.id, form.row(item), is_offered=offered, actor=current_actor())
        flash(_("已保存。"), "done")
        return url_for(".index", kind=item.kind.value)

    return form.carry_out(act) or form.page("catalogue/form.html", item=item)


def _columns() -> list[dict[str, object]]:
    return [
        {"key": "name", "label": _("名称"), "url": "url", "card": "title", "sub": "category"},
        {"key": "kind", "label": _("类别")},
        {"key": "units", "label": _("单位")},
        {"key": "qualification", "label": _("资质证书")},
        {"key": "state", "label": _("状态"), "kind": "state", "card": "side", "tone": "tone"},
    ]


def _row(item: CatalogueItem) -> dict[str, object]:
    units = [
        unit.name if unit.name == item.base_unit else f"{unit.name}={factor_text(unit.factor_thousandths)}"
        for unit in item.units
    ]
    return {
        "name": item.name,
        "url": url_for(".edit", slug=item.slug),
        "category": item.category,
        "kind": item.kind,
        "units": "；".join(units),
        "qualification": item.qualification,
        "state": _("可选") if item.is_offered else _("停用"),
        "tone": "done" if item.is_offered else "quiet",
    }
