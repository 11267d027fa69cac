"""Markov attribution: paths of channels with how often they were walked in, the removal effect of each channel out.

Anderl, Becker, von Wangenheim, Schumann: Mapping the customer journey, International Journal of Research in Marketing
33 (2016), first-order model:

    1. transitions  every path is a walk start → channel → … → bought or gone; counts become probabilities
    2. conversion   the probability of reaching `bought` from `start`: x = (I - Q)⁻¹ r over the channels
    3. removal      the same with all who come to one channel gone; the effect is the share of conversions lost

A channel's credit is its removal effect as a share of all removal effects.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WalkedPath:
    """Channels in order without immediate repeats, how often they were walked and how often that ended in buying."""

    channels: tuple[str, ...]
    walks: int
    conversions: int


@dataclass(frozen=True)
class Removal:
    """What would be lost without a channel: the share of conversions, and that share of all such shares."""

    channel: str
    effect: float
    share: float


def measure_removals(paths: Sequence[WalkedPath]) -> list[Removal]:
    """The channels on `paths` in alphabetical order; none when nobody bought."""
    names = sorted({channel for path in paths for channel in path.channels})
    starts, moves, buys = _count(paths, names)
    if not buys.sum():
        return []
    leaving = starts.sum(), moves.sum(axis=1) + buys + _gone(paths, names)
    start, move, buy = starts / leaving[0], moves / leaving[1][:, None], buys / leaving[1]
    everything = _conversion(start, move, buy)
    effects = np.array([1 - _without(start, move, buy, at) / everything for at in range(len(names))])
    # A channel on no path that ends in buying has no effect; rounding may leave a trace of one.
    effects = np.where(effects > 1e-12, effects, 0.0)
    shares = effects / effects.sum()
    return [Removal(*row) for row in zip(names, effects.tolist(), shares.tolist(), strict=True)]


def _count(paths: Sequence[WalkedPath], names: list[str]) -> tuple[Floats, Floats, Floats]:
    """Step 1: walks that start at a channel, that go from one to another, and that end there in buying."""
    at = {name: place for place, name in enumerate(names)}
    starts, moves, buys = np.zeros(len(names)), np.zeros((len(names), len(names))), np.zeros(len(names))
    for path in paths:
        places = [at[channel] for channel in path.channels]
        starts[places[0]] += path.walks
        buys[places[-1]] += path.conversions
        np.add.at(moves, (places[:-1], places[1:]), path.walks)
    return starts, moves, buys


def _gone(paths: Sequence[WalkedPath], names: list[str]) -> Floats:
    """Walks that end at a channel without buying."""
    gone = np.zeros(len(names))
    for path in paths:
        gone[names.index(path.channels[-1])] += path.walks - path.conversions
    return gone


def _conversion(start: Floats, move: Floats, buy: Floats) -> float:
    """Step 2."""
    reached = np.linalg.solve(np.eye(len(start)) - move, buy)
    return float(start @ reached)


def _without(start: Floats, move: Floats, buy: Floats, at: int) -> float:
    """Step 3: whoever comes to the channel is gone."""
    kept = np.arange(len(start)) != at
    return _conversion(start[kept], move[np.ix_(kept, kept)], buy[kept]) if kept.any() else 0.0
