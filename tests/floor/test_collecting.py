"""The collector's thresholds come back, also when blocks overlap or fail."""

import gc

import pytest

from app.collecting import collecting_seldom


def test_thresholds_come_back() -> None:
    usual = gc.get_threshold()
    with collecting_seldom():
        assert gc.get_threshold()[0] > usual[0]
        with pytest.raises(ZeroDivisionError), collecting_seldom():
            raise ZeroDivisionError
        assert gc.get_threshold()[0] > usual[0]
    assert gc.get_threshold() == usual
