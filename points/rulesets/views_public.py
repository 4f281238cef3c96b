"""`/rules/points`: the rules in force, made from the very rows that score, with examples and history."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app import clock
from app.access import public
from app.db import reading
from app.errors import NotFound
from app.feature import Door, NavigationItem
from points.rulesets import calculator, queries, screens
from points.rulesets.publication import CITY_PROGRAMME

bp = Blueprint("rules_public", __name__, url_prefix="/rules/points")
NAVIGATION = (
    NavigationItem(Door.PUBLIC, _l("积分规则"), "rules_public.index", icon="calculator", order=300),
)

RULE_COLUMNS = [
    {"key": "kind", "label": _l("贡献类别"), "card": "title"},
    {"key": "rate", "label": _l("分值"), "kind": "number", "card": "side"},
    {"key": "note", "label": _l("说明"), "bare": True},
    {"key": "example", "label": _l("举例")},
    {"key": "purse", "label": _l("记入")},
    {"key": "rounding", "label": _l("取整")},
]
MULTIPLIER_COLUMNS = [
    {"key": "factor", "label": _l("系数"), "bare": True},
    {"key": "value", "label": _l("取值"), "card": "title"},
    {"key": "kind", "label": _l("适用"), "bare": True},
    {"key": "times", "label": _l("倍数"), "kind": "number", "card": "side"},
]
CAP_COLUMNS = [
    {"key": "kind", "label": _l("贡献类别"), "card": "title"},
    {"key": "span", "label": _l("周期"), "bare": True},
    {"key": "points", "label": _l("最多计分"), "kind": "points", "card": "side"},
]
HISTORY_COLUMNS = [
    {"key": "version", "label": _l("版本"), "card": "title", "sub": "summary"},
    {"key": "period", "label": _l("有效期"), "bare": True},
    {"key": "state", "label": _l("状态"), "kind": "state", "tone": "tone", "card": "side"},
]


@bp.get("")
@public
def index() -> ResponseReturnValue:
    """Show the version in force today, or the next one where none is in force yet."""
    today = clock.today()
    with reading() as session:
        try:
            programme = queries.programme(session, CITY_PROGRAMME)
        except NotFound:
            return render_template("points/no_rules.html")
        history = queries.history(session, programme.id)
        if not history:
            return render_template("points/no_rules.html")
        ruleset = next((one for one in history if one.effective_from <= today), history[-1])
        return render_template(
            "points/rules.html",
            programme=programme,
            ruleset=ruleset,
            validity=screens.validity(ruleset),
            rule_columns=RULE_COLUMNS,
            rule_rows=screens.rule_rows(ruleset),
            multiplier_columns=MULTIPLIER_COLUMNS,
            multiplier_rows=screens.multiplier_rows(ruleset),
            cap_columns=CAP_COLUMNS,
            cap_rows=screens.cap_rows(ruleset),
            examples=screens.examples(ruleset, max(today, ruleset.effective_from)),
            history_columns=HISTORY_COLUMNS,
            history_rows=screens.history_rows(history, today, queries.reaches(session, programme.id)),
            choices=calculator.choices(ruleset),
            calculation=calculator.calculate(session, programme.id, request.args, today),
            today=today,
        )
