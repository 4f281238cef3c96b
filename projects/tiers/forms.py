"""The form on which a row of the table is proposed."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, StringField

from app import clock
from app.errors import InvalidInput
from app.fields import CivilDateField, MoneyField, NotBlank
from app.forms import CleanText, Form, at_most, optional, stripped
from app.labels import Labelled
from app.regions.forms import RegionField
from projects.tiers.kinds import TierLevel, TierThing
from projects.tiers.proposals import Proposed


class Limit(Labelled):
    """How much a level may approve."""

    UP_TO = "up_to", _l("有限额")
    ANY = "any", _l("不限")
    NONE = "none", _l("不审批")


def _choices(kind: type[Labelled]) -> list[SelectChoice]:
    return [SelectChoice(one.value, one.label) for one in kind]


class TierForm(Form):
    """Who approves what up to which sum, where, from when, by which rule."""

    thing = RadioField(_l("审批什么"), [NotBlank()], choices=_choices(TierThing))
    level = RadioField(_l("哪一级审批"), [NotBlank()], choices=_choices(TierLevel))
    region_code = RegionField(
        _l("适用地区"), [optional()], description=_l("不选就是全市。单独规定的地区，以离得最近的一级为准。")
    )
    limit = RadioField(_l("额度"), [NotBlank()], choices=_choices(Limit), default=Limit.UP_TO.value)
    up_to = MoneyField(_l("最高金额"), [optional()], description=_l("含本数。"))
    valid_from = CivilDateField(
        _l("从哪天起"), [NotBlank()], description=_l("必须晚于今天。原来的规定到前一天为止。")
    )
    basis = StringField(
        _l("依据"),
        [NotBlank(), at_most(200), CleanText()],
        filters=[stripped],
        description=_l("文件名称和文号。镇街审批须有省级规定（社会救助法第四十四条）。"),
    )

    def proposed(self) -> Proposed:
        """Return what was filled in, once it was validated. Raises InvalidInput for a limit without its sum."""
        if self.limit.data == Limit.UP_TO.value and not self.up_to.data:
            raise InvalidInput(_("有限额的，请填大于 0 的金额。"), field="up_to")
        sums = {Limit.UP_TO: self.up_to.data, Limit.ANY: None, Limit.NONE: 0}
        return Proposed(
            thing=TierThing(self.thing.data),
            region_code=self.region_code.data,
            level=TierLevel(self.level.data),
            up_to_fen=sums[Limit(self.limit.data)],
            valid_from=self.valid_from.data or clock.today(),
            basis=self.basis.data,
        )
