"""The words that lists use for our own closed lists: which member of ours a word of the vocabulary stands for."""

from functools import cache

from flask_babel import lazy_gettext as _l

from app.parties.kinds import GradingLevel, IntegrityState, OrganisationKind, Sex, SocialWorkerLevel

_PRIVATE_NON_ENTERPRISE = _l("民办非企业单位")
_ABNORMAL = _l("活动异常名录")
_SERIOUS = _l("严重违法失信")


def kind_of(word: str | None) -> OrganisationKind | None:
    """Return the kind of organisation that a word of the list "organisation_kind" stands for."""
    return _kinds().get(word or "")


def kind_word(kind: OrganisationKind) -> str:
    """Return the word that lists use for a kind of organisation."""
    is_private = kind is OrganisationKind.SOCIAL_SERVICE_INSTITUTION
    return str(_PRIVATE_NON_ENTERPRISE if is_private else kind.label)


def grading_of(word: str | None) -> GradingLevel | None:
    """Return the grade that a word of the list "grading_level" stands for."""
    return _gradings().get(word or "")


def integrity_of(word: str | None) -> IntegrityState:
    """Return the state that a word of the list "integrity" stands for; nothing said is nothing known against it."""
    return _integrities().get(word or "", IntegrityState.CLEAR)


def level_of(word: str | None) -> SocialWorkerLevel:
    """Return the level that a word of the list "social_worker_level" stands for."""
    return _levels().get(word or "", SocialWorkerLevel.NONE)


@cache
def sex_word(is_female: bool) -> str:
    """Return the word of the list "sex" for what an identity number tells."""
    return str((Sex.FEMALE if is_female else Sex.MALE).label)


@cache
def _kinds() -> dict[str, OrganisationKind]:
    return {kind_word(kind): kind for kind in OrganisationKind}


@cache
def _gradings() -> dict[str, GradingLevel]:
    return {str(grade.label): grade for grade in GradingLevel}


@cache
def _integrities() -> dict[str, IntegrityState]:
    return {str(_ABNORMAL): IntegrityState.ABNORMAL, str(_SERIOUS): IntegrityState.SERIOUS}


@cache
def _levels() -> dict[str, SocialWorkerLevel]:
    return {str(level.label): level for level in SocialWorkerLevel}
