"""Forms: one mother class that validates, opens the transaction, does the work once and brings errors back.

    form = GiftForm()
    return form.carry_out(lambda session: url_for(".show", code=log(session, form, actor=current_actor()).code)) \\
        or form.page("contributions/new.html")
"""

import secrets
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from flask import Response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from wtforms import Field, HiddenField
from wtforms.validators import InputRequired, Length, Optional, StopValidation
from wtforms.validators import ValidationError as ValidationError

from app import once
from app.access import current_actor
from app.db import transaction
from app.errors import Conflict, NotAllowed, NotFound, Refused
from app.problems import note_fault

Act = Callable[[Session], str]


class Form(FlaskForm):
    """A form of ours. ``once`` travels with it, so that sending it twice does its work once."""

    once = HiddenField()

    class Meta(FlaskForm.Meta):
        locales = ("zh",)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.problems: list[str] = []
        token = self.once.data or ""
        if not (len(token) == 32 and token.isalnum() and token.isascii()):
            self.once.data = secrets.token_hex(16)

    def carry_out(self, act: Act) -> Response | None:
        """Validate, open a transaction and call ``act(session)``, which returns the page to go to.

        Returns the redirect, or None when there is nothing to do (GET) or something to mend: the sentence
        then stands beside its field or in ``problems``, and all that was typed is kept. NotAllowed and
        NotFound without a field pass through to their problem pages.
        """
        if not self.validate_on_submit():
            return None
        user_id = current_actor().user_id
        token = str(self.once.data)
        try:
            with transaction() as session:
                location = once.claim(session, token, user_id, _content())
                if location is None:
                    location = act(session)
                    once.settle(session, token, location)
        except (NotAllowed, NotFound) as refused:
            if refused.field is None:
                raise
            self.note_refusal(refused)
            return None
        except once.SentBefore as refused:
            self.once.data = secrets.token_hex(16)
            self.note_refusal(refused)
            return None
        except Refused as refused:
            self.note_refusal(refused)
            return None
        except IntegrityError as error:
            note_fault(error)
            self.problems.append(_("刚才有人同时办理了同一件事，请核对后再提交一次。"))
            return None
        except DBAPIError as error:
            number = note_fault(error)
            if isinstance(error, OperationalError):
                self.problems.append(_("数据库暂时没有应答。您填写的内容都还在，请稍候再提交一次。"))
            else:
                self.problems.append(
                    _(
                        "系统出了没有料到的问题，没有保存；您填写的内容都还在。故障编号：%(number)s",
                        number=number,
                    )
                )
            return None
        return redirect(location, 303)  # type: ignore[return-value]

    def note_refusal(self, refused: Refused) -> None:
        """Put a refusal's sentence beside its field, or on top when it names none of ours."""
        field = self._fields.get(refused.field or "")
        if field is None:
            self.problems.append(str(refused.sentence))
        else:
            field.errors = [*field.errors, str(refused.sentence)]
        for other in refused.others:
            self.note_refusal(other)

    def page(self, template: str, **context: Any) -> tuple[str, int]:
        """Return the form's page: 200 when it was asked for, 422 when it was sent and something is to mend."""
        return render_template(template, form=self, **context), 422 if request.method == "POST" else 200


def revision_of(form: Form) -> int:
    """Return the revision that a page showed. Raises Conflict when the form carries none."""
    text = str(form["revision"].data or "")
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise Conflict(_("页面已过期，请重新打开后再办理。"))
    return int(text)


def _content() -> bytes:
    """Return a hash of what was sent, by which a second sending is told from another content under the same token."""
    sent = [
        (name, value) for name, value in request.form.items(multi=True) if name not in {"csrf_token", "once"}
    ]
    sent += [(name, file.filename or "") for name, file in request.files.items(multi=True)]
    return sha256(repr(sorted(sent)).encode("utf-8", "surrogatepass")).digest()


class Filled(InputRequired):
    """InputRequired looks at what was sent alone; a text of blanks was sent, and is empty once it is stripped."""

    def __call__(self, form: Any, field: Field) -> None:
        super().__call__(form, field)
        blank = field.data is None or (isinstance(field.data, str) and not field.data.strip())
        if blank and not field.errors and not field.process_errors:
            raise StopValidation(self.message)


def required(sentence: Any = None) -> InputRequired:
    """Return the validator of a field that must be filled in."""
    return Filled(sentence or _l("这一项必须填写。"))


def optional() -> Optional:
    """Return the validator of a field that may stay empty."""
    return Optional()


def at_most(length: int) -> Length:
    """Return the validator of a text's length."""
    return Length(max=length, message=_l("最多 %(max)d 个字。"))


class CleanText:
    """A filter and validator for text: NUL, control and bidi characters never enter the database."""

    _FORBIDDEN = frozenset(
        [*range(0, 9), 11, 12, *range(14, 32), 127, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
    )

    def __call__(self, _form: Any, field: Field) -> None:
        data = field.data
        if isinstance(data, str) and any(
            ord(letter) in self._FORBIDDEN or 0xD800 <= ord(letter) < 0xE000 for letter in data
        ):
            raise ValidationError(_("含有看不见的控制字符，请删去后重新输入。"))


def stripped(value: Any) -> Any:
    """WTForms filter: blanks at both ends go, an empty text becomes None."""
    if isinstance(value, str):
        return value.strip() or None
    return value


def chosen(pairs: Iterable[tuple[str, Any]], empty: Any = None) -> list[tuple[str, Any]]:
    """Return choices for a select with an empty first line."""
    return [("", empty or _l("请选择")), *pairs]
