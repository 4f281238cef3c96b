"""What the ledger's own acts are called in the wording of their transfers: data, stored as it was said."""

from datetime import date

HELD_FOR_EXCHANGE = "为兑换冻结"
HELD_AS_DISPUTED = "有争议，冻结"
REDEEMED = "兑换完成"
RELEASED = "解除冻结，退回原处"
TIMED_OUT = "冻结到期，退回原处"
GIVEN_BACK = "冲正后重新计算，退回多计的到期积分"


def expired(day: date) -> str:
    """Return the wording of points that ended by a day."""
    return f"有效期至 {day.isoformat()}，到期"


def reversed_words(wording: str) -> str:
    """Return the wording of a transfer that takes another back."""
    return f"冲正：{wording}"
