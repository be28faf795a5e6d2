"""Plain BM25, to compare with: Robertson and Walker's formula with the usual k1 = 1.2 and b = 0.75.

Words in small letters, nothing left out, nothing mended; the inverse document frequency is Lucene's, never negative.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


class PlainBM25:
    """Ranks texts by the words that they share with a query."""

    def __init__(self, texts: Sequence[str], k1: float = 1.2, b: float = 0.75) -> None:
        counts = [Counter(_WORD.findall(text.lower())) for text in texts]
        lengths = [sum(count.values()) for count in counts]
        average = sum(lengths) / len(lengths)
        in_texts = Counter(word for count in counts for word in count)
        self.postings: dict[str, list[tuple[int, float]]] = {}
        for place, (count, length) in enumerate(zip(counts, lengths, strict=True)):
            for word, times in count.items():
                rarity = math.log(1 + (len(texts) - in_texts[word] + 0.5) / (in_texts[word] + 0.5))
                weight = rarity * times * (k1 + 1) / (times + k1 * (1 - b + b * length / average))
                self.postings.setdefault(word, []).append((place, weight))

    def ranking(self, query: str) -> list[int]:
        """The places of the texts that share a word with the query, the best first."""
        scores: dict[int, float] = {}
        for word in _WORD.findall(query.lower()):
            for place, weight in self.postings.get(word, ()):
                scores[place] = scores.get(place, 0.0) + weight
        return sorted(scores, key=lambda place: (-scores[place], place))
