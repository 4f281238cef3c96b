"""PDF from our own HTML: tagged, titled, with an embedded Chinese font, the same bytes for the same input.

WeasyPrint takes two to three seconds to import and 0.1–0.8 s a page, so it is loaded on first use, and
jobs call it, never a web request. What a document may load: ``data:`` addresses and our own files under
``app/static/print`` as ``asset:NAME``; a fetch of anything else (http, file …) is refused, whatever text of
a user reached the page.
"""

import importlib
import mimetypes
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

SANS = {"zh-Hans": "Noto Sans CJK SC", "zh-Hant": "Noto Sans CJK TC", "en": "Noto Sans CJK SC"}
SERIF = {"zh-Hans": "Noto Serif CJK SC", "zh-Hant": "Noto Serif CJK TC", "en": "Noto Serif CJK SC"}

ASSETS = Path(__file__).parent / "static" / "print"
VARIANT = "pdf/ua-1"  # accessible PDF, ISO 14289-1: tags, title, language

_drawing = threading.Lock()  # Pango's font map is not made for two threads


class PdfUnavailable(RuntimeError):
    """This machine lacks a library or a font; the message is a sentence that names the package."""


class _Forbidden(ValueError):
    """A document asked for an address that it may not load."""


def render(html: str) -> bytes:
    """Return one HTML document as a PDF/UA file.

    The document must have a ``<title>`` and a ``lang``; every picture needs an ``alt``. Addresses outside
    ``data:`` and ``asset:`` are left out and leave nothing behind but a warning in the log.
    Raises PdfUnavailable when a system library is missing.
    """
    weasyprint = _weasyprint()
    with _drawing:
        document = weasyprint.HTML(string=html, base_url="asset:", url_fetcher=_fetcher())
        data: bytes = document.write_pdf(
            font_config=_font_configuration(), pdf_variant=VARIANT, pdf_tags=True, cache={}
        )
    return data


def render_batch(documents: Iterable[str]) -> Iterator[bytes]:
    """Yield each HTML document as its own PDF, with fonts and library loaded once for all."""
    for html in documents:
        yield render(html)


def missing() -> list[str]:
    """Return a sentence for each thing that this machine lacks to make papers; empty when all is there."""
    sentences = []
    try:
        ffi = _weasyprint_text_library()
    except PdfUnavailable as absent:
        return [str(absent)]
    if ffi.harfbuzz_subset is None:
        sentences.append(
            "PDF: the library libharfbuzz-subset0 is missing (without it papers take 50 times longer)"
        )
    families = _installed_families()
    for family in sorted({*SANS.values(), *SERIF.values()}):
        if family not in families:
            sentences.append(f"PDF: the font “{family}” is missing (Debian package fonts-noto-cjk)")
    return sentences


def ensure_available() -> None:
    """Return when papers can be made on this machine, else raise PdfUnavailable naming what is missing."""
    sentences = missing()
    if sentences:
        raise PdfUnavailable("; ".join(sentences))


@cache
def _weasyprint() -> Any:
    """Load WeasyPrint (one of the program's two lazy loaders)."""
    try:
        return importlib.import_module("weasyprint")
    except OSError as absent:  # WeasyPrint opens Pango when imported
        raise PdfUnavailable(
            "PDF: a system library is missing (Debian packages libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0)"
        ) from absent


def _weasyprint_text_library() -> Any:
    _weasyprint()
    return importlib.import_module("weasyprint.text.ffi")


@cache
def _font_configuration() -> Any:
    _weasyprint()
    return importlib.import_module("weasyprint.text.fonts").FontConfiguration()


@cache
def _fetcher() -> Any:
    """Make the one fetcher: a URLFetcher that opens nothing but ``data:`` and our own assets."""
    urls = importlib.import_module("weasyprint.urls")
    _weasyprint()

    class OwnAssetsOnly(urls.URLFetcher):  # type: ignore[name-defined]
        """Deny everything that is not part of the document or of the program."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("asset:"):
                path = _asset(url.removeprefix("asset:"))
                media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
                return urls.URLFetcherResponse(url, path.read_bytes(), {"Content-Type": media_type})
            if url.startswith("data:"):
                return super().fetch(url, headers)
            raise _Forbidden(f"a paper may not load {url[:60]}")

    return OwnAssetsOnly(allowed_protocols=["data"], allow_redirects=False)


def _asset(name: str) -> Path:
    path = (ASSETS / name.lstrip("/")).resolve()
    if not path.is_relative_to(ASSETS.resolve()) or not path.is_file():
        raise _Forbidden(f"no asset {name[:60]}")
    return path


@cache
def _installed_families() -> frozenset[str]:
    program = shutil.which("fc-list")  # comes with Pango
    if program is None:
        return frozenset()
    listing = subprocess.run(
        [program, ":", "family"], capture_output=True, text=True, check=False, timeout=60
    )
    return frozenset(name.strip() for line in listing.stdout.splitlines() for name in line.split(","))
