"""`/staff/rules`: versions and drafts of the city's rules, the editor, what a draft changes, and publication."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.access import current_actor, requires
from app.db import reading
from app.downloads import as_download
from app.errors import Conflict
from app.feature import Door, NavigationItem
from app.forms import Form
from app.permissions import Permission, may_in
from points.rulesets import differences, document, drafts, forms, publication, queries, screens
from points.rulesets.kinds import RulesetState
from points.rulesets.models import Programme, Ruleset
from points.rulesets.views_public import CAP_COLUMNS, MULTIPLIER_COLUMNS, RULE_COLUMNS

bp = Blueprint("rules_staff", __name__, url_prefix="/staff/rules")
_BOTH = (Permission.MANAGE_RULESETS, Permission.PUBLISH_RULESETS)
NAVIGATION = (
    NavigationItem(
        Door.STAFF,
        _l("积分规则"),
        "rules_staff.index",
        _BOTH,
        "calculator",
        order=50,
        count=publication.waiting_count,
    ),
)
_COLUMNS = [
    {"key": "version", "label": _l("版本"), "card": "title", "sub": "summary", "url": "url"},
    {"key": "period", "label": _l("有效期"), "bare": True},
    {"key": "state", "label": _l("状态"), "kind": "state", "tone": "tone", "card": "side"},
]
DIFFERENCE_COLUMNS = [
    {"key": "where", "label": _l("哪里"), "card": "title"},
    {"key": "before", "label": _l("原来")},
    {"key": "after", "label": _l("改为")},
]


class ConfirmForm(Form):
    """A button with its token."""


@bp.get("")
@requires(*_BOTH)
def index() -> ResponseReturnValue:
    """List all versions and drafts."""
    with reading() as session:
        programme = publication.programme_for(session, actor=current_actor())
        rulesets = queries.every(session, programme.id) if programme else []
        return render_template(
            "points/rules/index.html",
            columns=_COLUMNS,
            rows=screens.version_rows(rulesets, clock.today()),
            bases=[(one.version, _("第 %(version)d 版", version=one.version)) for one in rulesets],
            may_write=programme is not None and _may(Permission.MANAGE_RULESETS, programme),
            form=ConfirmForm(formdata=None),
        )


@bp.post("/drafts")
@requires(Permission.MANAGE_RULESETS)
def draft() -> ResponseReturnValue:
    """Begin a new draft out of the version that was chosen."""
    form, actor = ConfirmForm(), current_actor()

    def act(session: Session) -> str:
        base = publication.version_for(session, request.form.get("base", type=int) or 0, actor=actor)
        made = drafts.new_draft(session, base.id, actor=actor)
        return url_for(".edit", version=made.version)

    return form.carry_out(act) or _refused(form)


@bp.get("/<int:version>")
@requires(*_BOTH)
def show(version: int) -> ResponseReturnValue:
    """Show one version with what it changes against another."""
    with reading() as session:
        return _page(session, version, ConfirmForm(formdata=None))


@bp.get("/<int:version>/file")
@requires(*_BOTH)
def file(version: int) -> ResponseReturnValue:
    """Give a version as the file that `flask points rules load` takes."""
    with reading() as session:
        ruleset = publication.version_for(session, version, actor=current_actor())
        text = document.written(document.of(ruleset, publication.CITY_PROGRAMME))
    name = _("积分规则第 %(version)d 版.toml", version=version)
    return as_download(text.encode(), name, "application/toml; charset=utf-8")


@bp.route("/<int:version>/edit", methods=["GET", "POST"])
@requires(Permission.MANAGE_RULESETS)
def edit(version: int) -> ResponseReturnValue:
    """Edit a draft; a button of a row changes what is typed and saves nothing."""
    actor = current_actor()
    with reading() as session:
        ruleset = publication.version_for(session, version, actor=current_actor())
        if ruleset.state is RulesetState.PUBLISHED:
            raise Conflict(_("第 %(version)d 版已经发布，不能修改；请另立新版。", version=version))
        values = forms.values_of(ruleset)
    pressed = request.form.get("do", "")
    changed = forms.moved(request.form, pressed) if request.method == "POST" else None
    form = forms.RulesetForm(formdata=changed) if changed is not None else forms.RulesetForm(data=values)

    def act(session: Session) -> str:
        typed = form.typed(ruleset, publication.CITY_PROGRAMME)
        publication.edit_ruleset(
            session,
            ruleset.id,
            typed,
            revision=drafts.seen_revision(form.revision.data, ruleset),
            actor=actor,
        )
        flash(_("草案已保存。"), "done")
        return url_for(".show", version=version)

    saved = None if changed is not None else form.carry_out(act)
    if saved is not None:
        return saved
    page = render_template(
        "points/rules/edit.html", form=form, ruleset=ruleset, pressed=pressed, open=_opened(form, pressed)
    )
    return page, 422 if request.method == "POST" and changed is None else 200


@bp.post("/<int:version>/delete")
@requires(Permission.MANAGE_RULESETS)
def delete(version: int) -> ResponseReturnValue:
    """Delete a draft."""
    actor = current_actor()

    def act(session: Session) -> str:
        publication.delete_draft(
            session, publication.version_for(session, version, actor=current_actor()).id, actor=actor
        )
        flash(_("第 %(version)d 版草案已删除。", version=version), "done")
        return url_for(".index")

    return _carried_out(version, act)


@bp.post("/<int:version>/publish")
@requires(Permission.PUBLISH_RULESETS)
def publish(version: int) -> ResponseReturnValue:
    """Publish a draft, as it was shown."""
    actor = current_actor()

    def act(session: Session) -> str:
        ruleset = publication.version_for(session, version, actor=current_actor())
        publication.publish_ruleset(
            session,
            ruleset.id,
            actor=actor,
            revision=drafts.seen_revision(request.form.get("revision"), ruleset),
        )
        flash(_("第 %(version)d 版已发布，到生效之日起计分。", version=version), "done")
        return url_for(".show", version=version)

    return _carried_out(version, act)


def _carried_out(version: int, act: Any) -> ResponseReturnValue:
    form = ConfirmForm()
    done = form.carry_out(act)
    if done is not None:
        return done
    with reading() as session:
        return _page(session, version, form), 422


def _page(session: Session, version: int, form: ConfirmForm) -> str:
    ruleset = publication.version_for(session, version, actor=current_actor())
    programme = session.get_one(Programme, ruleset.programme_id)
    others = [one for one in queries.every(session, programme.id) if one.id != ruleset.id]
    against = _against(ruleset, others)
    is_draft = ruleset.state is RulesetState.DRAFT
    return render_template(
        "points/rules/show.html",
        form=form,
        ruleset=ruleset,
        seen=drafts.seen_mark(ruleset),
        validity=screens.validity(ruleset),
        is_draft=is_draft,
        others=[(one.version, _("第 %(version)d 版", version=one.version)) for one in others],
        against=against,
        difference_columns=DIFFERENCE_COLUMNS,
        differences=_differences(against, ruleset),
        rule_columns=RULE_COLUMNS,
        rule_rows=screens.rule_rows(ruleset),
        multiplier_columns=MULTIPLIER_COLUMNS,
        multiplier_rows=screens.multiplier_rows(ruleset),
        cap_columns=CAP_COLUMNS,
        cap_rows=screens.cap_rows(ruleset),
        may_write=is_draft and _may(Permission.MANAGE_RULESETS, programme),
        may_publish=is_draft and _may(Permission.PUBLISH_RULESETS, programme),
        drafted_by_me=current_actor().person_id in publication.writers(session, ruleset),
    )


def _against(ruleset: Ruleset, others: list[Ruleset]) -> Ruleset | None:
    """Return the version to compare with: the one asked for, else the newest published before it."""
    asked = request.args.get("against", type=int)
    for one in others:
        if one.version == asked:
            return one
    earlier = [one for one in others if one.version < ruleset.version]
    return next((one for one in earlier if one.state is RulesetState.PUBLISHED), None)


def _differences(against: Ruleset | None, ruleset: Ruleset) -> list[dict[str, str]]:
    if against is None:
        return []
    before, after = (document.of(one, "") for one in (against, ruleset))
    return [one._asdict() for one in differences.differences(before, after)]


def _opened(form: forms.RulesetForm, pressed: str) -> str:
    """Return which row stands open: the one just added."""
    name, _dot, act = pressed.partition(".")
    return f"{name}-{len(form[name].entries) - 1}" if act == "add" and name in forms.LISTS else ""


def _refused(form: Form) -> ResponseReturnValue:
    raise Conflict(form.problems[0] if form.problems else _("页面已经过期，请刷新后再试。"))


def _may(permission: Permission, programme: Programme) -> bool:
    return may_in(current_actor(), permission, programme.region_code)
