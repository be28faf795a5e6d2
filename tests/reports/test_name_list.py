"""Answers become lines of the clinic's list; whatever else stands there stays."""

from pathlib import Path

import pytest

from jobs.clinic.source_names import ReferralNames
from jobs.reports.answers import Answer
from jobs.reports.name_lines import ListFaulty
from jobs.reports.name_list import Corrected, with_answers
from jobs.reports.recognized_names import RecognizedNames
from jobs.reports.referral_names import load_referral_names

ROWS = [
    ("google", "Google search", "online"),
    ("gym", "Example Gym", "practice"),
    ("dr sample", "Dr. Pat Sample", "physician"),
]
HEADER = "as_typed,name,channel,added_on,added_by\n"
LIST = HEADER + "".join(f"{typed},{name},{channel},2026-01-05,starting list\n" for typed, name, channel in ROWS)


def corrected(*answers: tuple[str, str], content: str | bytes = LIST) -> Corrected:
    names = ReferralNames.of(ROWS, RecognizedNames(ROWS))
    data = content.encode() if isinstance(content, str) else content
    given = [Answer(text, this_is, "") for text, this_is in answers]
    return with_answers(data, given, names, "2026-03-23", "Fern")


def new_lines(result: Corrected) -> list[str]:
    before = LIST.splitlines()
    return [line for line in result.content.decode().splitlines() if line not in before]


def test_a_known_name_is_written_with_its_channel_the_day_and_the_author() -> None:
    result = corrected(("fitness place", "example gym"))
    assert new_lines(result) == ["fitness place,Example Gym,practice,2026-03-23,Fern"]
    assert result.taken == ('"fitness place" is Example Gym.',)
    assert result.content.decode().startswith(LIST)


@pytest.mark.parametrize(
    ("this_is", "line", "sentence"),
    [
        ("Dr. Robin New", "Dr. Robin New,physician", '"x y" is Dr. Robin New. This is a new source (physician).'),
        ("Robin New, DO", '"Robin New, DO",physician', '"x y" is Robin New, DO. This is a new source (physician).'),
        ("Tidepool (event)", "Tidepool,event", '"x y" is Tidepool. This is a new source (event).'),
        ("Exmple Gym (practice)", "Exmple Gym,practice", '"x y" is Exmple Gym. This is a new source (practice).'),
        (
            "Tidepool",
            "Tidepool,unknown",
            '"x y" is Tidepool. This is a new source without a channel: write it as "Tidepool (practice)" on the sheet '
            "Names given, or in the list.",
        ),
    ],
)
def test_a_new_name_gets_the_channel_that_it_shows_or_is_given(this_is: str, line: str, sentence: str) -> None:
    result = corrected(("x y", this_is))
    assert new_lines(result) == [f"x y,{line},2026-03-23,Fern"]
    assert result.taken == (sentence,)


def test_a_slip_in_a_name_is_asked_about_and_stays_in_the_sheet() -> None:
    result = corrected(("fitness place", "Exampel Gym"))
    assert (result.content, result.taken) == (LIST.encode(), ())
    assert result.refused == (
        '"Exampel Gym" is not in the list. Did you mean "Example Gym"? If it is a new source, write '
        '"Exampel Gym (practice)" or another channel.',
    )
    assert result.beside == {"fitness place": ("Exampel Gym", "")}


