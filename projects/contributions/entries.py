"""What comes in: an entry as a form, a table or the API gives it, and how it fills a contribution."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.parties import names
from app.parties import queries as parties
from app.parties.kinds import ActingRole, PartyKind, PersonRoleKind, RegistrationState
from app.parties.models import Organisation, Party, PersonRole, RegistrationStep
from app.parties.rules import acting_role
from points.rulesets.kinds import ContributionKind, Factor
from projects.catalogue import queries as catalogue
from projects.contributions import qualities, rules
from projects.contributions.models import Contribution, ContributionLine
from projects.contributions.rules import Claim, ClaimLine, Source, ValueBasis


@dataclass(frozen=True, slots=True)
class LineEntry:
    """One line of goods: quantity in thousandths of the unit that was chosen."""

    item: str
    quantity_thousandths: int
    unit: str
    value_fen: int | None = None
    basis: ValueBasis = ValueBasis.NONE
    basis_note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A contribution as somebody typed it. ``item`` is a catalogue slug; for goods the lines name the items."""

    party_id: uuid.UUID
    kind: ContributionKind
    happened_on: date
    region_code: str
    item: str = ""
    free_of_charge: bool = True
    acting_role: ActingRole | None = None
    start_minute: int | None = None
    end_minute: int | None = None
    break_minutes: int = 0
    published_before: bool = False
    amount_fen: int | None = None
    quantity_thousandths: int | None = None
    unit: str = ""
    lines: tuple[LineEntry, ...] = ()
    receipt_number: str = ""
    receipt_waiver: str = ""
    receiver_name: str = ""
    description: str = ""
    beneficiary: str = ""
    qualities: Mapping[Factor, str] = field(default_factory=dict)
    """What else is claimed that the rules multiply: urgency, night, remote."""
    source: Source = Source.DIRECT
    row_key: str | None = None


def fill(session: Session, contribution: Contribution, entry: Entry) -> None:
    """Fill a contribution from an entry and check all that is known now. Raises InvalidInput beside its field.

    Call it where nothing flushes by itself: half filled, it would trip the database's checks before ours speak.
    """
    if contribution.lines:
        contribution.lines.clear()
        session.flush()  # the old lines go before the new ones take their places, and before anything changes
    kind = entry.kind
    giver = parties.get(session, entry.party_id)
    if giver.state is not RegistrationState.APPROVED:
        raise InvalidInput(_("贡献方还没有完成入驻登记，或已暂停、注销。"), field="party")
    contribution.party_id, contribution.kind = giver.id, kind
    contribution.happened_on, contribution.region_code = entry.happened_on, entry.region_code
    if (
        contribution.source is not Source.IMPORTED
    ):  # what a ledger brought stays its line, however it is mended
        contribution.source, contribution.row_key = entry.source, entry.row_key
    contribution.free_of_charge = entry.free_of_charge
    contribution.description, contribution.beneficiary = entry.description.strip(), entry.beneficiary.strip()
    gift = kind in rules.GIFT_KINDS
    contribution.receipt_number = (rules.receipt_key(entry.receipt_number) or None) if gift else None
    contribution.receipt_waiver = (entry.receipt_waiver.strip() or None) if gift else None
    contribution.receiver_name = (entry.receiver_name.strip() or None) if gift else None
    if gift:
        _fill_receiver(session, contribution, giver)
    _fill_time(contribution, entry)
    _fill_what(session, contribution, entry)
    qualities.put(session, contribution, {one: entry.qualities.get(one) for one in qualities.CLAIMED})
    if contribution.source is not Source.IMPORTED:
        logged_on = clock.civil_date(contribution.logged_at)
        contribution.backfilled = rules.is_backfilled(kind, entry.happened_on, logged_on, source=entry.source)
    contribution.acting_role = acting_role_of(session, giver, contribution, entry.acting_role)
    # Professional service is what a social worker does in the profession; a volunteer's stays volunteering.
    contribution.professional &= contribution.acting_role is ActingRole.SOCIAL_WORKER
    ensure_right(session, contribution, giver)


