"""Lists change nothing of people who are registered where their uploader has nothing to enter."""

import pytest

from app.db import Database, transaction
from app.errors import NotAllowed
from app.imports.registers import Register
from app.parties.bulk.undoing import undo_many
from app.parties.registers import households, social_workers, volunteers
from app.permissions import SYSTEM, Actor, Role
from tests.parties import lists
from tests.parties.lists import HOUSEHOLDS, VOLUNTEERS, WORKERS, household_row, volunteer_row, worker_row
from tests.parties.people import CITY, JINTAI, TOWN, WEIBIN, places, staff

ELSEWHERE = {"区县": "金台区", "镇（街道）": ""}
LISTS = [
    (volunteers.REGISTER, VOLUNTEERS, volunteer_row(1)),
    (social_workers.REGISTER, WORKERS, worker_row(1)),
    (households.REGISTER, HOUSEHOLDS, household_row(1, 户主姓名="李志愿", 户主身份证号=lists.id_number(1))),
]


def _known_elsewhere(register: Register) -> tuple[Register, list[str], list[object]]:
    if register is volunteers.REGISTER:
        return social_workers.REGISTER, WORKERS, worker_row(1, **ELSEWHERE)
    return volunteers.REGISTER, VOLUNTEERS, volunteer_row(1, **ELSEWHERE)


@pytest.mark.parametrize(("register", "headings", "row"), LISTS)
def test_somebody_registered_elsewhere_is_out_of_scope(
    database: Database, register: Register, headings: list[str], row: list[object]
) -> None:
    with transaction() as session:
        places(session)
        other, theirs, known = _known_elsewhere(register)
        assert lists.admitted(session, other, theirs, [known]).refused == {}

        def verdicts(region: str | None) -> list[str]:
            at = lists.world(session, regions=None if region is None else (region,))
            return lists.words(lists.judged(register, headings, [row], at))

        for region in (WEIBIN, TOWN):
            assert verdicts(region) == ["reject OUT_OF_SCOPE"]
        assert verdicts(CITY) == verdicts(None) == ["accept"]
        assert lists.words(lists.judged(register, headings, [row], lists.world())) == ["accept"]

        def refused(actor: Actor) -> list[str]:
            return list(lists.admitted(session, register, headings, [row], actor=actor).refused.values())

        assert all("辖区以外" in one for one in refused(staff(session, 1)))
        assert len(refused(staff(session, 2, Role.TOWN_STAFF, TOWN))) == 1
        assert refused(staff(session, 3, Role.CITY_STAFF, CITY)) == []


def test_a_role_of_somebody_elsewhere_is_not_taken_back(database: Database) -> None:
    with transaction() as session:
        places(session)
        lists.admitted(session, social_workers.REGISTER, WORKERS, [worker_row(1, **ELSEWHERE)])
        city = staff(session, 1, Role.CITY_STAFF, CITY)
        roles = lists.admitted_volunteers(session, volunteer_row(1), actor=city)
        with pytest.raises(NotAllowed, match="辖区"):
            undo_many(session, roles, actor=staff(session, 2), reason="传错了文件")
        undo_many(session, roles, actor=staff(session, 3, region=JINTAI), reason="传错了文件")
        assert len(lists.admitted_volunteers(session, volunteer_row(1), actor=SYSTEM)) == 1
