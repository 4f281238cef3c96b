"""Files on their way to a browser: always downloads, never pages."""

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response, make_response


def as_download(data: bytes, name: str, media_type: str) -> Response:
    """Return bytes as a download that no browser runs, frames, guesses about or keeps."""
    return _as_download(make_response(data), name, media_type)


def as_stream(chunks: Iterable[bytes], name: str, media_type: str) -> Response:
    """Return a download that is made while it is sent, however large it is."""
    return _as_download(Response(chunks), name, media_type)


def _as_download(response: Response, name: str, media_type: str) -> Response:
    response.headers["Content-Type"] = media_type
    encoded = quote(name, safe="", errors="replace")  # headers are ASCII; RFC 8187 carries the rest
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{encoded}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
