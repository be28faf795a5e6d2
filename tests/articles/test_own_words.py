"""The clinic's own words: understood where they are right, named with line and remedy where they are not."""

from pathlib import Path

import pytest

from jobs.articles.choice import Need, choose
from jobs.articles.library import load_library
from jobs.articles.own_words import OwnWord, load_own_words

ARTICLES = (
    "slug,title,url,topics,icd10,summary,published,purpose,off\n"
    "knees,Knees,https://lakeside.example/knees,knee pain,,,,care,\n"
)


def load(folder: Path, rows: str) -> tuple[tuple[OwnWord, ...], list[str]]:
    path = folder / "config" / "words.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"words,means,note\n{rows}", "utf-8")
    words, faults = load_own_words(path)
    return words, [str(fault) for fault in faults]


def test_no_file_is_no_fault(tmp_path: Path) -> None:
    assert load_own_words(tmp_path / "words.csv") == ((), [])


def test_a_meaning_may_be_a_concept_or_any_word_for_it(tmp_path: Path) -> None:
    words, faults = load(tmp_path, "bad wheel,Knee Pain,Dana says so\nhammy,pulled hamstring\nred flag,nothing,\n")
    assert faults == []
    assert words == (
        OwnWord("bad wheel", "knee pain"),
        OwnWord("hammy", "hamstring strain"),
        OwnWord("red flag", "nothing"),
    )


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("bad wheel,knee pian", 'means "knee pian" is nothing that is known.\nDid you mean "knee pain"?'),
        ("bad wheel,zzzzzz",
         'means "zzzzzz" is nothing that is known.\n`run_jobs.py articles words` lists what is known.'),
        ("bad wheel,",
         '"bad wheel" has no meaning.\nWrite into means what it stands for, such as: knee pain. Or: nothing'),
        (",knee pain", "The line has no words.\nWrite what the front desk types, such as: bad wheel"),
        ("k,knee pain", '"k" is too short to be told from other text.\nWrite at least two letters.'),
        ("today,knee pain",
         '"today" is a word of every day; it would be found everywhere.\nWrite more of what is typed with it.'),
        ("bad wheels,hip pain",
         '"bad wheels" stands in line 2 already.\nKeep one of them; the one above counts until then.'),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_the_remedy(tmp_path: Path, row: str, fault: str) -> None:
    first = "bad wheel,knee pain" if "already" in fault else "hammy,hamstring"
    words, faults = load(tmp_path, f"{first}\n{row}\n")
    assert faults == [f"config/words.csv, line 3: {fault}"]
    assert len(words) == 1


def test_a_file_without_its_columns_says_what_the_first_line_must_be(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text("word,meaning\na,b\n", "utf-8")
    assert [str(fault) for fault in load_own_words(path)[1]] == [
        f"{tmp_path.name}/words.csv, line 1: The first line has no column means. "
        'None of its words counts until it has one.\nRename the column "meaning" to means.',
        f"{tmp_path.name}/words.csv, line 1: The first line has no column words. "
        'None of its words counts until it has one.\nRename the column "word" to words.',
    ]


def test_the_choice_understands_them_and_the_list_of_faults_names_theirs(tmp_path: Path) -> None:
    load(tmp_path, "bad wheel,knee pain\nx,y\n")
    path = tmp_path / "config" / "articles.csv"
    path.write_text(ARTICLES, "utf-8")
    library, faults = load_library(path)
    need = Need("", "Bad wheel L", "", "", "", "visit")
    assert [choice.reason for choice in choose(library, need, (), 1)] == [
        'complaint "Bad wheel" is knee pain; the article is about knee pain'
    ]
    assert [fault.file for fault in faults] == ["config/words.csv"]
