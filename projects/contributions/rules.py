"""What a contribution must be before it can count: states, fields by kind, time, evidence grade.

Pure: no database, no clock, no Flask. Money in fen, time in minutes, quantities in thousandths of the
item's base unit. A time of day is given in minutes after midnight of ``happened_on``; the end of a service
that runs past midnight is above 1,440.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.labels import Labelled
from app.states import Moves
from points.rulesets.kinds import ContributionKind

DAY = 24 * 60
BACKFILL_WINDOW_DAYS = 30
"""Hours older than this can no longer be entered (our choice; a parameter of the bureau)."""
PROMPT_DAYS = 3
"""Hours entered later than this after the service are a back-fill (our choice)."""
MOST_FEN = 1_000_000_000_000
"""Ten thousand million yuan: above it a figure can only be a slip of the keys."""
MOST_THOUSANDTHS = 1_000_000_000_000
MOST_LINES = 20


class ContributionState(Labelled):
    """Where a contribution stands between being written down and counting."""

    LOGGED = "logged", _l("未提交")
    SUBMITTED = "submitted", _l("待核验")
    REVIEWED = "reviewed", _l("待复核")
    SENT_BACK = "sent_back", _l("已退回")
    WITHDRAWN = "withdrawn", _l("已撤回")
    REFUSED = "refused", _l("不予认定")
    VERIFIED = "verified", _l("已核验")
    AWARDED = "awarded", _l("已计分")
    REVERSED = "reversed", _l("已冲正")


S = ContributionState
MOVES: Moves[ContributionState] = {
    S.LOGGED: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.REVIEWED, S.VERIFIED, S.SENT_BACK, S.REFUSED, S.WITHDRAWN}),
    S.REVIEWED: frozenset({S.VERIFIED, S.SENT_BACK, S.REFUSED}),
    S.SENT_BACK: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.VERIFIED: frozenset({S.AWARDED}),
    S.AWARDED: frozenset({S.REVERSED}),
    S.WITHDRAWN: frozenset(),
    S.REFUSED: frozenset(),
    S.REVERSED: frozenset(),
}

EDITABLE = frozenset({S.LOGGED, S.SENT_BACK})
WAITING = frozenset({S.SUBMITTED, S.REVIEWED})
VOID = frozenset({S.WITHDRAWN, S.REFUSED, S.REVERSED})
"""States in which a contribution takes up no time, no receipt and no place in a sum."""


class ValueBasis(Labelled):
    """On what the value of goods rests; without a basis only the quantity counts."""

    INVOICE = "invoice", _l("发票")
    AGREEMENT = "agreement", _l("捐赠协议")
    PRICE_LIST = "price_list", _l("指导价目表")
    APPRAISAL = "appraisal", _l("评估报告")
    LEDGER = "ledger", _l("台账登载（未见单据）")
    NONE = "none", _l("无依据（只按数量计）")


class EvidenceKind(Labelled):
    """What a piece of evidence is; the grade is derived from it."""

    RECEIPT = "receipt", _l("捐赠票据")
    HAND_OVER = "hand_over", _l("三方交接单、签收单")
    CONFIRMATION = "confirmation", _l("受益方确认")
    ATTENDANCE_SHEET = "attendance_sheet", _l("签到表（纸质）")
    INVOICE = "invoice", _l("发票")
    AGREEMENT = "agreement", _l("协议、合同")
    PHOTO = "photo", _l("现场照片")
    OTHER = "other", _l("其他材料")


class Source(Labelled):
    """How the contribution came in."""

    DIRECT = "direct", _l("单位登记")
    SESSION = "session", _l("场次签到")
    DELIVERY = "delivery", _l("对接交付")
    IMPORTED = "imported", _l("表格导入")


GIFT_KINDS = frozenset({ContributionKind.MONEY, ContributionKind.GOODS, ContributionKind.FACILITY})
"""Kinds that are donations in the sense of the Charity Law: receipt or recorded waiver (art. 38)."""
LINE_KINDS = frozenset({ContributionKind.GOODS, ContributionKind.FACILITY})
TIME_KINDS = frozenset({ContributionKind.SERVICE})
QUANTITY_KINDS = frozenset(
    {ContributionKind.TRAINING, ContributionKind.AGENCY, ContributionKind.PROJECT, ContributionKind.JOBS}
)


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One line of goods. ``value_fen`` is None when no value is claimed."""

    quantity_thousandths: int
    value_fen: int | None
    basis: ValueBasis


