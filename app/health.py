"""For whoever watches the server: alive, and ready to serve."""

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from app import clock, db, migrate
from app.access import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    """Answer as long as the process lives."""
    return jsonify(state="alive")


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Answer 200 when the database answers and its schema is the program's, else 503 with what is missing."""
    try:
        lacking = migrate.missing(db.database())
    except SQLAlchemyError:
        return jsonify(state="database does not answer"), 503
    if lacking:
        return jsonify(state="schema is older than the program", lacking=lacking), 503
    return jsonify(state="ready", time=clock.now().isoformat(timespec="seconds")), 200
