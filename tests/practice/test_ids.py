from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sfpush.practice import ids

ALPHANUMERIC = st.text(alphabet=ids.DIGITS, min_size=15, max_size=15)


def test_the_suffix_is_salesforces() -> None:
    assert ids.canonical("0018M000003uKqq") == "0018M000003uKqqQAE"
    assert ids.canonical("0038M0000016Wv8") == "0038M0000016Wv8QAE"


@given(ALPHANUMERIC)
def test_an_id_survives_loss_of_case(id15: str) -> None:
    whole = id15 + ids.suffix(id15)
    assert ids.canonical(whole.lower()) == whole
    assert ids.canonical(whole.upper()) == whole
    assert ids.canonical(id15) == whole


def test_ids_ascend_with_their_numbers() -> None:
    made = [ids.make("003", "Ab0", number) for number in (1, 9, 61, 62, 100_000, 10_000_000)]
    assert made == sorted(made)
    assert all(len(each) == 18 for each in made)


def test_what_is_no_id_is_none() -> None:
    assert ids.canonical("003") is None
    assert ids.canonical("0038M0000016Wv8Q!E") is None
    assert ids.canonical("0038M0000016Wv8Q9E") is None
