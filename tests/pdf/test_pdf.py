"""PDF: Chinese text, tags, the same bytes for the same input, and not one request to anywhere."""

import io
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from app import pdf

PAGE = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>捐赠证书</title>
<link rel="stylesheet" href="asset:paper.css">{head}</head>
<body><h1>捐赠证书</h1><p>感谢宝鸡市的社会组织：人民币 12,345.60 元。</p>{body}</body></html>"""


def _page(body: str = "", head: str = "") -> str:
    return PAGE.format(body=body, head=head)


@pytest.fixture
def asked() -> Iterator[tuple[str, list[bytes]]]:
    """Yield the address of a server that remembers who asked it anything."""
    seen: list[bytes] = []

    class Listener(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            seen.append(self.request.recv(1000))

    with socketserver.TCPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
        server.shutdown()


def test_this_machine_can_make_papers() -> None:
    pdf.ensure_available()


def test_chinese_text_title_language_and_tags() -> None:
    reader = PdfReader(io.BytesIO(pdf.render(_page())))
    text = reader.pages[0].extract_text()
    assert "捐赠证书" in text
    assert "人民币 12,345.60 元" in text
    assert reader.metadata is not None
    assert reader.metadata.title == "捐赠证书"
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-Hans"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root


def test_the_same_input_gives_the_same_bytes_whatever_was_drawn_between() -> None:
    first, _other, again = pdf.render_batch([_page(), _page("<p>另一份</p>"), _page()])
    assert first == again


def test_nothing_is_fetched_from_the_network_or_the_disk(
    asked: tuple[str, list[bytes]], tmp_path: Path
) -> None:
    address, seen = asked
    secret = tmp_path / "secret.css"
    secret.write_text("body::before { content: 'LEAKED' }", "utf-8")
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'><image href='{address}/svg.png' width='9' height='9'/></svg>"
    hostile = _page(
        head=f'<link rel="stylesheet" href="{address}/a.css"><link rel="stylesheet" href="{secret.as_uri()}">'
        f'<style>@import "{address}/b.css"; body {{ background: url({address}/c.png) }}</style>'
        f'<base href="{address}/">',
        body=f'<img alt="x" src="{address}/d.png"><img alt="y" src="{secret.as_uri()}"><img alt="z" src="e.png">'
        f'<img alt="s" src="data:image/svg+xml,{svg}"><object data="{address}/f"></object>'
        f'<a rel="attachment" href="{Path("/etc/hostname").as_uri()}">…</a>'
        '<img alt="u" src="asset:../../config.py"><img alt="v" src="asset:/etc/passwd">',
    )
    reader = PdfReader(io.BytesIO(pdf.render(hostile)))
    assert seen == []
    assert "LEAKED" not in reader.pages[0].extract_text()
    assert not reader.attachments


def test_missing_fonts_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_installed_families", lambda: frozenset({"DejaVu Sans"}))
    with pytest.raises(pdf.PdfUnavailable, match="fonts-noto-cjk"):
        pdf.ensure_available()
