"""Numbers that pass every check and belong to nobody, for tests and the demo city.

Area code 610399 was never given to a county, mobile numbers of 142 were never issued, and no organisation
code begins with YYY. The same index always gives the same number.
"""

from datetime import date

from app.identity import resident_id, uscc

NEVER_ISSUED_REGION = "610399"


def synthetic_uscc(
    registration_class: uscc.RegistrationClass, index: int, *, region_prefix: str = NEVER_ISSUED_REGION
) -> str:
    """Return the credit code number ``index`` (0 to 28,629,150) of one registration class."""
    body = "YYY" + _in_alphabet(index, places=5)
    first_17 = registration_class.value + region_prefix + body + uscc.inner_check_digit(body)
    return first_17 + uscc.check_digit(first_17)


def synthetic_resident_id(born_on: date, index: int, *, female: bool = False) -> str:
    """Return the resident ID number ``index`` (0 to 499) of people of one sex born on one day."""
    if not 0 <= index < 500:
        raise ValueError("a day has 500 sequence numbers for each sex")
    sequence = 2 * index + (0 if female else 1)
    first_17 = f"{NEVER_ISSUED_REGION}{born_on:%Y%m%d}{sequence:03d}"
    return first_17 + resident_id.check_digit(first_17)


def synthetic_phone(index: int) -> str:
    """Return the mobile number ``index`` (0 to 99,999,999)."""
    if not 0 <= index < 10**8:
        raise ValueError("a mobile prefix has 100,000,000 numbers")
    return f"142{index:08d}"


def _in_alphabet(index: int, *, places: int) -> str:
    if not 0 <= index < len(uscc.ALPHABET) ** places:
        raise ValueError("no such synthetic organisation code")
    signs = []
    for _ in range(places):
        index, digit = divmod(index, len(uscc.ALPHABET))
        signs.append(uscc.ALPHABET[digit])
    return "".join(reversed(signs))
