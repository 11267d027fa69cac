"""Removal effects by hand, and against walking the chain step by step."""

import random

import pytest

from warehouse.markov import Removal, WalkedPath, measure_removals


def path(text, walks, conversions):
    return WalkedPath(tuple(text.split(" > ")), walks, conversions)


# case: (paths, channel → removal effect), worked out by hand
CASES = {
    # start → a ⅔, c ⅓; a → b ½ or gone; b → c; c → bought ½: bought ⅓. Without a: ⅙; without b: ⅙; without c: 0.
    "three channels": (
        [path("a > b > c", 1, 1), path("a", 1, 0), path("c", 1, 0)],
        {"a": 0.5, "b": 0.5, "c": 1.0},
    ),
    "the example with b first": (
        [path("a > b > c", 1, 1), path("a", 1, 0), path("b > c", 1, 0)],
        {"a": 0.5, "b": 1.0, "c": 1.0},
    ),
    "one channel does it all": ([path("a", 10, 3)], {"a": 1.0}),
    "a channel that never led to anything": ([path("a", 4, 2), path("b", 4, 0)], {"a": 1.0, "b": 0.0}),
    "walks count as often as they were walked": (
        [path("a", 3, 3), path("b", 1, 1)],
        {"a": 0.75, "b": 0.25},
    ),
}


@pytest.mark.parametrize(("paths", "effects"), CASES.values(), ids=CASES)
def test_removal_effects(paths, effects):
    found = measure_removals(paths)
    assert [removal.channel for removal in found] == sorted(effects)
    assert {removal.channel: removal.effect for removal in found} == pytest.approx(effects, abs=1e-12)
    total = sum(effects.values())
    shares = {channel: effect / total for channel, effect in effects.items()}
    assert {removal.channel: removal.share for removal in found} == pytest.approx(shares)


@pytest.mark.parametrize("paths", [[], [path("a > b", 5, 0)]], ids=["no path", "nobody bought"])
def test_without_conversions_there_is_nothing_to_share(paths):
    assert measure_removals(paths) == []


def test_against_walking_step_by_step():
    chance = random.Random(5)
    paths = []
    for _ in range(60):
        channels, walks = [chance.choice("abcdef")], chance.randrange(1, 9)
        while chance.random() < 0.6:
            channels.append(chance.choice([one for one in "abcdef" if one != channels[-1]]))
        paths.append(WalkedPath(tuple(channels), walks, chance.randrange(walks + 1)))
    everything = walk(paths, without=None)
    effects = {channel: 1 - walk(paths, without=channel) / everything for channel in "abcdef"}
    found = measure_removals(paths)
    assert {removal.channel: removal.effect for removal in found} == pytest.approx(effects, abs=1e-9)
    assert sum(removal.share for removal in found) == pytest.approx(1)
    assert all(isinstance(removal, Removal) for removal in found)


def walk(paths, without):
    """The probability of buying: everybody moves one step at a time until nobody is on the way."""
    counts = {}
    for one in paths:
        for place, following in zip(("start", *one.channels), one.channels, strict=False):
            counts.setdefault(place, {}).setdefault(following, 0)
            counts[place][following] += one.walks
        for end, times in (("bought", one.conversions), ("gone", one.walks - one.conversions)):
            counts.setdefault(one.channels[-1], {}).setdefault(end, 0)
            counts[one.channels[-1]][end] += times
    here, bought = {"start": 1.0}, 0.0
    for _ in range(500):
        following = {}
        for place, share in here.items():
            total = sum(counts[place].values())
            for target, times in counts[place].items():
                if target == "bought":
                    bought += share * times / total
                elif target not in ("gone", without):
                    following[target] = following.get(target, 0) + share * times / total
        here = following
    return bought
