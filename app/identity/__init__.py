"""Numbers that identify a party: credit codes, resident IDs, permits, telephone numbers.

Nouns, one file each: findings (what a check says, and tidying of typed numbers), uscc, resident_id,
permits, phone; synthetic makes valid numbers that nobody holds. All pure: no database, no clock, no Flask.

A check never raises for bad input: it returns the tidied number with ``error`` (a `Finding`, or None when the
number may be stored) and ``warnings`` (which never refuse it).
"""

from app.identity.findings import Finding, Problem, normalise
from app.identity.permits import DocumentCheck, DocumentKind, check_document
from app.identity.phone import PhoneCheck, PhoneKind, check_phone
from app.identity.resident_id import ResidentIdCheck, check_resident_id, from_15_digits
from app.identity.uscc import RegistrationClass, UsccCheck, check_uscc

__all__ = [
    "DocumentCheck",
    "DocumentKind",
    "Finding",
    "PhoneCheck",
    "PhoneKind",
    "Problem",
    "RegistrationClass",
    "ResidentIdCheck",
    "UsccCheck",
    "check_document",
    "check_phone",
    "check_resident_id",
    "check_uscc",
    "from_15_digits",
    "normalise",
]
