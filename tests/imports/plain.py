"""What tests of imports share that ask no database."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel


@pytest.fixture(scope="module")
def speaking() -> Iterator[Flask]:
    """Return an application in whose context sentences can be said."""
    web = Flask("speaking")
    Babel(web, default_locale="zh_Hans")
    with web.test_request_context():
        yield web
