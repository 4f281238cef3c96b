"""What may be registered: pure checks, without database, clock or Flask."""

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _

from app.errors import InvalidInput
from app.identity import (
    DocumentCheck,
    DocumentKind,
    PhoneCheck,
    RegistrationClass,
    UsccCheck,
    check_document,
    check_phone,
    check_uscc,
)
from app.parties.kinds import ActingRole, OrganisationKind, PersonRoleKind

ADULT = 18  # 民法典 art. 17
YOUNGEST_VOLUNTEER = 8  # below that nobody acts with a guardian's consent: 民法典 art. 19
_REASON_LENGTH = 3
_NUMBER_DIGITS = 8

# The kinds whose credit code must carry their own class (GB 32100: first two characters).
_CLASSES: Mapping[OrganisationKind, frozenset[RegistrationClass]] = {
    OrganisationKind.SOCIAL_GROUP: frozenset({RegistrationClass.SOCIAL_GROUP}),
    OrganisationKind.SOCIAL_SERVICE_INSTITUTION: frozenset({RegistrationClass.SOCIAL_SERVICE_INSTITUTION}),
    OrganisationKind.FOUNDATION: frozenset({RegistrationClass.FOUNDATION}),
}


def age(born_on: date, on: date) -> int:
    """Return the completed years of age on a day."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def is_minor(born_on: date | None, on: date) -> bool:
    """Whether somebody is under 18; unknown birth dates count as of age."""
    return born_on is not None and age(born_on, on) < ADULT


def needs_code(kind: OrganisationKind) -> bool:
    """Whether an organisation must have a credit code: all but those filed at the town."""
    return kind is not OrganisationKind.COMMUNITY_ORGANISATION


def accepted_uscc(text: str, kind: OrganisationKind, *, override: str | None = None) -> UsccCheck | None:
    """Return the checked code, or None when none is given and none is needed.

    ``override`` is the reason for which staff accept a complete code whose check digit fails.
    Raises InvalidInput for field "uscc", naming the wrong character.
    """
    if not text.strip() and not needs_code(kind):
        return None
    check = check_uscc(text)
    if check.error is not None and not (override and check.may_be_overridden):
        raise InvalidInput(check.error.sentence, field="uscc")
    allowed = _CLASSES.get(kind)
    if allowed is not None and check.registration_class not in allowed:
        expected = "、".join(one.value for one in allowed)
        raise InvalidInput(
            _(
                "“%(kind)s”的统一社会信用代码应以 %(expected)s 开头，这个代码以 %(given)s 开头，请核对代码或单位类型。",
                kind=kind.label,
                expected=expected,
                given=check.code[:2],
            ),
            field="uscc",
        )
    return check


def accepted_document(kind: DocumentKind, text: str, *, today: date) -> DocumentCheck:
    """Return the checked number of an identity paper. Raises InvalidInput for field "identity_number"."""
    check = check_document(kind, text, today=today)
    if check.error is not None:
        raise InvalidInput(check.error.sentence, field="identity_number")
    return check


def accepted_phone(text: str, *, field: str, mobile_only: bool = False) -> PhoneCheck:
    """Return the checked telephone number. Raises InvalidInput for the named field."""
    check = check_phone(text, mobile_only=mobile_only)
    if check.error is not None:
        raise InvalidInput(check.error.sentence, field=field)
    return check


def ensure_volunteer_age(born_on: date | None, on: date, *, guardian_name: str, guardian_phone: str) -> None:
    """Return when somebody of this age may volunteer; minors need a guardian who can be reached."""
    if born_on is None:
        return
    years = age(born_on, on)
    if years < YOUNGEST_VOLUNTEER:
        raise InvalidInput(
            _("未满 %(years)s 周岁，不能注册志愿者。", years=YOUNGEST_VOLUNTEER), field="identity_number"
        )
    if years < ADULT and not guardian_name:
        raise InvalidInput(_("未满 18 周岁，请填写监护人姓名。"), field="guardian_name")
    if years < ADULT and not guardian_phone:
        raise InvalidInput(_("未满 18 周岁，请填写监护人电话。"), field="guardian_phone")


def ensure_reason(reason: str, *, field: str = "reason") -> str:
    """Return a reason tidied. Raises InvalidInput when it says nothing."""
    tidy = reason.strip()
    if len(tidy) < _REASON_LENGTH:
        raise InvalidInput(_("请写明理由，至少 %(count)s 个字。", count=_REASON_LENGTH), field=field)
    return tidy


def acting_role(organisation_kind: OrganisationKind | None, role: PersonRoleKind | None = None) -> ActingRole:
    """Return in which quality a party gives: its organisation kind, a person's role, or plainly a person."""
    if organisation_kind is not None:
        return ActingRole(organisation_kind.value)
    if role in (PersonRoleKind.VOLUNTEER, PersonRoleKind.SOCIAL_WORKER):
        return ActingRole(role.value)
    return ActingRole.PERSON


def volunteer_number(city_region: str, number: int) -> str:
    """Return the volunteer number that public papers carry: four digits of the city, ten of the running number.

    Fourteen digits: too short to be taken for an identity number.
    """
    return f"{city_region[:4]}{number:010d}"


def household_file_number(region_code: str, number: int) -> str:
    """Return the file number of a household: six digits of the county and eight of the running number."""
    return f"{region_code[:6]}{number:0{_NUMBER_DIGITS}d}"
