"""The closed lists of words of the ledger."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class AccountKind(Labelled):
    """What an account is for. Only honour, redeemable and held accounts belong to a party and keep a balance."""

    ISSUER = "issuer", _l("发放")
    HONOUR = "honour", _l("荣誉积分")
    REDEEMABLE = "redeemable", _l("可兑换积分")
    HELD = "held", _l("已冻结")
    REDEEMED = "redeemed", _l("已兑换")
    EXPIRED = "expired", _l("已到期")
    FORFEITED = "forfeited", _l("已收回")


PARTY_KINDS = (AccountKind.HONOUR, AccountKind.REDEEMABLE, AccountKind.HELD)
"""The kinds of account that a party has in each programme."""


class Purse(Labelled):
    """The two purses of a party."""

    HONOUR = "honour", _l("荣誉积分")
    REDEEMABLE = "redeemable", _l("可兑换积分")

    @property
    def account(self) -> AccountKind:
        """The kind of account that this purse is."""
        return AccountKind(self.value)


class Reason(Labelled):
    """Why a posting was made."""

    AWARD = "award", _l("贡献计分")
    REVERSAL = "reversal", _l("冲正")
    ADJUSTMENT = "adjustment", _l("调整")
    HOLD = "hold", _l("冻结")
    RELEASE = "release", _l("解除冻结")
    REDEEM = "redeem", _l("兑换")
    EXPIRE = "expire", _l("到期")
    FORFEIT = "forfeit", _l("收回")
    GIFT = "gift", _l("公益转赠")


class HoldPurpose(Labelled):
    """What points are held for."""

    EXCHANGE = "exchange", _l("兑换")
    DISPUTE = "dispute", _l("有争议")


class HoldState(Labelled):
    """Where a hold stands; the allowed moves are in `holds.MOVES`."""

    ACTIVE = "active", _l("冻结中")
    POSTED = "posted", _l("已兑付")
    RELEASED = "released", _l("已解除")
    TIMED_OUT = "timed_out", _l("已超时退回")


class LeafKind(Labelled):
    """What a leaf of the tree stands for."""

    TRANSFER = "transfer", _l("积分流水")
    PAPER = "paper", _l("文书")