def _fill_receiver(session: Session, contribution: Contribution, giver: Party) -> None:
    """A gift that an organisation logs for somebody else was received by it, unless another receiver is named."""
    if contribution.receiver_name is None and contribution.organisation_id != giver.id:
        contribution.receiver_name = parties.get(session, contribution.organisation_id).name
    if contribution.receiver_name is None:
        raise InvalidInput(_("请填写受赠单位全称（捐赠票据上的开票单位）。"), field="receiver_name")
    if names.match_key(contribution.receiver_name) == giver.match_key:
        raise InvalidInput(_("受赠单位不能是捐赠方自己。"), field="receiver_name")


def _fill_time(contribution: Contribution, entry: Entry) -> None:
    timed = entry.kind in rules.TIME_KINDS
    contribution.start_minute = entry.start_minute if timed else None
    contribution.end_minute = entry.end_minute if timed else None
    contribution.break_minutes = entry.break_minutes if timed else 0
    contribution.published_before = entry.published_before and timed
    contribution.service_minutes = None
    if timed and entry.start_minute is not None and entry.end_minute is not None:
        minutes = rules.service_minutes(entry.start_minute, entry.end_minute, entry.break_minutes)
        contribution.service_minutes = minutes if minutes > 0 else None


def _fill_what(session: Session, contribution: Contribution, entry: Entry) -> None:
    kind = entry.kind
    contribution.quantity_thousandths, contribution.unit, contribution.amount_fen = None, None, None
    if kind in rules.LINE_KINDS:
        contribution.lines.extend(
            _line(session, kind, number, line) for number, line in enumerate(entry.lines)
        )
        if not contribution.lines:
            raise InvalidInput(_("请至少填写一项物资或设施。"), field="lines")
        item = catalogue.get(session, contribution.lines[0].item_id)
        contribution.amount_fen = rules.valued_fen(_claim_lines(contribution)) or None
        if len(contribution.lines) == 1:
            contribution.quantity_thousandths, contribution.unit = (
                contribution.lines[0].quantity_thousandths,
                item.base_unit,
            )
    else:
        item = catalogue.by_slug(session, entry.item)
        if item.kind is not kind:
            raise InvalidInput(_("“%(item)s”不属于所选的类别。", item=item.name), field="item")
        if kind in rules.QUANTITY_KINDS:
            unit = entry.unit or item.base_unit
            factor = catalogue.factor_of(item, unit)
            contribution.quantity_thousandths = (entry.quantity_thousandths or 0) * factor // 1000 or None
            contribution.unit = item.base_unit
        elif kind is ContributionKind.MONEY:
            contribution.amount_fen = entry.amount_fen
    contribution.item_id, contribution.category = item.id, item.category
    contribution.professional = item.professional and kind in rules.TIME_KINDS


def _line(session: Session, kind: ContributionKind, number: int, line: LineEntry) -> ContributionLine:
    item = catalogue.by_slug(session, line.item)
    if item.kind is not kind:
        raise InvalidInput(_("“%(item)s”不属于所选的类别。", item=item.name), field=f"lines-{number}-item")
    factor = catalogue.factor_of(item, line.unit or item.base_unit)
    quantity = line.quantity_thousandths * factor // 1000
    if quantity <= 0 or quantity > rules.MOST_THOUSANDTHS:
        raise InvalidInput(_("请填写数量，且大于 0。"), field=f"lines-{number}-quantity")
    if (line.value_fen is None) is not (line.basis is ValueBasis.NONE):
        raise InvalidInput(
            _("价值和依据要一起填写；没有依据的，请不填价值，只按数量计。"), field=f"lines-{number}-value"
        )
    return ContributionLine(
        position=number,
        item_id=item.id,
        item_name=item.name,
        entered_thousandths=line.quantity_thousandths,
        unit=line.unit or item.base_unit,
        quantity_thousandths=quantity,
        base_unit=item.base_unit,
        value_fen=line.value_fen,
        basis=line.basis,
        basis_note=line.basis_note.strip() or None,
    )


