"""A button that posts: no fields, one act, back to where it stood."""

from flask import Response, flash, redirect

from app.forms import Act, Form


def press(act: Act, back: str, form: Form | None = None) -> Response:
    """Carry out the act of a button in one transaction and go where it says; a refusal is shown at ``back``.

    ``form``: what was sent along with the button, where it is more than the button.
    """
    form = form or Form()
    done = form.carry_out(act)
    if done is not None:
        return done
    for problem in form.problems or [str(text) for errors in form.errors.values() for text in errors]:
        flash(problem, "error")
    return redirect(back, 303)  # type: ignore[return-value]