@dataclass(frozen=True, slots=True)
class Claim:
    """What an organisation says was given, as far as the rules look at it."""

    kind: ContributionKind
    happened_on: date
    giver_is_person: bool
    free_of_charge: bool
    start_minute: int | None = None
    end_minute: int | None = None
    break_minutes: int = 0
    amount_fen: int | None = None
    quantity_thousandths: int | None = None
    lines: tuple[ClaimLine, ...] = ()
    receipt_number: str = ""
    receipt_waiver: str = ""
    description: str = ""
    beneficiary: str = ""
    service_minutes: int | None = None
    from_ledger: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in words, and beside which field it belongs."""

    field: str
    sentence: Any


def service_minutes(start_minute: int, end_minute: int, break_minutes: int) -> int:
    """Return the minutes of service between two times of day, travel, meals and rest taken off."""
    return end_minute - start_minute - break_minutes


def is_backfilled(kind: ContributionKind, happened_on: date, logged_on: date, *, source: Source) -> bool:
    """Say whether hours are a back-fill: entered by hand more than three days after the service."""
    return (
        kind in TIME_KINDS
        and source is not Source.SESSION
        and logged_on > happened_on + timedelta(days=PROMPT_DAYS)
    )


def check(
    claim: Claim, *, today: date, registered_on: date, first_logged_on: date, minute_now: int = 2 * DAY
) -> list[Problem]:
    """Return everything that forbids a claim to be submitted; an empty list when nothing does.

    ``minute_now`` is the time of day, in minutes: a service of today must be over.
    ``registered_on`` is the day the giver's registration was approved, ``first_logged_on`` the day the
    entry was first written down: a later correction of it does not make it late. What an office's ledger brought
    may be older than either, and need name neither receipt nor time of day: the verifier sees that they lack.
    """
    problems = [*_check_day(claim, today, registered_on, first_logged_on)]
    if not claim.free_of_charge:
        problems.append(
            Problem(
                "free_of_charge",
                _("有偿服务、政府购买服务和附带回报的赠与不计积分；确属无偿的，请勾选声明。"),
            )
        )
    if claim.kind in TIME_KINDS:
        timeless = claim.from_ledger and claim.start_minute is None and claim.service_minutes
        problems += [] if timeless else _check_time(claim, today, minute_now)
    elif claim.kind in LINE_KINDS:
        problems += _check_lines(claim)
    elif claim.kind in QUANTITY_KINDS:
        problems += _check_quantity("quantity", claim.quantity_thousandths)
    else:
        problems += _check_amount("amount", claim.amount_fen)
    if claim.kind in GIFT_KINDS:
        problems += _check_receipt(claim)
    for field, text in (("description", claim.description), ("beneficiary", claim.beneficiary)):
        if names_a_number(text):
            problems.append(Problem(field, _("这里不能写身份证号、手机号或银行卡号，请只写地区和人群。")))
    return problems


def _check_day(claim: Claim, today: date, registered_on: date, first_logged_on: date) -> Iterable[Problem]:
    if claim.happened_on > today:
        yield Problem("happened_on", _("日期在今天之后。只登记已经完成的贡献。"))
    elif claim.from_ledger:
        return
    elif claim.happened_on < registered_on:
        yield Problem(
            "happened_on",
            _("日期早于贡献方的入驻日期 %(day)s，入驻以前的不计入。", day=registered_on.isoformat()),
        )
    elif claim.kind in TIME_KINDS and first_logged_on > claim.happened_on + timedelta(
        days=BACKFILL_WINDOW_DAYS
    ):
        yield Problem(
            "happened_on",
            _("服务已过去 %(days)d 天以上，超出补录期限，不能再登记。", days=BACKFILL_WINDOW_DAYS),
        )


def _check_time(claim: Claim, today: date, minute_now: int) -> Iterable[Problem]:
    if not claim.giver_is_person:
        yield Problem("party", _("服务时长记在提供服务的个人名下，请选择志愿者或社会工作者。"))
    if claim.start_minute is None or not 0 <= claim.start_minute < DAY:
        yield Problem("start", _("请填写开始时间，例如 09:00。"))
        return
    if claim.end_minute is None or claim.end_minute <= claim.start_minute:
        yield Problem("end", _("请填写结束时间，且晚于开始时间。"))
        return
    if claim.end_minute - claim.start_minute > DAY:
        yield Problem("end", _("一次服务不能超过 24 小时，请分天登记。"))
    elif claim.break_minutes < 0:
        yield Problem("break_minutes", _("扣除的分钟数不能小于 0。"))
    elif service_minutes(claim.start_minute, claim.end_minute, claim.break_minutes) <= 0:
        yield Problem("break_minutes", _("扣除路途、用餐和休息以后，没有剩下服务时间。"))
    days, minute = divmod(claim.end_minute, DAY)
    if (claim.happened_on + timedelta(days=days), minute) > (today, minute_now):
        yield Problem("end", _("结束时间还没有到，请在服务结束以后登记。"))


def _check_amount(field: str, amount_fen: int | None) -> Iterable[Problem]:
    if amount_fen is None or amount_fen <= 0:
        yield Problem(field, _("请填写金额，且大于 0 元。"))
    elif amount_fen > MOST_FEN:
        yield Problem(field, _("金额超过 100 亿元，请核对单位是“元”还是“万元”。"))


def _check_quantity(field: str, thousandths: int | None) -> Iterable[Problem]:
    if thousandths is None or thousandths <= 0:
        yield Problem(field, _("请填写数量，且大于 0。"))
    elif thousandths > MOST_THOUSANDTHS:
        yield Problem(field, _("数量过大，请核对单位。"))


def _check_lines(claim: Claim) -> Iterable[Problem]:
    if not claim.lines:
        yield Problem("lines", _("请至少填写一项物资或设施。"))
    elif len(claim.lines) > MOST_LINES:
        yield Problem("lines", _("一次最多登记 %(most)d 项，请分开登记。", most=MOST_LINES))
    if len(claim.lines) > 1 and any(line.basis is ValueBasis.NONE for line in claim.lines):
        yield Problem("lines", _("没有价值依据的物资只按数量计，请一项一项单独登记。"))
    for number, line in enumerate(claim.lines):
        yield from _check_quantity(f"lines-{number}-quantity", line.quantity_thousandths)
        if line.value_fen is not None:
            yield from _check_amount(f"lines-{number}-value", line.value_fen)
            if line.basis is ValueBasis.NONE:
                yield Problem(
                    f"lines-{number}-basis", _("填写了价值就要选择依据；没有依据的，请不填价值，只按数量计。")
                )
        elif line.basis is not ValueBasis.NONE:
            yield Problem(f"lines-{number}-value", _("选择了价值依据，请填写价值。"))


def _check_receipt(claim: Claim) -> Iterable[Problem]:
    if claim.receipt_number and claim.receipt_waiver:
        yield Problem("receipt_number", _("已有票据号，就不需要放弃票据的说明，请留一项。"))
    elif not claim.receipt_number and not claim.receipt_waiver and not claim.from_ledger:
        yield Problem("receipt_number", _("请填写捐赠票据号；捐赠人放弃票据的，写明放弃的记录。"))
    elif claim.receipt_number and not re.fullmatch(r"[0-9A-Z]{4,30}", claim.receipt_number):
        yield Problem("receipt_number", _("票据号由 4 至 30 位数字或字母组成，请对照票据右上角填写。"))


_RECEIPT_NOISE = re.compile(r"[\s\-‐‑‒–—―−﹣ー]")


def receipt_key(text: str) -> str:
    """Return a receipt number as it is stored and compared: half-width, upper case, no hyphens, no blanks.

    >>> receipt_key("ab－0012 345678-")
    'AB0012345678'
    """
    return _RECEIPT_NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()


_LONG_NUMBER = re.compile(
    r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx]|\d{15,19}|(?:\d{4}[ -]){3,4}\d{1,4})(?!\d)",
)


def names_a_number(text: str) -> bool:
    """Say whether a text carries what looks like a phone, identity or bank card number, full-width digits included."""
    return _LONG_NUMBER.search(unicodedata.normalize("NFKC", text)) is not None


def without_numbers(text: str) -> str:
    """Return a text in which a stroke stands for every phone, identity or bank card number.

    >>> without_numbers("联系 13912345678")
    '联系 —'
    """
    if not names_a_number(text):
        return text
    return _LONG_NUMBER.sub("—", unicodedata.normalize("NFKC", text))


def valued_fen(lines: Iterable[ClaimLine]) -> int:
    """Return the value of those goods lines whose value has a basis, in fen."""
    return sum(line.value_fen or 0 for line in lines if line.basis is not ValueBasis.NONE)


def partly(claimed: int, verified: int, reason: str, *, field: str) -> list[Problem]:
    """Return what is wrong with a verified figure: above the claim, nothing left, or less without a reason."""
    if verified <= 0:
        return [Problem(field, _("核验数要大于 0；全部不认定的，请选“不予认定”。"))]
    if verified > claimed:
        return [Problem(field, _("核验数不能超过登记数；登记少了的，请退回由登记单位改正。"))]
    if verified < claimed and not reason.strip():
        return [Problem("reason", _("只认定一部分时，请写明理由，登记单位会看到。"))]
    return []
