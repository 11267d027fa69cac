"""The scenarios' noise: one slip is one slip, missing stays missing, shares are kept."""

import numpy as np
import pytest
from rapidfuzz.distance import OSA

from benchmarks.scenarios.errors import exchange, leave_out, mistype, mix_up, replace

WORDS = np.array(["Robert", "Elizabeth", "1788-06-28", "12 Long Road", "王小明", "", "Jo"] * 500)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_a_slip_is_one_edit_and_spares_the_first_letter(rng):
    found = mistype(rng, WORDS, 1.0)
    for old, new in zip(WORDS.tolist(), found.tolist(), strict=True):
        assert OSA.distance(old, new) <= 1
        assert new[:1] == old[:1]


@pytest.mark.parametrize("word", [pytest.param("", id="missing"), pytest.param("Jo", id="too short")])
def test_some_values_take_no_slip(rng, word):
    assert set(mistype(rng, np.full(200, word), 1.0).tolist()) == {word}


def test_every_kind_of_slip_happens(rng):
    found = set(mistype(rng, np.full(2_000, "abcdef"), 1.0).tolist())
    assert {"abdef", "abccdef", "abdcef"} <= found
    assert any(len(each) == 6 and sorted(each) != sorted("abcdef") for each in found)


def test_digits_become_digits(rng):
    found = mistype(rng, np.full(2_000, "13800138000"), 1.0).tolist()
    assert all(each.isdigit() for each in found)


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_shares(rng, share):
    words = np.full(20_000, "Elizabeth")
    assert np.mean(leave_out(rng, words, share) == "") == pytest.approx(share, abs=0.02)
    assert np.mean(replace(rng, words, np.full(20_000, "Betty"), share) == "Betty") == pytest.approx(share, abs=0.02)
    assert np.mean(mistype(rng, words, share) != words) == pytest.approx(share, abs=0.03)


def test_an_empty_value_replaces_nothing(rng):
    assert set(replace(rng, np.full(100, "Ann"), np.full(100, ""), 1.0).tolist()) == {"Ann"}


def test_mixed_up_values_are_those_of_other_rows(rng):
    words = np.arange(1_000).astype(str)
    found = mix_up(rng, words, 1.0)
    assert sorted(found.tolist()) == sorted(words.tolist())
    assert np.mean(found != words) > 0.99


def test_exchanged_values_stay_in_their_row(rng):
    first, second = exchange(rng, np.full(1_000, "Ann"), np.full(1_000, "Fox"), 0.5)
    assert {*zip(first.tolist(), second.tolist(), strict=True)} == {("Ann", "Fox"), ("Fox", "Ann")}
