"""The form in which a simulation is asked for."""

from flask_babel import lazy_gettext as _l

from app.fields import CivilDateField, NotBlank, NotInFuture
from app.forms import Form


class SimulationForm(Form):
    """A period, by the date on which contributions happened."""

    first_day = CivilDateField(_l("从哪一天"), validators=[NotBlank(), NotInFuture()])
    last_day = CivilDateField(_l("到哪一天"), validators=[NotBlank(), NotInFuture()])
