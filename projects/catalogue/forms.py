"""What comes in about an item of the catalogue."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, SelectField, StringField, TextAreaField

from app.fields import NotBlank
from app.forms import CleanText, Form, at_most, optional, stripped
from app.ids import new_code
from points.rulesets.kinds import ContributionKind
from projects.catalogue.items import ItemRow, read_units
from projects.catalogue.models import CatalogueItem


def _text(label: Any, most: int, *more: Any, **values: Any) -> StringField:
    return StringField(label, [*more, at_most(most), CleanText()], filters=[stripped], **values)


class ItemForm(Form):
    """An item that is there: kind and base unit stand."""

    name = _text(_l("名称"), 60, NotBlank())
    category = _text(
        _l("分组"), 40, NotBlank(), description=_l("登记表上按分组排列；积分规则也可以按分组设定。")
    )
    units = TextAreaField(
        _l("其他单位"),
        [optional(), at_most(400), CleanText()],
        description=_l("一行一个，写成“袋(10公斤)=10”：等号后是合多少个基本单位。已有的单位不会删除。"),
        render_kw={"rows": 4},
    )
    qualification = _text(_l("需要的资质证书"), 40, optional())
    professional = BooleanField(_l("专业服务：由社会工作者提供时加计积分"))
    is_offered = BooleanField(_l("在登记表上供选择"), default=True)

    def row(self, item: CatalogueItem) -> ItemRow:
        """Return what was typed about an item."""
        return self._row(item.slug, item.kind, item.base_unit)

    def _row(self, slug: str, kind: ContributionKind, base_unit: str) -> ItemRow:
        return ItemRow(
            slug=slug,
            kind=kind,
            category=self.category.data or "",
            name=self.name.data or "",
            base_unit=base_unit,
            units=read_units(self.units.data or "", base_unit),
            professional=bool(self.professional.data),
            qualification=self.qualification.data,
        )


class NewItemForm(ItemForm):
    """A new item."""

    kind = SelectField(_l("类别"), choices=[SelectChoice(one.value, one.label) for one in ContributionKind])
    base_unit = _text(
        _l("基本单位"), 10, NotBlank(), description=_l("数量按它保存，以后不能再改，例如“公斤”。")
    )

    def new_row(self) -> ItemRow:
        """Return what was typed about a new item."""
        return self._row(new_code().lower(), ContributionKind(self.kind.data), self.base_unit.data or "")


def values_of(item: CatalogueItem) -> dict[str, Any]:
    """Return a stored item as values of its form."""
    others = [unit for unit in item.units if unit.name != item.base_unit]
    return {
        "name": item.name,
        "category": item.category,
        "units": "\n".join(f"{unit.name}={factor_text(unit.factor_thousandths)}" for unit in others),
        "qualification": item.qualification,
        "professional": item.professional,
        "is_offered": item.is_offered,
    }


def factor_text(thousandths: int) -> str:
    """Return a factor without idle zeros: 500 → 0.5."""
    whole, part = divmod(thousandths, 1000)
    return f"{whole}.{part:03d}".rstrip("0") if part else str(whole)
