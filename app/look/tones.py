"""Which tone a state has: the one place where a state's value meets a colour and a shape."""

from typing import Any

TONES = ("quiet", "waiting", "working", "done", "refused", "overdue")

_ICONS = {
    "quiet": "circle",
    "waiting": "hourglass-split",
    "working": "arrow-repeat",
    "done": "check-circle-fill",
    "refused": "slash-circle",
    "overdue": "exclamation-triangle-fill",
}
_OF_VALUE = {
    **dict.fromkeys(
        (
            "draft",
            "logged",
            "new",
            "planned",
            "inactive",
            "archived",
            "withdrawn",
            "expired",
            "superseded",
            "closed",
        ),
        "quiet",
    ),
    **dict.fromkeys(
        (
            "submitted",
            "pending",
            "waiting",
            "returned",
            "sent_back",
            "queued",
            "held",
            "to_review",
            "offered",
            "received",
            "judged",
            "stopped",
            "proposed",
            "assessed",
        ),
        "waiting",
    ),
    **dict.fromkeys(
        (
            "in_review",
            "reviewed",
            "claimed",
            "running",
            "publicised",
            "closing",
            "working",
            "open",
            "rendering",
            "delivering",
            "judging",
            "accepting",
            "referred",
            "handed_over",
        ),
        "working",
    ),
    **dict.fromkeys(
        (
            "approved",
            "verified",
            "awarded",
            "active",
            "done",
            "published",
            "posted",
            "issued",
            "ready",
            "sent",
            "in_force",
            "rendered",
            "registered",
            "succeeded",
            "valid",
            "evaluated",
            "settled",
            "current",
            "confirmed",
            "accepted",
        ),
        "done",
    ),
    **dict.fromkeys(
        (
            "refused",
            "rejected",
            "revoked",
            "reversed",
            "suspended",
            "locked",
            "cancelled",
            "deregistered",
            "undone",
        ),
        "refused",
    ),
    **dict.fromkeys(("overdue", "failed", "dead"), "overdue"),
}


def tone(state: Any) -> str:
    """Return the tone of a state (a Labelled member, its value, or a tone's own name); an unknown one is quiet."""
    value = str(getattr(state, "value", state))
    return value if value in TONES else _OF_VALUE.get(value, "quiet")


def tone_icon(name: str) -> str:
    """Return the icon that goes with a tone, so that the colour is never alone."""
    return _ICONS.get(name, "circle")
