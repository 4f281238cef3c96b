"""A form field for a place: chosen from a list down to the town, or typed with suggestions down to the village."""

from collections.abc import Iterable
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape
from wtforms import Field, SelectChoice, SelectField
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from app import clock
from app.config import Settings
from app.db import reading
from app.identity.findings import normalise
from app.regions import queries, rules
from app.regions.models import RegionLevel
from app.regions.queries import RegionOption


def city_region() -> str:
    """Return the division code of the city that the program serves."""
    settings: Settings = current_app.extensions["zhongli"]
    return settings.city_region


def options_within(within: str | None, deepest: RegionLevel) -> list[RegionOption]:
    """Return the divisions in force to choose from inside one (None: the city), down to a level."""
    with reading() as session:
        return queries.options(session, within=within or city_region(), deepest=deepest, on=clock.today())


class RegionField(SelectField):
    """A division from a select, grouped by county; data is its 12-digit code, or None.

    ``within`` cuts the list to one division, ``shallowest`` leaves out what lies above a level (a party lives
    in a town, not in a county). To the village use `VillageField`: 1,500 lines are too many for a select.
    """

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        within: str | None = None,
        deepest: RegionLevel = RegionLevel.TOWN,
        shallowest: RegionLevel = RegionLevel.COUNTY,
        **values: Any,
    ) -> None:
        super().__init__(label, validators, choices=[], coerce=_code_or_none, validate_choice=False, **values)
        levels = list(RegionLevel)
        self._allowed = frozenset(levels[levels.index(shallowest) : levels.index(deepest) + 1])
        self._options = options_within(within, deepest)
        self.choices = _choices(self._options, self._allowed)

    def pre_validate(self, form: Any) -> None:
        """Refuse a code that is not in the list."""
        allowed = {one.code for one in self._options if one.level in self._allowed}
        if self.data is not None and self.data not in allowed:
            raise ValidationError(_("请从列表中选择一个所在地。"))


class VillageField(Field):
    """A division typed by name or code, with the browser's suggestions; data is its 12-digit code, or None.

    Understands the full path as suggested, the code, and any part of the path that only one division has
    ("中山东路街道", "金台区某某村").
    """

    widget = TextInput()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        within: str | None = None,
        deepest: RegionLevel = RegionLevel.VILLAGE,
        shallowest: RegionLevel = RegionLevel.COUNTY,
        **values: Any,
    ) -> None:
        super().__init__(label, validators, **values)
        levels = list(RegionLevel)
        allowed = frozenset(levels[levels.index(shallowest) : levels.index(deepest) + 1])
        self._options = [one for one in options_within(within, deepest) if one.level in allowed]
        self._typed: str | None = None

    def _value(self) -> str:
        if self._typed is not None:
            return self._typed
        return next((one.full_name for one in self._options if one.code == self.data), self.data or "")

    def __call__(self, **attributes: Any) -> Markup:
        """Return the input with its list of suggestions."""
        attributes.setdefault("list", f"{self.id}-list")
        attributes.setdefault("autocomplete", "off")
        lines = Markup("").join(
            Markup('<option value="{}"></option>').format(one.full_name) for one in self._options
        )
        return super().__call__(**attributes) + Markup('<datalist id="{}-list">{}</datalist>').format(
            escape(self.id), lines
        )

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; the sentence of an unreadable one stands beside the field."""
        if not valuelist:
            return
        self._typed = str(valuelist[0])
        self.data = self._read(self._typed) if self._typed.strip() else None

    def _read(self, typed: str) -> str:
        wanted = _letters(typed)
        code = rules.padded(normalise(typed))
        found = [one for one in self._options if one.code == code or _letters(one.full_name) == wanted]
        if not found and wanted:
            found = [one for one in self._options if _letters(one.full_name).endswith(wanted)]
        if len(found) == 1:
            return found[0].code
        self.data = None
        if found:
            raise ValueError(
                _(
                    "“%(typed)s”有 %(count)s 处，请从提示中选择，例如“%(name)s”。",
                    typed=typed,
                    count=len(found),
                    name=found[0].full_name,
                )
            )
        raise ValueError(_("没有找到“%(typed)s”，请输入镇街或村居的名称，再从提示中选择。", typed=typed))


def _code_or_none(value: Any) -> str | None:
    return str(value) if value else None


def _letters(text: str) -> str:
    return normalise(text).replace("/", "").replace("·", "").replace("-", "")


def _choices(options: Iterable[RegionOption], allowed: frozenset[RegionLevel]) -> list[SelectChoice]:
    """Return the lines of a select: an empty one, then each county with its towns as a group."""
    lines = [SelectChoice("", _l("请选择"))]
    for one in options:
        if one.level in allowed:
            label = one.name if len(one.names) == 1 else rules.chain_name(one.names[1:])
            lines.append(SelectChoice(one.code, label, optgroup=one.names[0]))
    return lines
