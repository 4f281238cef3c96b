"""Hostile files as a browser sends them: a page with a sentence, and no page of the wizard breaks on what was read."""

import io
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.imports import making, wizard
from tests.imports.hostile import FILES

SQLITE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@SQLITE
def test_every_hostile_file_gets_a_page(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    for name, (make, expected) in FILES.items():
        sent = {"files": [(io.BytesIO(make()), name)]}
        answer = client.post("/staff/imports", data=sent, content_type="multipart/form-data")
        assert answer.status_code in (303, 422), name
        if answer.status_code == 303 and not isinstance(expected, str):
            _walk(client, answer.headers["Location"], name)


def _walk(client: FlaskClient, address: str, name: str) -> None:
    """Take a file that was read through the wizard as a list of volunteers, whatever it is."""
    get, post = client.get, client.post
    sent = {"t0-header": "1", **wizard.columns_of(get(address).get_data(as_text=True))}
    sent |= {"t0-register": "volunteers", "act": "again"}
    assert post(f"{address}/columns", data=sent).status_code in (303, 422), name
    page = get(address)
    assert page.status_code == 200, name
    sent = wizard.columns_of(page.get_data(as_text=True))
    sent |= {"t0-c0": "name", "t0-c1": "id_number", "t0-c2": "county", "act": "check"}
    assert post(f"{address}/columns", data=sent).status_code in (303, 422), name
    assert get(address).status_code == 200, name
    assert get(f"{address}/workbook").status_code == 200, name


@SQLITE
def test_a_column_that_the_chosen_register_has_no_use_for_is_left_out(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, making.xlsx([["备注", "甲", "乙"], ["a", "b", "c"]]))
    sent = {"t0-register": "volunteers", "t0-header": "1", "act": "again"}
    assert client.post(f"{address}/columns", data=sent).status_code == 303
    assert "志愿者名册" in client.get(address).get_data(as_text=True)


@SQLITE
def test_what_is_no_file_is_no_file(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    answer = client.post("/staff/imports", data={"files": "text"})
    assert answer.status_code == 422 and "请选择要上传的表格文件" in answer.get_data(as_text=True)
    sent = {"files": [(io.BytesIO(wizard.messy()), "a\r\nX: y.xlsx")]}
    assert client.post("/staff/imports", data=sent).status_code in (303, 422)


@SQLITE
def test_sizes_and_archives_are_bounded(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as made:
        made.writestr("名册.zip", wizard.messy())
    for data, name, status, word in (
        (b"a,b\n" + b"x" * (20 * 1024 * 1024 + 100_000), "大.csv", 422, "太大"),
        (b"x" * (26 * 1024 * 1024), "大.csv", 413, "MB"),
        (inner.getvalue(), "套.zip", 422, "没有表格"),
    ):
        answer = client.post("/staff/imports", data={"files": [(io.BytesIO(data), name)]})
        assert answer.status_code == status and word in answer.get_data(as_text=True)
    many = [(io.BytesIO(wizard.messy()), f"{index}.xlsx") for index in range(51)]
    answer = client.post("/staff/imports", data={"files": many})
    assert answer.status_code == 422 and "50" in answer.get_data(as_text=True)


@SQLITE
@pytest.mark.parametrize(
    "name", ["../../etc/passwd.xlsx", "名\u202excod.xlsx", "长" * 10_000 + ".xlsx", ".xlsx"]
)
def test_names_that_deceive_are_shown_plain(web: Flask, name: str) -> None:
    client, _actor = wizard.clerk(web)
    address = wizard.upload(client, wizard.messy(), name)
    wizard.check(client, address)
    shown = wizard.the_upload(address).name
    assert len(shown) <= 120 and not set(shown) & set("/\\\u202e")
    assert client.get(f"{address}/workbook").status_code == 200
