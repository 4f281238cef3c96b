"""The vocabulary: shipped, taken in, edited by staff on its pages."""

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from app import db
from app.audit.models import AuditEvent
from app.errors import Conflict, InvalidInput, NotAllowed
from app.imports import registers
from app.imports.vocabulary import editing, queries, shipped, stored
from app.imports.vocabulary.kinds import WordList, value_label
from app.imports.vocabulary.lists import HEADINGS_FILE, WORDS_FILE, read_list
from app.imports.vocabulary.models import LONGEST, VocabularyHeading, VocabularyWord
from app.imports.vocabulary.terms import folded
from app.permissions import SYSTEM, Role
from tests.contributions.city import City
from tests.contributions.test_pages import Enter, _noon, city, enter  # noqa: F401


def test_the_shipped_lists_are_sound(web: Flask) -> None:
    for path in (HEADINGS_FILE, WORDS_FILE):
        rows = read_list(path)
        twice = [key for key, count in Counter((one[0], folded(one[2])) for one in rows).items() if count > 1]
        assert not twice
        assert all(folded(one[2]) and max(map(len, one)) <= LONGEST for one in rows)
    assert set(shipped().words) == {one.value for one in WordList}
    assert all(value.isdecimal() for value in shipped().words["money_unit"].values())
    with web.test_request_context():
        assert all(
            str(value_label(kind, value))
            for kind in WordList
            for value in shipped().words[kind.value].values()
        )


def test_every_column_of_every_register_has_a_heading(web: Flask) -> None:
    for register in registers.known():
        named = set(shipped().headings.get(register.name, {}).values())
        lacking = [one.name for one in register.fields if one.name not in named and not one.from_sheet]
        assert not lacking, (register.name, lacking)
        for one in register.fields:
            heading = str(one.label)
            assert shipped().field_of(register.name, heading) in {one.name, None}, (register.name, heading)


def test_taking_it_in_twice_changes_nothing(database: db.Database) -> None:
    with db.transaction() as session:
        assert stored(session) == shipped()
        assert editing.load(session, actor=SYSTEM) == len(read_list(HEADINGS_FILE)) + len(
            read_list(WORDS_FILE)
        )
        assert editing.load(session, actor=SYSTEM) == 0
    with db.reading() as session:
        assert stored(session) == shipped()
        assert len(session.scalars(select(AuditEvent.id)).all()) == 1


def test_a_first_own_word_stands_beside_the_shipped_ones(database: db.Database) -> None:
    with db.transaction() as session:
        editing.add_word(session, list_name="certificate", value="医师证", word="执业 医师证", actor=SYSTEM)
        editing.add_heading(session, register="volunteers", field="phone", heading="寻呼机", actor=SYSTEM)
    with db.reading() as session:
        own = stored(session)
    assert own.meaning("certificate", "执业医师证") == "医师证"
    assert own.meaning("certificate", "护理员") == "护理员证"
    assert own.field_of("volunteers", "寻 呼 机") == "phone"
    assert own.field_of("households", "户主姓名") == "head"


def test_what_is_refused(database: db.Database) -> None:
    with db.transaction() as session:
        editing.load(session, actor=SYSTEM)
        with pytest.raises(Conflict):
            editing.add_word(session, list_name="sex", value="女", word=" 男 ", actor=SYSTEM)
        with pytest.raises(Conflict):
            editing.add_heading(
                session, register="volunteers", field="name", heading="身份证 号码", actor=SYSTEM
            )
        with pytest.raises(InvalidInput):
            editing.add_word(session, list_name="sex", value="女", word="\u200b", actor=SYSTEM)
        only = queries.words(session, "sex")
        for word in only[:-1]:
            editing.remove_word(session, word.id, actor=SYSTEM)
        with pytest.raises(Conflict):
            editing.remove_word(session, only[-1].id, actor=SYSTEM)
        row = queries.headings(session, "volunteers")[0]
        same = [one for one in queries.headings(session, "volunteers") if one.field == row.field]
        for heading in same[:-1]:
            editing.remove_heading(session, heading.id, actor=SYSTEM)
        with pytest.raises(Conflict):
            editing.remove_heading(session, same[-1].id, actor=SYSTEM)


def test_staff_edit_it_on_its_pages(city: City, enter: Enter, web: Flask) -> None:  # noqa: F811
    staff = enter(city.city_staff)
    assert "随程序提供" in staff.get("/staff/vocabulary").text
    assert staff.post("/staff/vocabulary/load").status_code == 303
    assert "随程序提供" not in staff.get("/staff/vocabulary").text
    page = staff.get("/staff/vocabulary/words/certificate")
    assert page.status_code == 200
    assert "养老护理员" in page.text
    assert (
        staff.post("/staff/vocabulary/words/certificate", data={"value": "+", "word": "厨师证"}).status_code
        == 422
    )
    data = {"value": "+", "own_value": "厨师证", "word": "厨师资格证"}
    assert staff.post("/staff/vocabulary/words/certificate", data=data).status_code == 303
    assert staff.post("/staff/vocabulary/words/certificate", data=data).status_code == 422
    assert staff.post("/staff/vocabulary/words/sex", data={"value": "+", "word": "某"}).status_code == 422
    with db.reading() as session:
        assert stored(session).meaning("certificate", "厨师资格证") == "厨师证"
        word = session.scalars(select(VocabularyWord).where(VocabularyWord.word == "厨师资格证")).one()
    assert "厨师资格证" in staff.get(f"/staff/vocabulary/words/one/{word.id}").text
    assert staff.post(f"/staff/vocabulary/words/one/{word.id}").status_code == 303
    assert staff.get(f"/staff/vocabulary/words/one/{word.id}").status_code == 404
    for kind in WordList:
        assert staff.get(f"/staff/vocabulary/words/{kind.value}").status_code == 200, kind
    assert staff.get("/staff/vocabulary/words/nothing").status_code == 404
    assert staff.get("/staff/vocabulary/headings/nothing").status_code == 404


def test_headings_on_the_page_of_a_register(city: City, enter: Enter, web: Flask) -> None:  # noqa: F811
    staff = enter(city.city_staff)
    staff.post("/staff/vocabulary/load")
    for register in registers.known():
        address = f"/staff/vocabulary/headings/{register.name}"
        assert staff.get(address).status_code == 200
        field = register.fields[0].name
        assert staff.post(address, data={"field_name": field, "heading": "某某列\x00"}).status_code in {
            303,
            422,
        }
        assert staff.post(address, data={"field_name": "nothing", "heading": "某列"}).status_code == 422
        assert staff.post(address, data={"field_name": field, "heading": "某列"}).status_code == 303
        assert staff.post(address, data={"field_name": field, "heading": "某 列"}).status_code == 422
    with db.reading() as session:
        rows = session.scalars(select(VocabularyHeading).where(VocabularyHeading.heading == "某列")).all()
    assert len(rows) == len(registers.known())
    for row in rows:
        assert "某列" in staff.get(f"/staff/vocabulary/headings/one/{row.id}").text
        assert staff.post(f"/staff/vocabulary/headings/one/{row.id}").status_code == 303


def test_who_may_edit(city: City, enter: Enter, web: Flask) -> None:  # noqa: F811
    assert enter(city.staff).get("/staff/vocabulary").status_code == 403
    with pytest.raises(NotAllowed), db.transaction() as session:
        editing.load(session, actor=city.actor(Role.COUNTY_REVIEWER))
