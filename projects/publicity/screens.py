"""Publicities and objections as pages show them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, figures
from app.deadlines.clocks import Clock
from projects.publicity import handlers
from projects.publicity.kinds import ObjectionState, PublicityState
from projects.publicity.models import Publicity, PublicityObjection, PublicityStep

TONES = {
    PublicityState.RUNNING: "working",
    PublicityState.STOPPED: "waiting",
    PublicityState.ENDED: "done",
    PublicityState.WITHDRAWN: "quiet",
    ObjectionState.OPEN: "waiting",
    ObjectionState.UPHELD: "done",
    ObjectionState.DISMISSED: "done",
    ObjectionState.LAPSED: "quiet",
}
COLUMNS = [
    {"key": "title", "label": _l("公示事项"), "card": "title", "url": "url", "sub": "kind"},
    {"key": "place", "label": _l("地区")},
    {"key": "starts_on", "label": _l("开始"), "kind": "date"},
    {"key": "until", "label": _l("期限")},
    {"key": "state", "label": _l("状态"), "kind": "state", "tone": "tone", "card": "side"},
]
OBJECTION_COLUMNS = [
    {"key": "title", "label": _l("公示事项"), "card": "title", "url": "url", "sub": "kind"},
    {"key": "place", "label": _l("地区")},
    {"key": "received_at", "label": _l("收到"), "kind": "date"},
    {"key": "due", "label": _l("答复期限"), "kind": "state", "tone": "due_tone"},
    {"key": "state", "label": _l("状态"), "kind": "state", "tone": "tone", "card": "side"},
]


def label_of(publicity: Publicity) -> Any:
    """Return what kind of thing is shown; a kind that no feature registers any more has no name."""
    kinds = {one.kind: one.label for one in handlers.known()}
    return kinds.get(publicity.subject_kind, "")


def row(publicity: Publicity, places: Mapping[str, str], today: date) -> dict[str, Any]:
    """Return the line of a public list."""
    return {
        "title": publicity.title,
        "url": url_for("publicity_public.show", code=publicity.code),
        "kind": label_of(publicity),
        "place": places.get(publicity.region_code, ""),
        "starts_on": publicity.starts_on,
        "until": until(publicity, today),
        "state": publicity.state,
        "tone": TONES[publicity.state],
    }


def until(publicity: Publicity, today: date) -> str:
    """Return in words how long it lasts."""
    day = figures.day_text(publicity.ends_on)
    if publicity.state is PublicityState.STOPPED:
        return _("核查异议，计时停止；恢复后还剩 %(count)s 天", count=publicity.days_left)
    if publicity.state is PublicityState.ENDED:
        return _("已于 %(day)s 期满", day=day)
    if publicity.state is PublicityState.WITHDRAWN:
        return _("已终止")
    left = (publicity.ends_on - today).days
    if left < 0:
        return _("已于 %(day)s 期满", day=day)
    if left == 0:
        return _("今天 24 时期满")
    return _("还剩 %(count)s 天（到 %(day)s 24 时）", count=left, day=day)


def timeline(steps: Sequence[PublicityStep]) -> list[dict[str, Any]]:
    """Return what happened to the clock, the newest first; the public reads who objected nowhere."""
    entries: list[dict[str, Any]] = []
    for step in reversed(steps):
        note = None
        if step.to_state is PublicityState.RUNNING:
            note = _("到 %(day)s 24 时", day=figures.day_text(step.ends_on))
        entries.append(
            {
                "what": _what(step),
                "when": step.happened_at,
                "note": note,
                "tone": TONES[step.to_state],
                "now": not entries,
            }
        )
    return entries


def _what(step: PublicityStep) -> str:
    if step.from_state is None:
        return _("开始公示")
    if step.from_state is step.to_state:
        return _("按放假通知重新计算期限")
    return {
        PublicityState.STOPPED: _("收到异议，计时停止"),
        PublicityState.RUNNING: _("异议核查完毕，继续计时"),
        PublicityState.ENDED: _("公示期满"),
        PublicityState.WITHDRAWN: _("公示终止"),
    }[step.to_state]


def objection_row(
    objection: PublicityObjection,
    publicity: Publicity,
    places: Mapping[str, str],
    clocks: Sequence[Clock],
) -> dict[str, Any]:
    """Return the line of a staff list; never a word of the objection."""
    waiting = clocks[0] if clocks and objection.state is ObjectionState.OPEN else None
    return {
        "title": publicity.title,
        "url": url_for("objections_staff.show", code=objection.code),
        "kind": label_of(publicity),
        "place": places.get(publicity.region_code, ""),
        "received_at": clock.civil_date(objection.received_at),
        "due": waiting.sentence if waiting else None,
        "due_tone": waiting.tone if waiting else "quiet",
        "state": objection.state,
        "tone": TONES[objection.state],
    }
