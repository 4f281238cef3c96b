"""What requests tell whoever grants, refers or plans by them.

``request_decided``: a request was approved or refused. Sent with the session as sender and ``request`` (the row, under
its lock), ``step_id`` and ``actor``; receivers run in the same transaction and may raise Refused: then nothing happens.
What was granted stands in the request: ``granted_fen`` (0: help in kind) and ``proposed_words``.
"""

import uuid

from blinker import Namespace
from sqlalchemy.orm import Session

from app.permissions import Actor
from projects.requests.models import AidRequest

request_decided = Namespace().signal("request-decided")


def tell_decided(session: Session, request: AidRequest, *, step_id: uuid.UUID, actor: Actor) -> None:
    """Say that a request was approved or refused."""
    request_decided.send(session, request=request, step_id=step_id, actor=actor)
