"""What was recognized once is kept; what a text may stand for is looked for only where a person will see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.clinic.source_lines import typed_texts, unnamed
from jobs.clinic.source_matching import Match, SourceMatcher
from jobs.clinic.source_names import ReferralNames
from jobs.clinic.tallies import MOST_TEXTS, Tally
from jobs.reports.recognized_names import RecognizedNames

ROWS = [("gym", "Example Gym", "practice"), ("dr sample", "Dr. Pat Sample", "physician")]
LEFT_OPEN = [("Mail flyer", "Flyer", "event"), ("Flyer", "Not yet named", "unknown")]
"""The source Flyer, whose own name stands for something else now and then."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    asked: list[str] = []
    match, suggestions = SourceMatcher.match, SourceMatcher.suggestions

    def matching(self: SourceMatcher, text: str) -> Match:
        asked.append(f"name of {text}")
        return match(self, text)

    def suggesting(self: SourceMatcher, text: str, found: Match) -> tuple[str, ...]:
        asked.append(f"like {text}")
        return suggestions(self, text, found)

    monkeypatch.setattr(SourceMatcher, "match", matching)
    monkeypatch.setattr(SourceMatcher, "suggestions", suggesting)
    yield asked


def test_each_text_is_looked_at_once_and_kept_for_the_next_week(tmp_path: Path, asked: list[str]) -> None:
    first = RecognizedNames(ROWS, tmp_path)
    assert first.name_of("Dr P Sample") == "Dr. Pat Sample" and first.name_of("Dr. Hugh Sample") is None
    suggested = first.suggestions("Dr. Hugh Sample")
    assert suggested[0] == "Dr. Pat Sample" and first.suggestions("Dr. Hugh Sample") == suggested
    first.keep()
    assert asked.count("name of Dr P Sample") == 1 and asked.count("like Dr. Hugh Sample") == 1
    asked.clear()
    again = RecognizedNames(ROWS, tmp_path)
    assert again.name_of("Dr P Sample") == "Dr. Pat Sample" and again.suggestions("Dr. Hugh Sample") == suggested
    assert asked == []
    assert RecognizedNames(ROWS[:1], tmp_path).name_of("Dr P Sample") is None


def test_a_text_that_a_person_wants_listed_may_stand_for_what_it_looks_like() -> None:
    names = ReferralNames.of(LEFT_OPEN, RecognizedNames(LEFT_OPEN))
    found = unnamed(typed_texts([("Flyer", Tally(ever=1)), ("flyer at gym", Tally(ever=1))], [], names), names)
    assert [(text.text, text.suggestions) for text in found] == [("Flyer", ("Flyer",)), ("flyer at gym", ("Flyer",))]


def test_only_for_the_texts_that_are_listed_it_is_asked_what_they_may_stand_for(asked: list[str]) -> None:
    referred = [(f"Gym {number}", Tally(ever=1 + number)) for number in range(MOST_TEXTS + 20)]
    names = ReferralNames.of(ROWS, RecognizedNames(ROWS))
    found = unnamed(typed_texts(referred, [], names), names)
    assert [text.referrals for text in found] == list(range(MOST_TEXTS + 20, 0, -1))
    assert all(text.suggestions == ("Example Gym",) for text in found[:MOST_TEXTS])
    assert all(text.suggestions == () for text in found[MOST_TEXTS:])
    assert sum(each.startswith("like") for each in asked) == MOST_TEXTS
