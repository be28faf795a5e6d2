"""How fast typed texts find their source: 5,000 distinct texts, 500 sources, against difflib of the standard library.

    python tests/bench/names.py

difflib looks at a hundredth of the texts, once with all its short cuts (get_close_matches) and once by the ratio alone.
It only finds the nearest spelling, and finds it wrongly where two are near.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from difflib import SequenceMatcher, get_close_matches
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from jobs.clinic.source_matching import SourceMatcher
from jobs.clinic.source_names import name_key

SYLLABLES = "ash ber clo dan el fen gor hol iv jun kes lar mar nor oak pen quil rob sor tam ul ven wil yar".split()


def made_up(chance: random.Random, count: int) -> list[str]:
    """Surnames that nobody bears."""
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4)))).capitalize()] = None
    return list(names)


def typed(chance: random.Random, first: str, last: str) -> str:
    """One of the ways in which a front desk writes a doctor."""
    slip = chance.randrange(1, len(last) - 1)
    left_out, doubled = last[:slip] + last[slip + 1 :], last[:slip] + last[slip] + last[slip:]
    ways = (
        f"Dr. {last}", f"{last}, {first}", f"{first} {last} MD", f"{last} {first[0]}", f"dr {first} {left_out}",
        f"referred by {first} {last}", f"{first} {doubled}, DO", f"Dr {last} {chance.randrange(999)}",
        f"{last} Orthopedics", f"friend of {first} {last}",
    )  # fmt: skip
    return chance.choice(ways)


def main() -> None:
    chance = random.Random(7)
    lasts, firsts = made_up(chance, 500), made_up(chance, 60)
    sources = [(chance.choice(firsts), last) for last in lasts]
    rows = [(f"dr {first} {last}", f"Dr. {first} {last}", "physician") for first, last in sources]
    texts: dict[str, None] = {}
    while len(texts) < 5000:
        texts[typed(chance, *chance.choice(sources))] = None
    sample, names = list(texts)[::100], [name for _, name, _ in rows]
    ways: dict[str, Callable[[str], object]] = {
        "get_close_matches": lambda text: get_close_matches(text, names, 1),
        "the ratio alone": lambda text: max(names, key=lambda name: SequenceMatcher(None, name, text).ratio()),
    }
    ratios: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(5):
        name_key.cache_clear()  # each turn sees its texts for the first time
        started = time.perf_counter()
        known = SourceMatcher(rows)
        named = sum(1 for text in texts if known.match(text).name)
        ours = (time.perf_counter() - started) / len(texts)
        for way, look in ways.items():
            started = time.perf_counter()
            for text in sample:
                look(text)
            ratios[way].append((time.perf_counter() - started) / len(sample) / ours)
        print(f"  {turn + 1} of 5: {ours * 1000:.3f} ms a text; {named:,} of {len(texts):,} named", flush=True)
    for way, found in ratios.items():
        print(f"{statistics.median(found):.0f} times as fast as difflib, {way} (median of 5)")


if __name__ == "__main__":
    main()
