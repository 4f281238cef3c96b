"""What a request must be at each step: its moves, what it lacks, who is protected. Pure; money in fen."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.errors import InvalidInput, Refused
from app.parties.household_kinds import PersonTagKind
from app.parties.kinds import Capacity
from app.parties.rules import is_minor
from app.states import Moves
from projects.requests.kinds import HOTLINES, Applicant, Channel, CheckKind, Protection, RequestState

S = RequestState
MOVES: Moves[RequestState] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.WITHDRAWN, S.CLOSED}),
    S.SUBMITTED: frozenset({S.DRAFT, S.ASSESSED, S.REFERRED, S.HANDED_OVER, S.WITHDRAWN, S.CLOSED}),
    S.ASSESSED: frozenset(
        {S.SUBMITTED, S.PUBLICISED, S.PROPOSED, S.REFERRED, S.HANDED_OVER, S.WITHDRAWN, S.CLOSED}
    ),
    S.PUBLICISED: frozenset({S.PROPOSED, S.SUBMITTED, S.ASSESSED, S.WITHDRAWN, S.CLOSED}),
    S.PROPOSED: frozenset(
        {S.APPROVED, S.REFUSED, S.SUBMITTED, S.REFERRED, S.HANDED_OVER, S.WITHDRAWN, S.CLOSED}
    ),
    S.APPROVED: frozenset({S.CLOSED}),
    S.REFERRED: frozenset({S.SUBMITTED, S.CLOSED}),
    S.HANDED_OVER: frozenset({S.SUBMITTED, S.CLOSED}),
    S.REFUSED: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.CLOSED: frozenset(),
}
WITHDRAWABLE = frozenset({S.DRAFT, S.SUBMITTED, S.ASSESSED, S.PUBLICISED, S.PROPOSED})
"""States in which who asked can still take it back: up to the decision."""
UNDECIDED = WITHDRAWABLE
"""States before any decision: a change of the household moves such a request along."""
WAITING = frozenset({S.SUBMITTED, S.ASSESSED, S.PROPOSED})
"""States in which an office has to act."""
MOST_FEN = 10_000_000_00
"""Ten million yuan: a larger figure can only be a slip of the keys."""
FEWEST_WORDS = 10

_CHILD_TAGS: Mapping[PersonTagKind, Protection] = {
    PersonTagKind.ORPHAN: Protection.ORPHAN,
    PersonTagKind.UNATTENDED_CHILD: Protection.UNATTENDED_CHILD,
}


def protection_of(
    born_on: date | None, tags: Collection[PersonTagKind], on: date, told: Protection | None
) -> Protection | None:
    """Return why a person is never put to publicity, or None: what the register says comes before what was told."""
    for tag, protection in _CHILD_TAGS.items():
        if tag in tags:
            return protection
    return Protection.MINOR if is_minor(born_on, on) else told


def applicant_of(*, is_self: bool, born_on: date | None, capacity: Capacity | None, on: date) -> Applicant:
    """Return in which quality somebody asks for a person: a child or who lacks capacity has a guardian.

    Raises InvalidInput when a minor, or somebody without full capacity, asks alone (民法典 art. 19–23).
    """
    full = not is_minor(born_on, on) and capacity in (None, Capacity.FULL)
    if is_self and not full:
        raise InvalidInput(
            _("此人未成年或没有完全民事行为能力，应由监护人提出，请填写监护人。"), field="applicant"
        )
    if is_self:
        return Applicant.SELF
    return Applicant.AGENT if full else Applicant.GUARDIAN


def ensure_slip(channel: Channel, slip_number: str | None) -> str | None:
    """Return the slip's number, tidied. Raises InvalidInput when a hot line's is missing."""
    number = "".join((slip_number or "").split()).upper() or None
    if channel in HOTLINES and number is None:
        raise InvalidInput(_("请填写%(channel)s的工单编号。", channel=channel.label), field="slip_number")
    return number if channel in HOTLINES else None


def lacking(*, words: str, kinds: int, needs_paper: bool, has_paper: bool) -> list[Refused]:
    """Return what must still be filled in before a request can be handed in, each with its field."""
    missing: list[Refused] = []

    def want(field: str, present: Any, sentence: str) -> None:
        if not present:
            missing.append(InvalidInput(sentence, field=field))

    want("words", len(words) >= FEWEST_WORDS, _("请写清遇到了什么困难，至少 %(n)s 个字。", n=FEWEST_WORDS))
    want("kinds", kinds, _("请选择需要哪方面的帮助。"))
    want("authorisation", has_paper or not needs_paper, _("替别人申请，请上传本人签名或按指印的委托书照片。"))
    return missing


def missing_checks(there: Collection[CheckKind]) -> list[CheckKind]:
    """Return which of the checks that come before publicity are neither done nor excused."""
    wanted = (CheckKind.VISIT, CheckKind.ECONOMIC, CheckKind.MEETING)
    return [one for one in wanted if one not in there]