@pytest.mark.parametrize(
    ("this_is", "asked"),
    [
        ("Dr Thomas Wells (physicians)", 'Did you mean "Dr Thomas Wells (physician)"?'),
        ("Dr. Thomas Wells (doctor)", 'Did you mean "Dr. Thomas Wells (physician)"?'),
        ("Dr. Thomas Wells (physician", 'Did you mean "Dr. Thomas Wells (physician)"?'),
        ("Dr. Thomas Wells [physician]", 'Did you mean "Dr. Thomas Wells (physician)"?'),
        ("Ann Quill (friend)", 'Did you mean "Ann Quill (patient or friend)"?'),
        ("dr pat sample (doctor)", 'Did you mean "Dr. Pat Sample"?'),
        (
            "Hilltop Yoga (Main Street)",
            "The channels are: physician, practice, patient or friend, online, insurer, event, returning, self, "
            "unknown. If the brackets belong to the name, write one behind it, such as "
            '"Hilltop Yoga (Main Street) (practice)".',
        ),
    ],
)
def test_brackets_without_a_channel_are_asked_about_and_make_no_second_source(this_is: str, asked: str) -> None:
    result = corrected(("x y", this_is))
    assert (result.content, result.taken) == (LIST.encode(), ())
    assert result.refused == (f'"{this_is}" has no channel in its brackets. {asked}',)
    assert result.beside == {"x y": (this_is, "")}


def test_one_doctor_whom_three_answers_write_in_three_ways_is_one_source() -> None:
    answers = (("a", "Dr. Thomas Wells"), ("b", "Dr Thomas Wells (physicians)"), ("c", "Dr Thomas Wells ( Physician )"))
    result = corrected(*answers)
    assert new_lines(result) == [f"{typed},Dr Thomas Wells,physician,2026-03-23,Fern" for typed in ("c", "a")]
    assert result.refused == (
        '"Dr Thomas Wells (physicians)" has no channel in its brackets. Did you mean "Dr Thomas Wells"?',
    )


def test_a_name_with_brackets_of_its_own_is_taken_with_a_channel_behind_it_or_where_it_is_known() -> None:
    result = corrected(("x y", "Hilltop Yoga (Main Street) (practice)"))
    assert new_lines(result) == ["x y,Hilltop Yoga (Main Street),practice,2026-03-23,Fern"]
    names = ReferralNames.of([*ROWS, ("doctor", "Doctor (not named)", "physician")])
    known = with_answers(LIST.encode(), [Answer("x", "Doctor (not named)", "")], names, "2026-03-23", "Fern")
    assert known.taken == ('"x" is Doctor (not named).',)


def test_a_line_of_the_list_is_changed_in_its_place() -> None:
    result = corrected(("GYM", "Google search"))
    assert result.content.decode() == LIST.replace(
        "gym,Example Gym,practice,2026-01-05,starting list", "gym,Google search,online,2026-03-23,Fern"
    )


def test_a_merge_is_undone_and_one_that_would_be_recognized_is_left_open() -> None:
    result = corrected(("gym", "-"), ("gogle", "-"))
    assert "gym,Example Gym" not in result.content.decode()
    assert new_lines(result) == ["gogle,Not yet named,unknown,2026-03-23,Fern"]
    assert result.taken == (
        '"gym" has no name any more and is listed again.',
        '"gogle" has no name any more and is listed again.',
    )
    rows = [row for row in ROWS if row[0] != "gym"] + [("gogle", "Not yet named", "unknown")]
    names = ReferralNames.of(rows, RecognizedNames(rows))
    assert (names.name_of("gogle"), names.name_of("goggle"), names.name_of("gym")) == (None, "Google search", None)


def test_the_same_answer_twice_changes_nothing() -> None:
    once = corrected(("fitness place", "Example Gym"), ("gogle", "-"))
    again = corrected(("fitness place", "Example Gym"), ("gogle", "-"), content=once.content)
    assert (again.content, again.taken, len(again.known_already)) == (once.content, (), 2)


def test_a_channel_behind_a_known_name_changes_its_channel_in_every_line() -> None:
    content = LIST + "the gym,Example Gym,practice,,\n"
    for typed in ("gym", "example gym"):  # also beside its own name, which needs no line
        result = corrected((typed, "Example Gym (event)"), content=content)
        assert result.content.decode() == content.replace("Gym,practice", "Gym,event")
        assert result.taken == ("Example Gym is in the channel event now, no longer practice.",)
    new = corrected(("x y", "Example Gym (event)"), content=content)
    assert new.taken == ('"x y" is Example Gym.', "Example Gym is in the channel event now, no longer practice.")
    assert "x y,Example Gym,event" in new.content.decode()
    same = corrected(("gym", "Example Gym (practice)"))
    assert (same.content, same.taken, len(same.known_already)) == (LIST.encode(), (), 1)


