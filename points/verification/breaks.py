"""What can be wrong with a row, and how it is told."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class BreakKind(Labelled):
    """What is wrong with a row."""

    SIGNATURE = "signature", _l("内容被改动或来历不明")
    MISSING = "missing", _l("缺失")
    FOREIGN = "foreign", _l("多余")
    COUNT = "count", _l("记账与流水不符")
    NUMBER = "number", _l("序号断开")
    BALANCE = "balance", _l("逐笔余额不连续")
    LEAF = "leaf", _l("存证不符")
    ROOT = "root", _l("存证的根不符")
    CHAIN = "chain", _l("存证链断开")
    TRIGGER = "trigger", _l("防改触发器缺失")


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that is wrong: its kind, the table and the key of the row, and a sentence for an auditor."""

    kind: BreakKind
    table: str
    key: str
    sentence: str


def changed(table: str, key: Any) -> Break:
    """Return the break of a row whose signature is not its own."""
    return Break(
        BreakKind.SIGNATURE,
        table,
        shown(key),
        _("%(table)s %(key)s 的签名不符：内容被改动，或不是本系统写入的。", table=table, key=shown(key)),
    )


def missing(table: str, key: Any, because: str) -> Break:
    """Return the break of a row that should be there."""
    sentence = _("%(table)s %(key)s 不存在：%(because)s", table=table, key=shown(key), because=because)
    return Break(BreakKind.MISSING, table, shown(key), sentence)


def shown(key: Any) -> str:
    """Return a key as a break names it; several columns are joined by a slash."""
    if isinstance(key, tuple):
        return "/".join(shown(part) for part in key)
    if isinstance(key, bytes) and len(key) == 16:
        return str(UUID(bytes=key))
    return key.hex() if isinstance(key, bytes) else str(key)
