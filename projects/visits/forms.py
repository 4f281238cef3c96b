"""What comes in about visits, made for phones: taps before typing, nothing asked twice."""

from datetime import time

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import (
    BooleanField,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from app import clock
from app.fields import CivilDateField, EvidenceField, NotBlank, NotInFuture
from app.files import evidence
from app.files.evidence import Received
from app.files.media import PICTURES
from app.forms import CleanText, Form, at_most, optional, stripped
from projects.care.names import people_named
from projects.visits.kinds import FollowUpKind, VisitOutcome, VisitPlace
from projects.visits.rules import checklist
from projects.visits.visits import Findings


def _ticks(label: str, choices: list[tuple[str, str]], **more: object) -> SelectMultipleField:
    return SelectMultipleField(
        label,
        [optional()],
        choices=[SelectChoice(value, text) for value, text in choices],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        **more,
    )


class VisitForm(Form):
    """One visit, as the visitor writes it down on the way back."""

    outcome = RadioField(_l("结果"), [NotBlank(_l("请选择结果。"))], choices=VisitOutcome.choices())
    items = _ticks(_l("看到的情况"), [(one.key, one.label) for one in checklist()])
    words = TextAreaField(
        _l("具体情况"),
        [optional(), at_most(1000), CleanText()],
        filters=[stripped],
        description=_l("发现问题的必须写明。只有本辖区工作人员能看到，加密保存。"),
        render_kw={"rows": 3},
    )
    follow_ups = _ticks(_l("需要接着办的事"), FollowUpKind.choices())
    companions = StringField(
        _l("同行人"),
        [optional(), at_most(200), CleanText()],
        filters=[stripped],
        description=_l("填写全名或手机号，几个人用顿号隔开。您自己不用填。"),
    )
    place = RadioField(
        _l("在哪里见到的"), [NotBlank()], choices=VisitPlace.choices(), default=VisitPlace.HOME.value
    )
    made_on = CivilDateField(_l("走访日期"), [NotBlank(), NotInFuture()])
    made_at = TimeField(_l("到达时间"), [NotBlank(_l("请填写到达时间。"))])
    photographs = EvidenceField(
        _l("现场照片"),
        [optional()],
        description=_l("最多 9 张。照片自带的拍摄时间会保留，位置信息会删去。"),
        render_kw={"accept": "image/*"},
    )
    next_on = CivilDateField(
        _l("约定下次走访"), [optional()], description=_l("不填的，按类别的间隔自动安排。")
    )

    def receive(self) -> list[Received]:
        """Check and write the photographs; call before the transaction. Raises InvalidInput beside the input."""
        return [
            evidence.receive(one.stream, one.filename, accept=PICTURES, field="photographs")
            for one in self.photographs.data or ()
        ]

    def findings(self, session: Session) -> Findings:
        """Return what was typed. Raises InvalidInput for a companion whom the register does not know."""
        return Findings(
            made_at=clock.instant(
                self.made_on.data or clock.today(), self.made_at.data.hour, self.made_at.data.minute
            ),
            place=VisitPlace(self.place.data),
            outcome=VisitOutcome(self.outcome.data),
            items=tuple(self.items.data or ()),
            words=self.words.data or "",
            companions=people_named(session, self.companions.data or "", field="companions"),
            follow_ups=tuple(FollowUpKind(one) for one in self.follow_ups.data or ()),
            next_on=self.next_on.data,
        )


class ReasonForm(Form):
    """A step with its reason."""

    reason = TextAreaField(
        _l("理由"), [NotBlank(), at_most(500), CleanText()], filters=[stripped], render_kw={"rows": 2}
    )


class SettleForm(Form):
    """What was done about a finding."""

    words = TextAreaField(
        _l("怎么办的"), [NotBlank(), at_most(500), CleanText()], filters=[stripped], render_kw={"rows": 2}
    )
    dropped = BooleanField(_l("经核实不需要办理"))


def now_values() -> dict[str, object]:
    """Return the day and time that a fresh form shows."""
    now = clock.now().astimezone(clock.CITY_ZONE)
    return {"made_on": now.date(), "made_at": time(now.hour, now.minute)}
