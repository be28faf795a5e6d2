"""How well a ranking agrees with the labels."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from labelled_cases import Case

Ranking = Callable[[Case], Sequence[str]]
"""The slugs that a case gets, the best first."""


class Figures(NamedTuple):
    """What was measured over some cases."""

    fitting: int  # cases in which something fits
    ndcg_at_3: float
    hit_at_1: float  # the first one is among the best
    nothing_fits: int  # cases in which nothing fits
    sent_where_nothing_fits: int  # of these, those that got an article all the same
    distractors: int  # cases that name articles which must not be sent
    distracted: int  # of these, those that got one of them among the first three
    unlabelled: int  # articles among the first three that no label names, where something fits


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], depth: int) -> float:
    """Normalized discounted cumulative gain (Järvelin and Kekäläinen 2002), with gains of 2^grade - 1."""
    gains = [2 ** grades.get(slug, 0) - 1 for slug in ranking[:depth]]
    ideal = sorted((2**grade - 1 for grade in grades.values()), reverse=True)[:depth]
    return _discounted(gains) / _discounted(ideal)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def measure(cases: Sequence[Case], ranking: Ranking) -> Figures:
    fitting = [case for case in cases if not case.nothing_fits]
    nothing = [case for case in cases if case.nothing_fits]
    tempting = [case for case in cases if case.never]
    first = {case: tuple(ranking(case)[:3]) for case in cases}
    return Figures(
        len(fitting),
        sum(ndcg(first[case], grades(case), 3) for case in fitting) / len(fitting),
        sum(first[case][:1] != () and first[case][0] in case.best for case in fitting) / len(fitting),
        len(nothing),
        sum(bool(first[case]) for case in nothing),
        len(tempting),
        sum(not set(first[case]).isdisjoint(case.never) for case in tempting),
        sum(len(set(first[case]).difference(case.best, case.also)) for case in fitting),
    )


def grades(case: Case) -> dict[str, int]:
    return dict.fromkeys(case.also, 1) | dict.fromkeys(case.best, 2)
