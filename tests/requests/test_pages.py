"""The pages of requests at both doors: what can be done there, what is said when something is wrong."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from projects.requests import office, step_forms
from projects.requests.kinds import RequestState
from tests.requests.place import Place, found, noon

S = RequestState


@pytest.fixture
def town(web: Flask) -> Iterator[Place]:
    with noon():
        yield found()


def test_every_step_has_a_form_that_its_verb_reads() -> None:
    for name, step in office.STEPS.items():
        assert re.fullmatch(r"[a-z-]+", name)
        assert step.states and step.permissions
        assert step.scan is None or issubclass(step.form, step_forms.UploadForm)
