"""Sums in Chinese numerals: 壹万贰仟叁佰元伍角, 五千元. Pure."""

from decimal import Decimal

_DIGITS = {
    sign: value
    for value, signs in enumerate(
        ["零〇", "壹一弌", "贰二貳两", "叁三參叄", "肆四", "伍五", "陆六陸", "柒七", "捌八", "玖九"]
    )
    for sign in signs
}
_STEPS = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1_000, "千": 1_000}
_MYRIADS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_YUAN = "元圆圓"
_PARTS = {"角": Decimal("0.1"), "分": Decimal("0.01")}


def amount_in_capitals(text: str) -> Decimal | None:
    """Return the yuan of a sum written in numerals, or None when the text is none.

    It must name the yuan (or 角, 分): a bare 五百 or 一批 is no sum.
    """
    body = text.rstrip("整正")
    if not body or len(body) > 40 or not (body[0] in _DIGITS or body[0] in "拾十"):
        return None
    parts = Decimal(0)
    place = next((place for place, sign in enumerate(body) if sign in _YUAN), None)
    if place is None:
        if body[-1] not in _PARTS:
            return None
        place = -1
    yuan = _whole(body[:place]) if place > 0 else 0
    rest = _parts(body[place + 1 :])
    if yuan is None or rest is None:
        return None
    parts += rest
    return Decimal(yuan) + parts


def _whole(text: str) -> int | None:
    total = section = digit = 0
    has_digit = False
    last_step, last_myriad = 10_000, 10**12
    for sign in text:
        if sign in _DIGITS:
            if has_digit and digit:
                return None
            digit, has_digit = _DIGITS[sign], True
        elif sign in _STEPS:
            step = _STEPS[sign]
            if step >= last_step or (not digit and not (step == 10 and not section and not total)):
                return None
            section += (digit or 1) * step
            digit, has_digit, last_step = 0, False, step
        elif sign in _MYRIADS:
            myriad = _MYRIADS[sign]
            section += digit
            if myriad >= last_myriad or not (section or total):
                return None
            total = (total + section) * myriad if myriad > 10_000 else total + section * myriad
            section, digit, has_digit, last_step, last_myriad = 0, 0, False, 10_000, myriad
        else:
            return None
    return total + section + digit


def _parts(text: str) -> Decimal | None:
    total, digit, last = Decimal(0), None, Decimal(1)
    for sign in text:
        if sign in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[sign]
        elif sign in _PARTS and digit is not None and _PARTS[sign] < last:
            total += digit * _PARTS[sign]
            digit, last = None, _PARTS[sign]
        else:
            return None
    return None if digit else total
