"""What comes in about help plans."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import Form as PlainForm
from wtforms import FormField, RadioField, SelectField, StringField, TextAreaField

from app import clock
from app.fields import CivilDateField, LineList, NotBlank
from app.forms import CleanText, Form, at_most, optional, stripped
from projects.care.names import person_named
from projects.plans.kinds import MeasureState, PlanEffect
from projects.plans.models import HelpPlan
from projects.plans.plans import Draft, Measure

LINES = 6


class MeasureLine(PlainForm):
    """One line of the measures; a line without words is none."""

    what = StringField(_l("做什么"), [optional(), at_most(200), CleanText()], filters=[stripped])
    by_whom = StringField(
        _l("由谁做"),
        [optional(), at_most(100), CleanText()],
        filters=[stripped],
        description=_l("部门或单位，例如“镇卫生院”。"),
    )
    start_on = CivilDateField(_l("开始"), [optional()])
    due_on = CivilDateField(_l("完成"), [optional()])


class PlanForm(Form):
    """A help plan."""

    lead_department = StringField(_l("牵头部门"), [NotBlank(), at_most(60), CleanText()], filters=[stripped])
    responsible = StringField(
        _l("责任人"),
        [NotBlank(), at_most(50), CleanText()],
        filters=[stripped],
        description=_l("填写全名或手机号。责任人不能评估自己负责的方案。"),
    )
    goal = TextAreaField(
        _l("帮扶目标"),
        [NotBlank(), at_most(1000), CleanText()],
        filters=[stripped],
        description=_l("写能看得出做到没有的，加密保存。"),
        render_kw={"rows": 3},
    )
    measures = LineList(FormField(MeasureLine), lines=LINES, anchor="what")

    def draft(self, session: Session) -> Draft:
        """Return what was typed. Raises InvalidInput for somebody whom the register does not know."""
        today = clock.today()
        return Draft(
            lead_department=self.lead_department.data or "",
            responsible_id=person_named(session, self.responsible.data or "", field="responsible"),
            goal=self.goal.data or "",
            measures=tuple(
                Measure(
                    line.what.data,
                    line.by_whom.data or "",
                    line.start_on.data or today,
                    line.due_on.data or line.start_on.data or today,
                )
                for line in self.measures
                if line.what.data
            ),
        )


class MeasureForm(Form):
    """How far a measure is."""

    state = SelectField(_l("进展"), [NotBlank()], choices=MeasureState.choices()[1:])
    note = StringField(_l("说明"), [optional(), at_most(300), CleanText()], filters=[stripped])


class EvaluationForm(Form):
    """The yearly evaluation."""

    effect = RadioField(_l("评估结论"), [NotBlank(_l("请选择结论。"))], choices=PlanEffect.choices())
    words = TextAreaField(
        _l("依据"), [NotBlank(), at_most(1000), CleanText()], filters=[stripped], render_kw={"rows": 3}
    )


def values_of(plan: HelpPlan, responsible: str) -> dict[str, object]:
    """Return a stored plan as values of its form."""
    return {
        "lead_department": plan.lead_department,
        "responsible": responsible,
        "goal": plan.goal,
        "measures": [
            {"what": one.what, "by_whom": one.by_whom, "start_on": one.start_on, "due_on": one.due_on}
            for one in plan.measures
        ],
    }
