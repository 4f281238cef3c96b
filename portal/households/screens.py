"""A household's file in words: members as rows, parts as cards, what happened as a timeline."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from app.parties import categories, file_parts
from app.parties.file_parts import Shown
from app.parties.listed import HouseholdCategory
from portal.households.queries import File, Somebody

SHOWN = 60
"""Entries of the timeline that stand on the page; the parts' own pages have the rest."""


def member_columns(*, staff: bool) -> list[dict[str, Any]]:
    """Return the columns of the members."""
    columns: list[dict[str, Any]] = [
        {"key": "name", "label": _("姓名"), "card": "title", "sub": "until"},
        {"key": "relation", "label": _("与户主关系")},
        {"key": "age", "label": _("年龄"), "kind": "number"},
    ]
    if staff:
        columns += [
            {"key": "identity", "label": _("证件号码"), "kind": "code"},
            {"key": "phone", "label": _("电话"), "kind": "code"},
            {"key": "tags", "label": _("标签")},
        ]
    return columns


def member_row(one: Somebody) -> dict[str, Any]:
    """Return one member; numbers come masked."""
    member = one.member
    until = None
    if member.died_on is not None:
        until = _("%(day)s去世", day=member.died_on.isoformat())
    elif member.valid_to is not None:
        until = _("%(day)s迁出", day=member.valid_to.isoformat())
    return {
        "name": member.party.name,
        "until": until,
        "relation": str(member.relation.label),
        "age": one.age,
        "identity": one.identity,
        "phone": one.phone,
        "tags": "、".join(str(tag.tag.label) for tag in one.tags),
    }


def category_item(one: HouseholdCategory, names: dict[Any, str]) -> dict[str, Any]:
    """Return one category with its dates, and the member whom alone it concerns."""
    kind = categories.kind_of(one.category)
    days = [
        _("%(day)s起", day=one.begin_on.isoformat()) if one.begin_on else "",
        _("到%(day)s", day=one.end_on.isoformat()) if one.end_on else "",
    ]
    return {
        "title": one.category,
        "meta": [
            str(kind.label) if kind is not None and str(kind.label) != one.category else "",
            names.get(one.person_id, "") if one.person_id else "",
            one.cause or "",
            "".join(days),
        ],
    }


def cards(parts: list[Shown]) -> list[dict[str, Any]]:
    """Return the parts that have lines, or something to say without them."""
    return [
        {
            "title": one.part.label,
            "items": [
                {"title": item.title, "url": item.url, "meta": list(item.meta), "state": item.state}
                for item in one.told.items
            ],
            "empty": one.told.empty,
            "actions": one.told.actions,
        }
        for one in parts
        if one.told.items or one.told.empty
    ]


def entries(file: File, name: str) -> list[dict[str, Any]]:
    """Return what happened, the newest first, of all parts or of one."""
    found = file_parts.timeline(file.parts, name=name)[:SHOWN]
    return [
        {
            "what": f"{part.label} · {entry.what}" if not name else entry.what,
            "who": entry.who,
            "when": entry.when,
            "note": entry.note,
            "tone": entry.tone,
            "paper": (_("查看"), entry.url) if entry.url else None,
        }
        for part, entry in found
    ]


def choices(file: File, endpoint: str, chosen: str, **values: Any) -> list[dict[str, Any]]:
    """Return the tabs above the timeline: all, then each part in which something happened."""
    told = [("", _("全部"))]
    told += [(one.part.name, str(one.part.label)) for one in file.parts if one.told.entries]
    if len(told) <= 2:
        return []
    return [
        {
            "label": label,
            "url": url_for(endpoint, part=name or None, _anchor="timeline", **values),
            "active": name == chosen,
        }
        for name, label in told
    ]


def chosen_part(file: File) -> str:
    """Return the part to which the address narrows the timeline; "" for all."""
    wanted = request.args.get("part", "")
    return wanted if wanted in {one.part.name for one in file.parts} else ""
