"""The registers of data that other departments bring. Of a person only the keyed hash of the number is kept."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.imports.faults import found
from app.imports.kinds import Decision, Reason
from app.imports.registers import Field, Register, Row, Verdict
from app.imports.values import day_past, fen_of, figure, resident_id, text
from app.imports.world import World
from app.parties.duplicates import identity_hash
from app.parties.registers.shelf import Where, place_of, stands
from app.permissions import Permission
from app.rows import present
from projects.comparisons import records
from projects.comparisons.kinds import DataKind
from projects.comparisons.models import ComparisonRecord
from projects.comparisons.records import RecordData


class Lines:
    """The shelf of lines that are known, by their digest. ``None``: it stands in the register."""

    def __init__(self, world: World) -> None:
        self._session = world.session
        self._known: dict[bytes, Where | None] = {}

    def want(self, digests: Iterable[bytes]) -> None:
        """Fetch which of these are there already."""
        if self._session is None:
            return
        for digest in present(self._session, ComparisonRecord.digest, list(digests)):
            self._known.setdefault(bytes(digest), None)

    def ensure_new(self, digest: bytes, row: Row) -> None:
        """Learn a line. Raises Found for one that is known."""
        if digest in self._known:
            where = stands(self._known[digest], row)
            raise found(
                Reason.DUP_SERIAL, _("同样的一行%(where)s。", where=where), decision=Decision.DUPLICATE
            )
        self._known[digest] = place_of(row)


def _data(row: Row, kind: DataKind, department: Any) -> RecordData:
    row.ensure_present("id_number", *(("amount",) if kind is DataKind.INCOME else ()))
    on: date = row.need("month" if kind is DataKind.INCOME else "date")
    priced = kind in (DataKind.INCOME, DataKind.OTHER_AID)
    return RecordData(
        kind=kind,
        identity_hash=identity_hash(row.need("id_number")),
        on=on.replace(day=1) if kind is DataKind.INCOME else on,
        amount_fen=fen_of(row, "amount", "amount_unit", sign="not_negative") if priced else None,
        words=row.get("words"),
        department=str(department),
    )


def _decide(kind: DataKind, department: Any) -> Callable[[Row, World], Verdict]:
    def decide(row: Row, world: World) -> Verdict:
        data = _data(row, kind, department)
        world.shelf(Lines).ensure_new(data.digest, row)
        canonical = {"on": data.on.isoformat(), "amount_fen": data.amount_fen, "words": data.words}
        return row.accepted(key=data.digest.hex()[:32], canonical=canonical, data=data)

    return decide


def _prefetch(kind: DataKind, department: Any) -> Callable[[World, Sequence[Row]], None]:
    def prefetch(world: World, rows: Sequence[Row]) -> None:
        digests = []
        for row in rows:
            if all(reading.fault is None for reading in row.readings.values()) and not row.is_blank(
                "id_number"
            ):
                when = "month" if kind is DataKind.INCOME else "date"
                if not row.is_blank(when) and not (kind is DataKind.INCOME and row.is_blank("amount")):
                    digests.append(_data(row, kind, department).digest)
        world.shelf(Lines).want(digests)

    return prefetch


_NUMBER = Field("id_number", _l("身份证号码"), resident_id, required=True, secret=True)
_UNIT = Field("amount_unit", _l("金额单位"), text(20), hint=_l("元或万元，空白按元计"))


def _register(kind: DataKind, order: int, department: Any, fields: tuple[Field, ...], about: Any) -> Register:
    return Register(
        name=f"{kind.value}_data" if kind is not DataKind.OTHER_AID else "other_aid_data",
        label=kind.label,
        order=order,
        fields=(_NUMBER, *fields),
        decide=_decide(kind, department),
        prefetch=_prefetch(kind, department),
        admit=records.record_many,
        undo=records.undo_many,
        permission=Permission.RUN_COMPARISONS,
        listed_at="comparisons_staff.waiting",
        afterwards=_l("今夜与家庭档案比对，发现的情况列入“数据比对”，由人核实，不自动停发任何救助。"),
        about=about,
    )


REGISTERS = (
    _register(
        DataKind.DEATH,
        130,
        _l("殡葬、公安部门"),
        (
            Field("date", _l("死亡日期"), day_past, required=True, example="2026-10-03"),
            Field("words", _l("死亡登记类型"), text(100)),
        ),
        _l("殡葬或公安部门的死亡数据，一人一行；只按证件号码比对，号码本身不留存。"),
    ),
    _register(
        DataKind.INCOME,
        131,
        _l("人社、税务部门"),
        (
            Field("month", _l("所属月份"), day_past, required=True, example="2026-10-01"),
            Field("amount", _l("月收入（元）"), figure, required=True),
            _UNIT,
            Field("words", _l("收入类型"), text(100)),
        ),
        _l("人社、税务部门的收入数据，一人一月一行。"),
    ),
    _register(
        DataKind.VEHICLE,
        132,
        _l("公安交管部门"),
        (
            Field("date", _l("车辆登记日期"), day_past, required=True),
            Field("words", _l("车辆类型"), text(100)),
        ),
        _l("公安交管部门的车辆数据，一辆车一行；不要车牌号。"),
    ),
    _register(
        DataKind.HOUSING,
        133,
        _l("不动产登记机构"),
        (
            Field("date", _l("不动产登记日期"), day_past, required=True),
            Field("words", _l("房屋用途"), text(100)),
        ),
        _l("不动产登记数据，一处一行。"),
    ),
    _register(
        DataKind.OTHER_AID,
        134,
        _l("其他救助部门"),
        (
            Field("date", _l("待遇起始日期"), day_past, required=True),
            Field("words", _l("待遇名称"), text(100), required=True),
            Field("amount", _l("待遇金额（元）"), figure),
            _UNIT,
        ),
        _l("其他部门发放的救助待遇，一人一项一行。"),
    ),
)
