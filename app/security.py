"""What every answer carries: a content policy without inline script or style, and headers that close the rest."""

from flask import Flask, Response, abort, request
from flask_login import current_user
from flask_wtf import CSRFProtect

from app.config import Settings

csrf = CSRFProtect()

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def protect(web: Flask, settings: Settings) -> None:
    """Set cookies, CSRF, request limits and headers."""
    web.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="zhongli",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # lives as long as the session, which the server ends
        WTF_CSRF_SSL_STRICT=settings.https,
        MAX_CONTENT_LENGTH=25 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2_000,
        SEND_FILE_MAX_AGE_DEFAULT=3600,  # our own assets carry a mark of their content besides
    )
    csrf.init_app(web)

    @web.before_request
    def _no_nul() -> None:
        """No address of ours holds a NUL, and no database takes one (form fields say it beside the field)."""
        if "\0" in request.path or any("\0" in value for value in request.args.values()):
            abort(400)

    @web.after_request
    def _close(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint and not request.endpoint.endswith("static"):
            personal = request.path.startswith(("/my", "/staff", "/sign-in", "/register", "/files"))
            if personal or current_user.is_authenticated:
                response.headers.setdefault("Cache-Control", "no-store")
            else:
                response.headers.setdefault("Cache-Control", "no-cache")
            response.vary.add("Cookie")
        return response
