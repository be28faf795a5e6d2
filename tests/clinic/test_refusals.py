"""When refusals tell of the mail server and not of the addresses."""

import pytest

from jobs.clinic.refusals import Answer, Answers, too_many_bounced

WORDS: dict[str, Answer] = {"+": "taken", "0": "nobody", "-": "refused"}


@pytest.mark.parametrize(
    ("heard", "seen"),
    [
        ("", ""),
        ("00000", ""),
        ("-----", ""),
        ("+0++++++++0+++++++++", ""),
        ("-----+-----+-----", ""),
        ("000+++++++++++++++++00", ""),
        ("000000", "6 letters one after another"),
        ("+++++------", "6 letters one after another"),
        ("++0-0-0-", "6 letters one after another"),
        ("0+0+0+0+0+0", "6 of the last 11 letters"),
        ("+++++++++++++++++++000+000", "6 of the last 25 letters"),
        ("000++++++++++++++++++++++000", ""),
        ("000000++++++++++++++++++++++++++", "6 letters one after another"),
    ],
)
def test_a_server_that_refuses_too_many_is_told_from_one_that_knows_a_few_dead_addresses(heard: str, seen: str) -> None:
    assert Answers(WORDS[each] for each in heard).too_many == seen


@pytest.mark.parametrize(
    ("addresses", "letters", "too_many"),
    [(5, 5, False), (6, 6, True), (6, 29, True), (6, 30, False), (40, 300, False), (61, 300, True)],
)
def test_bounces_tell_of_a_server_when_they_are_more_than_a_few_and_more_than_a_fifth(
    addresses: int, letters: int, too_many: bool
) -> None:
    assert too_many_bounced(addresses, letters) is too_many
