"""What may come in: told by content, redrawn, renamed; everything else is refused with a sentence."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.config import Settings, load
from app.errors import InvalidInput
from app.files import evidence, storage
from app.files.media import DOCUMENTS, PICTURES, MediaType, sniff
from app.files.names import clean_name
from tests.conftest import ENVIRONMENT
from tests.files import hostile


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings with a folder; no row is written here, so one database that is never opened is enough."""
    return load({**ENVIRONMENT, "ZHONGLI_DATA_DIR": str(tmp_path)})


NEEDS_FOLDER = pytest.mark.usefixtures("database")


def _receive(data: bytes, name: str = "文件", **options: object) -> evidence.Received:
    return evidence.receive(io.BytesIO(data), name, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (hostile.picture(), MediaType.JPEG),
        (hostile.picture("PNG"), MediaType.PNG),
        (hostile.picture("WEBP"), MediaType.WEBP),
        (hostile.PDF, MediaType.PDF),
        (hostile.office(), MediaType.XLSX),
        (hostile.office(MediaType.DOCX), MediaType.DOCX),
    ],
)
@NEEDS_FOLDER
def test_content_says_what_a_file_is(data: bytes, kind: MediaType) -> None:
    received = _receive(data, "票据.exe")
    assert received.media_type is kind
    assert received.name.startswith("票据.exe.")
    assert storage.get(received.sha256)[:4] == data[:4]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空"),
        (hostile.SVG, "不支持"),
        (hostile.HTML, "不支持"),
        (hostile.EXE, "不支持"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版"),
        (hostile.picture()[:200], "损坏"),
        (b"\xff\xd8\xff" + hostile.HTML, "损坏"),
        (hostile.pixel_bomb(), "像素"),
        (hostile.pixel_bomb(8000), "像素"),
        (b"%PDF-1.7\n", "不完整"),
        (hostile.PDF.replace(b"/Type", b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>/Type"), "脚本"),
        (hostile.office(members={"xl/vbaProject.bin": b"x"}), "宏"),
        (hostile.office(members={"../../etc/cron.d/x": b"x"}), "结构"),
        (hostile.office(members={"big": b"0" * (201 * 1024 * 1024)}), "结构"),
        (b"PK\x03\x04" + b"\0" * 50, "损坏"),
    ],
)
@NEEDS_FOLDER
def test_hostile_and_broken_uploads_are_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refusal:
        _receive(data, field="files")
    assert refusal.value.field == "files"


@NEEDS_FOLDER
def test_size_and_kind_are_bounded() -> None:
    with pytest.raises(InvalidInput, match="太大"):
        _receive(hostile.PDF * 40_000, max_bytes=2 * 1024 * 1024)
    with pytest.raises(InvalidInput, match="请上传JPG"):
        _receive(hostile.PDF, accept=PICTURES)
    with pytest.raises(InvalidInput, match="PDF"):
        _receive(hostile.picture(), accept=DOCUMENTS)


@NEEDS_FOLDER
def test_a_picture_keeps_its_time_and_loses_everything_else() -> None:
    received = _receive(hostile.photograph(), "现场.jpg")
    kept = Image.open(io.BytesIO(storage.get(received.sha256)))
    assert received.captured_at == datetime(2026, 11, 12, 1, 30, tzinfo=UTC)
    assert not kept.getexif()
    assert kept.size == (48, 64)  # upright
    assert b"Spyphone" not in storage.get(received.sha256)
    assert received.received_sha256 != received.sha256


@NEEDS_FOLDER
def test_a_polyglot_comes_out_as_a_picture_alone() -> None:
    kept = storage.get(_receive(hostile.polyglot()).sha256)
    assert b"script" not in kept
    assert b"PK\x03\x04" not in kept


@NEEDS_FOLDER
def test_transparency_and_great_sides_survive_within_bounds() -> None:
    target = io.BytesIO()
    Image.new("RGBA", (5000, 10), (0, 0, 0, 0)).save(target, "PNG")
    kept = Image.open(io.BytesIO(storage.get(_receive(target.getvalue()).sha256)))
    assert (kept.mode, kept.size[0]) == ("RGBA", 4096)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\temp\\收据.JPG", "收据.jpg"),
        ("a\x00b.jpg", "ab.jpg"),
        ("收据\u202egpj.exe", "收据gpj.exe.jpg"),
        ("   ", "file.jpg"),
        ("..", "file.jpg"),
        (None, "file.jpg"),
        ("x" * 400 + ".png", "x" * 100 + ".jpg"),
        ('a<b>:"c|?*.jpg', "a_b___c___.jpg"),
        ("\ud800.jpg", "file.jpg"),
    ],
)
def test_names_are_cleaned(name: str | None, clean: str) -> None:
    assert clean_name(name, MediaType.JPEG) == clean


@given(st.text())
def test_no_name_breaks_a_header_or_a_path(name: str) -> None:
    clean = clean_name(name, MediaType.PDF)
    assert clean.endswith(".pdf")
    assert not set(clean) & set('/\\\x00\r\n<>:"|?*')
    assert len(clean) <= 110
    clean.encode("utf-8")


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_sniffer(data: bytes) -> None:
    for start in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"%PDF-", b"RIFF\0\0\0\0WEBP"):
        try:
            sniff(start + data)
        except InvalidInput as refusal:
            assert str(refusal)
