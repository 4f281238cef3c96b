"""The living style page, and the switch to large type."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request

from app.access import public, safe_next
from app.look import samples
from app.look.addresses import asset, bootstrap_css, sort_order, sort_url, with_query
from app.look.fields import attributes, first_id, flat_errors, has_files, is_select, unit_of
from app.look.frame import COOKIE, frame_context
from app.look.icons import icon
from app.look.tones import tone, tone_icon

bp = Blueprint("look", __name__)
_YEAR = 365 * 24 * 3600
_ASSETS = ("static", "bootstrap.static")


@bp.record_once
def _give_templates_their_tools(state: Any) -> None:
    state.app.jinja_env.globals.update(
        asset=asset,
        attributes=attributes,
        bootstrap_css=bootstrap_css,
        first_id=first_id,
        flat_errors=flat_errors,
        has_files=has_files,
        icon=icon,
        is_select=is_select,
        sort_order=sort_order,
        sort_url=sort_url,
        tone=tone,
        tone_icon=tone_icon,
        unit_of=unit_of,
        with_query=with_query,
    )
    state.app.context_processor(frame_context)


@bp.after_app_request
def _keep_marked_assets(response: Response) -> Response:
    """Let browsers keep a file whose address carries the mark of its content."""
    if request.endpoint in _ASSETS and "v" in request.args and response.status_code in {200, 304}:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@bp.get("/style")
@public
def style() -> str:
    """Show every token, component and page kind with sample content."""
    return render_template("look/style.html", **samples.style_page())


@bp.get("/style/<kind>")
@public
def kind(kind: str) -> Response | str:
    """Show one page kind whole, as a feature would build it."""
    if kind not in samples.KINDS:
        return redirect("/style")  # type: ignore[return-value]
    return render_template(f"look/{kind}.html", **samples.style_page())


@bp.get("/accessible")
@public
def accessible() -> Any:
    """Switch large type on or off for this browser and go back to where the reader was."""
    answer = redirect(safe_next(request.args.get("next"), "/"), 303)
    on = request.args.get("on") == "1"
    answer.set_cookie(COOKIE, "1" if on else "0", max_age=_YEAR, samesite="Lax", secure=request.is_secure)
    return answer
