"""A small kind of paper for the tests, with its template, and papers of it."""

import uuid
from typing import Any

from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy.orm import Session

from app.ids import new_id
from app.papers import kinds, papers
from app.papers.kinds import PaperKind
from app.papers.models import Paper
from app.permissions import SYSTEM

THANKS = PaperKind("thanks", "感谢信", "谢字", "tests/thanks.html", {"donor": "捐赠人", "amount": "金额"})
CONTENT: dict[str, Any] = {
    "donor": "宝鸡市爱心协会",
    "amount": "12,345.60 元",
    "issuer": "宝鸡市慈善协会",
    "secret": "不公开",
}
_TEMPLATE = (
    '{% extends "papers/print/base.html" %}{% block look %}certificate{% endblock %}'
    '{% block body %}<p class="indent">感谢{{ content.donor }}捐赠 {{ content.amount }}。</p>{% endblock %}'
)


def bring(web: Flask) -> None:
    """Register the kind and its template, as a feature would."""
    kinds.register(THANKS)
    loader: Any = web.jinja_env.loader
    web.jinja_env.loader = ChoiceLoader([DictLoader({THANKS.template: _TEMPLATE}), loader])


def thank(session: Session, party_id: uuid.UUID, **options: Any) -> Paper:
    """Issue a paper of the kind."""
    values: dict[str, Any] = {
        "party_id": party_id,
        "source_kind": "gift",
        "source_id": new_id(),
        "content": CONTENT,
        "actor": SYSTEM,
    }
    return papers.issue(session, THANKS, **values | options)