def test_two_channels_for_one_name_are_asked_about() -> None:
    result = corrected(("gym", "Example Gym (event)"), ("x y", "Example Gym (online)"), ("z", "Example Gym"))
    assert new_lines(result) == [
        "gym,Example Gym,event,2026-01-05,starting list",
        "z,Example Gym,event,2026-03-23,Fern",
    ]
    assert result.refused == (
        '"Example Gym (online)" has another channel than "Example Gym (event)", which was written too. '
        "Write one of them.",
    )
    assert result.beside["x y"] == ("Example Gym (online)", "")


SAMPLES = LIST + "sample,Dr. Pat Sample,physician,,\n"


def test_another_name_beside_a_sources_own_name_renames_it_with_all_its_texts() -> None:
    for this_is in ("Dr. Pat K. Sample", "Dr. Pat K. Sample (physician)"):
        result = corrected(("Dr Pat Sample", this_is), content=SAMPLES)
        assert result.content.decode().splitlines()[3:] == [
            "dr sample,Dr. Pat K. Sample,physician,2026-01-05,starting list",
            "sample,Dr. Pat K. Sample,physician,,",
            "Dr Pat Sample,Dr. Pat K. Sample,physician,2026-03-23,Fern",
        ]
        assert result.taken == ('"Dr Pat Sample" is Dr. Pat K. Sample. So are 2 other texts that stood for it.',)


@pytest.mark.parametrize(
    ("own_name", "this_is", "others"),
    [
        ("Example Gym", "Gym", " So is one other text that stood for it."),  # beside "Gym" itself: the hall
        ("Example Gym", "the hall (practice)", " So is one other text that stood for it."),
        ("Google search", "Google", ""),
    ],
)
def test_a_source_is_renamed_to_what_one_of_its_own_texts_says_and_back(
    own_name: str, this_is: str, others: str
) -> None:
    content = LIST + "the hall,Example Gym,practice,,\n"
    name = this_is.removesuffix(" (practice)")
    names = ReferralNames.of([*ROWS, ("the hall", "Example Gym", "practice")])
    there = with_answers(content.encode(), [Answer(own_name, this_is, "")], names, "2026-03-23", "Fern")
    channel = "online" if own_name == "Google search" else "practice"
    assert there.taken == (f'"{own_name}" is {name}.{others}',)
    assert f",{own_name}," not in there.content.decode()
    rows = [
        (typed, name if known == own_name else known, kind)
        for typed, known, kind in [*ROWS, ("the hall", "Example Gym", "practice"), (own_name, own_name, channel)]
    ]
    back = with_answers(there.content, [Answer(name, own_name, "")], ReferralNames.of(rows), "2026-03-23", "Fern")
    assert back.taken == (f'"{name}" is {own_name}.{others}',)
    assert f",{name}," not in back.content.decode()
    for typed, known, _ in [*ROWS, (name, own_name, channel)]:
        assert f"{typed.lower()},{known},".lower() in back.content.decode().lower()


def test_a_source_is_never_renamed_to_a_text_of_another_one_nor_to_its_own_name_in_small_letters() -> None:
    other = corrected(("Example Gym", "google"))
    assert other.taken[0].startswith('"Example Gym" is Google search. One other text still counts as Example Gym;')
    assert corrected(("Example Gym", "example gym")).known_already == ('"Example Gym" is Example Gym',)


def test_a_name_that_is_a_sources_own_is_that_source_whatever_the_text_of_that_name_counts_as() -> None:
    rows = [("flyer", "Leaflet", "practice"), ("mail flyer", "Flyer", "event")]
    content = HEADER + "".join(f"{','.join(row)},,\n" for row in rows)
    answers = [Answer("x y", "Flyer", "")]
    result = with_answers(content.encode(), answers, ReferralNames.of(rows), "2026-03-23", "Fern")
    assert result.content.decode() == content + "x y,Flyer,event,2026-03-23,Fern\n"


