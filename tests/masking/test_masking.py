"""Nothing that identifies a person shows through a mask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import masking
from app.identity.synthetic import synthetic_phone


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王伟", "王*"),
        ("李小明", "李**"),
        ("欧阳小明", "欧阳**"),
        ("欧阳明", "欧阳*"),
        ("东方", "东*"),
        ("王", "王*"),
        (" 王伟 ", "王*"),
        ("阿依古丽·买买提", "阿***"),
        ("John Smith", "J***"),
        ("", ""),
    ],
)
def test_names_for_the_public(name: str, masked: str) -> None:
    assert masking.public_name(name) == masked


def test_numbers_for_staff_lists() -> None:
    assert masking.mask_id("610399198005010017") == "610399********0017"
    assert masking.mask_id("H00000001") == "H0*****01"
    assert masking.mask_phone(synthetic_phone(1)) == "142****0001"
    assert masking.mask_phone("0917-3260001") == "0917-***0001"
    assert masking.mask_bank_account("6100000000000001234") == "***************1234"
    assert masking.mask_address("金台区某某路12号3单元401") == "金台区某某路***"
    assert masking.mask_address("某某小区") == "某某***"
    assert masking.mask_email("someone@example.org") == "s***@example.org"


@given(
    st.text(max_size=40), st.sampled_from([masking.mask_id, masking.mask_phone, masking.mask_bank_account])
)
def test_a_mask_hides_at_least_two_signs_or_everything(text: str, mask: type) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    shown = [place for place, sign in enumerate(masked) if sign != masking.HIDDEN]
    assert len(shown) <= max(0, len(text) - 2) or "-" in text


@given(st.text(min_size=2, max_size=6, alphabet="王李欧阳司马小明伟"))
def test_the_given_name_never_shows(name: str) -> None:
    masked = masking.public_name(name)
    assert len(masked) == len(name) and masked.endswith("*")
