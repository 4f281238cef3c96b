"""Actors and kinds of deadlines for the tests."""

from uuid import uuid4

from app.deadlines.registry import DeadlineKind
from app.deadlines.rules import HolderLevel
from app.permissions import Actor, Grant, Role

CITY, COUNTY, TOWN = "610300000000", "610302000000", "610302001000"
REVIEW = DeadlineKind("test_review", "初审", "project.review", HolderLevel.TOWN)
APPROVE = DeadlineKind("test_approve", "审批", "project.approve", HolderLevel.COUNTY)
DISCLOSE = DeadlineKind("test_disclose", "公开", "project.disclosure_months", HolderLevel.ORGANISATION)


def actor(role: Role, region: str = CITY) -> Actor:
    """Return somebody who holds one role for a region."""
    return Actor(uuid4(), uuid4(), role.value, (Grant(role, region),))