def test_a_known_name_beside_a_sources_own_name_changes_that_text_alone() -> None:
    """A slip in the list to choose from must not make one source of two, which nothing could take apart again."""
    result = corrected(("example gym", "Google search"))
    assert result.taken == (
        '"example gym" is Google search. One other text still counts as Example Gym; if all are meant, write this '
        "beside each.",
    )
    assert new_lines(result) == ["example gym,Google search,online,2026-03-23,Fern"]


@pytest.mark.parametrize(("typed", "where"), [("Dr. Pat Sample", 'beside "Dr. Pat Sample"'), ("z", "beside each")])
def test_who_gives_one_text_of_a_doctor_a_new_name_hears_what_is_left_under_the_old_one(typed: str, where: str) -> None:
    result = corrected(("dr sample", "Dr. Pat K. Sample (physician)"), (typed, ""), content=SAMPLES)
    assert result.taken == (
        '"dr sample" is Dr. Pat K. Sample. This is a new source (physician). One other text still counts as '
        f"Dr. Pat Sample; if all are meant, write this {where}.",
    )


def test_a_doctor_is_renamed_as_said_though_another_text_has_the_new_name_already() -> None:
    once = corrected(("dr sample", "Dr. Pat K. Sample (physician)"), ("Dr. Pat Sample", ""), content=SAMPLES)
    rows = [("dr sample", "Dr. Pat K. Sample", "physician"), ("sample", "Dr. Pat Sample", "physician")]
    answer = [Answer("Dr. Pat Sample", "Dr. Pat K. Sample", "")]
    result = with_answers(once.content, answer, ReferralNames.of(rows), "2026-03-23", "Fern")
    assert result.taken == ('"Dr. Pat Sample" is Dr. Pat K. Sample. So is one other text that stood for it.',)
    assert ",Dr. Pat Sample," not in result.content.decode()


def test_a_sources_own_name_can_be_left_open_too() -> None:
    result = corrected(("Example Gym", "-"))
    assert new_lines(result) == ["Example Gym,Not yet named,unknown,2026-03-23,Fern"]
    rows = [*ROWS, ("Example Gym", "Not yet named", "unknown")]
    names = ReferralNames.of(rows, RecognizedNames(rows))
    assert (names.name_of("example gym"), names.name_of("gym")) == (None, "Example Gym")


def test_of_two_answers_the_later_one_counts_and_no_answer_changes_nothing() -> None:
    result = corrected(("x y", "Example Gym"), ("X  Y!", "Google"), ("z", ""))
    assert new_lines(result) == ["X  Y!,Google search,online,2026-03-23,Fern"]
    assert result.beside["z"] == ("", "")


@pytest.mark.parametrize("text", ["=1+1", "+one", "@home", "-", 'say "hi", now', "línea", "a\nb"])
def test_any_text_is_written_so_that_it_is_read_again_as_it_is(text: str) -> None:
    result = corrected((text, "Example Gym"))
    again = corrected((text, "Example Gym"), content=result.content)
    assert again.taken == ()


def test_other_columns_delimiter_line_ends_and_mark_of_the_file_stay() -> None:
    content = b"\xef\xbb\xbf" + b"as_typed;name;channel;our own\r\ngym;Example Gym;practice;keep\r\n"
    result = corrected(("fitness place", "Example Gym"), content=content)
    assert result.content == content + b"fitness place;Example Gym;practice;\r\n"