def acting_role_of(
    session: Session, giver: Party, contribution: Contribution, wanted: ActingRole | None
) -> ActingRole:
    """Return in which quality a party gave; for a person the roles held on that day decide.

    Raises InvalidInput when hours are claimed for somebody who was neither volunteer nor social worker.
    """
    if giver.kind is PartyKind.ORGANISATION:
        organisation = session.get_one(Organisation, giver.id)
        return acting_role(organisation.organisation_kind)
    if giver.kind is not PartyKind.PERSON:
        raise InvalidInput(_("救助家庭不能登记为贡献方。"), field="party")
    held = roles_on(session, giver.id, contribution.happened_on)
    if wanted is not None and wanted in held:
        return wanted
    if contribution.kind in rules.TIME_KINDS:
        if not held:
            raise InvalidInput(_("这个人当天还不是志愿者或社会工作者，时长不能记在其名下。"), field="party")
        return (
            ActingRole.SOCIAL_WORKER
            if contribution.professional and ActingRole.SOCIAL_WORKER in held
            else held[0]
        )
    return held[0] if held else ActingRole.PERSON


def roles_on(session: Session, person_id: uuid.UUID, day: date) -> list[ActingRole]:
    """Return the acting roles that a person held on a day, volunteer before social worker."""
    kinds = session.scalars(
        select(PersonRole.role).where(
            PersonRole.person_id == person_id,
            PersonRole.waits_since.is_(None),
            PersonRole.valid_from <= day,
            (PersonRole.valid_to.is_(None)) | (PersonRole.valid_to >= day),
            PersonRole.role.in_((PersonRoleKind.VOLUNTEER, PersonRoleKind.SOCIAL_WORKER)),
        )
    )
    held = {ActingRole(kind.value) for kind in kinds}
    return [role for role in (ActingRole.VOLUNTEER, ActingRole.SOCIAL_WORKER) if role in held]


def claim_of(contribution: Contribution, *, giver_is_person: bool) -> Claim:
    """Return a contribution as the pure rules see it."""
    return Claim(
        kind=contribution.kind,
        happened_on=contribution.happened_on,
        giver_is_person=giver_is_person,
        free_of_charge=contribution.free_of_charge,
        start_minute=contribution.start_minute,
        end_minute=contribution.end_minute,
        break_minutes=contribution.break_minutes,
        amount_fen=contribution.amount_fen,
        quantity_thousandths=contribution.quantity_thousandths,
        lines=_claim_lines(contribution) if contribution.kind in rules.LINE_KINDS else (),
        receipt_number=contribution.receipt_number or "",
        receipt_waiver=contribution.receipt_waiver or "",
        description=contribution.description,
        beneficiary=contribution.beneficiary,
        service_minutes=contribution.service_minutes,
        from_ledger=contribution.source is Source.IMPORTED,
    )


def _claim_lines(contribution: Contribution) -> tuple[ClaimLine, ...]:
    return tuple(
        ClaimLine(line.quantity_thousandths, line.value_fen, line.basis) for line in contribution.lines
    )


def ensure_right(session: Session, contribution: Contribution, giver: Party) -> None:
    """Return when the rules have nothing against a contribution; else raise InvalidInput with all problems."""
    problems = rules.check(
        claim_of(contribution, giver_is_person=giver.kind is PartyKind.PERSON),
        today=clock.today(),
        minute_now=_minute_now(),
        registered_on=registered_on(session, giver),
        first_logged_on=clock.civil_date(contribution.logged_at),
    )
    if problems:
        first, *others = (InvalidInput(one.sentence, field=one.field) for one in problems)
        first.others = tuple(others)
        raise first


def _minute_now() -> int:
    now = clock.now().astimezone(clock.CITY_ZONE)
    return now.hour * 60 + now.minute


def registered_on(session: Session, giver: Party) -> date:
    """Return the civil date on which a party's registration was first approved."""
    approved = session.scalar(
        select(RegistrationStep.happened_at)
        .where(RegistrationStep.party_id == giver.id, RegistrationStep.to_state == RegistrationState.APPROVED)
        .order_by(RegistrationStep.happened_at)
        .limit(1)
    )
    return clock.civil_date(approved or giver.created_at)