@pytest.mark.parametrize("above", ["sep=;\r\n", "\r\n", ""])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_stands_above_the_first_line_stays_and_the_list_can_be_read_again(
    tmp_path: Path, above: str, encoding: str
) -> None:
    saved = (above + LIST.replace("as_typed", "As Typed").replace(",", ";").replace("\n", "\r\n")).encode(encoding)
    result = corrected(("fitness place", "example gym"), content=saved)
    text = result.content.decode("utf-8-sig")
    assert text.startswith(f"{above}As Typed;name;channel;")
    assert text.endswith("fitness place;Example Gym;practice;2026-03-23;Fern\r\n")
    path = tmp_path / "referral_names.csv"
    path.write_bytes(result.content)
    names, faults = load_referral_names(path)
    assert (faults, names.name_of("fitness place"), names.name_of("google")) == ([], "Example Gym", "Google search")


def test_a_list_that_an_old_mac_has_garbled_is_not_written_into() -> None:
    saved = (LIST + "café,Café,practice,,\n").encode("mac-roman")
    with pytest.raises(ListFaulty, match='^The list of names holds garbled characters, such as "cafŽ,CafŽ'):
        corrected(("fitness place", "example gym"), content=saved)


def test_a_list_that_excel_saved_in_ansi_is_kept_readable() -> None:
    content = "as_typed,name,channel\ncafé,Café Exámple,event\n".encode("cp1252")
    result = corrected(("fitness place", "Example Gym"), content=content)
    assert result.content.decode("utf-8-sig").splitlines()[1] == "café,Café Exámple,event"
    assert result.content.startswith(b"\xef\xbb\xbf")


def test_a_list_without_its_first_line_is_not_written_into() -> None:
    with pytest.raises(ListFaulty, match="^The first line of the list of names must be: as_typed,name,channel"):
        corrected(("x", "Example Gym"), content="gym,Example Gym\n")


MISSPELLED = [*ROWS, ("J Quillfeather MD", "Dr. Jasper Quilfeather", "physician")]


def corrected_where_it_is_misspelled(*answers: tuple[str, str]) -> Corrected:
    content = HEADER + "".join(f"{typed},{name},{channel},,\n" for typed, name, channel in MISSPELLED)
    names = ReferralNames.of(MISSPELLED, RecognizedNames(MISSPELLED))
    return with_answers(content.encode(), [Answer(*answer, "") for answer in answers], names, "2026-03-23", "Fern")


def test_of_two_new_names_that_look_alike_the_one_that_was_typed_so_counts_and_the_other_is_asked_about() -> None:
    slip = ("Jasper Quillfeather MD", "Dr. Jasper Quilfeather")
    result = corrected(slip, ("Dr. Jasper Quillfeather", "Dr. Jasper Quillfeather"))
    assert new_lines(result) == ["Dr. Jasper Quillfeather,Dr. Jasper Quillfeather,physician,2026-03-23,Fern"]
    (asked,) = result.refused
    assert asked.startswith('"Dr. Jasper Quilfeather" is not in the list. Did you mean "Dr. Jasper Quillfeather"?')


def test_a_misspelled_source_does_not_defend_itself_against_the_name_that_is_typed() -> None:
    result = corrected_where_it_is_misspelled(("Dr. Jasper Quillfeather", "Dr. Jasper Quillfeather"))
    assert result.refused == (
        '"Dr. Jasper Quillfeather" is not in the list. Did you mean "Dr. Jasper Quilfeather"? If that is misspelled, '
        'write "Dr. Jasper Quillfeather" beside "Dr. Jasper Quilfeather" on the sheet Names given. If it is a new '
        'source, write "Dr. Jasper Quillfeather (physician)".',
    )


def test_once_a_misspelled_source_is_renamed_the_other_answers_of_that_workbook_go_by_the_new_name() -> None:
    right = "Dr. Jasper Quillfeather"
    result = corrected_where_it_is_misspelled(("Quillfeather Jasper, MD", right), ("Dr. Jasper Quilfeather", right))
    assert result.refused == ()
    assert [line.split(",2026")[0] for line in result.content.decode().splitlines()[-3:]] == [
        f"J Quillfeather MD,{right},physician,,",
        f"Dr. Jasper Quilfeather,{right},physician",
        f'"Quillfeather Jasper, MD",{right},physician',
    ]
