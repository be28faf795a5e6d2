"""`articles`: what fits and why, words of the clinic's own, a yes to what was proposed, and a therapist's no."""

from pathlib import Path

import pytest
from lakeside_day import Ask

from jobs.articles.library import load_library
from jobs.desk.place import user_name
from jobs.runner.tools import Tools
from jobs.sending.letters import articles_for
from jobs.store.article_vetoes import EVERY, articles_not_for, vetoes_now
from jobs.store.letters import LetterFacts

RUNNER = "running-again-after-back-pain"


def test_match_shows_the_ranking_with_what_each_point_weighs(ask: Ask) -> None:
    shown = ask("articles", "match", "LBP when running", "--code", "M54.50")
    assert shown.exit_code == 0
    lines = shown.output.splitlines()
    assert lines[0] == "M54.50: Low back pain"
    assert f"{RUNNER}: Running again after back pain" in lines[1] and "(not sent)" not in lines[1]
    assert '+3.00  diagnosis "M54.50" for low back pain' in shown.output
    assert "x 1.30  it is written for what the patient does" in shown.output
    assert "(not sent)" in shown.output
    assert lines[-1].endswith(" articles reach 1; no other comes first.")


def test_match_says_where_nothing_speaks_for_any_article_and_what_is_no_code(ask: Ask) -> None:
    shown = ask("articles", "match", "", "--code", "U88.1")
    assert shown.output.splitlines() == [
        "U88.1: no code of ICD-10-CM",
        "Nothing that was typed speaks for any article.",
        "0 of 23 articles reach 1; no other comes first.",
    ]


def test_match_says_which_article_is_too_unsure_to_go_beside_the_first(ask: Ask) -> None:
    shown = ask("articles", "match", "room spins in bed. has plantar fasciitis", "--code", "H81.11")
    told = [line for line in shown.output.splitlines() if "not as sure as for the first" in line]
    assert len(told) == 1 and "heel" in told[0].casefold(), shown.output


def test_match_says_which_sign_wants_a_doctor_first(ask: Ask) -> None:
    shown = ask("articles", "match", "LBP, numb in the saddle area since Sunday", "--code", "M54.50")
    assert shown.output.splitlines() == [
        "M54.50: Low back pain",
        'No article: "numb in the saddle" (numb saddle) is a sign that wants a doctor first.',
    ]


def test_a_word_is_added_once_and_understood_at_once(ask: Ask, home: Path) -> None:
    assert "Nothing" in ask("articles", "match", "bad wheel").output
    assert ask("articles", "add-word", "bad wheel", "knee pain", "--note", "Dana").output == (
        'Added to config/words.csv: "bad wheel" means knee pain.\n'
    )
    assert (home / "config" / "words.csv").read_bytes() == b"words,means,note\nbad wheel,knee pain,Dana\n"
    assert "knees-on-the-stairs" in ask("articles", "match", "bad wheel").output
    assert "bad wheel" in ask("articles", "words", "bad wheel").output
    again = ask("articles", "add-word", "Bad wheels", "hip pain")
    assert again.exit_code == 2 and '"Bad wheels" stands in config/words.csv already' in again.output
    wrong = ask("articles", "add-word", "worse wheel", "knee pian")
    assert wrong.exit_code == 2 and 'Did you mean "knee pain"?' in wrong.output


def test_a_proposed_article_is_confirmed_by_its_name(ask: Ask, home: Path) -> None:
    path = home / "config" / "articles.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([f"{lines[0]},confirmed", f"{lines[1]},no", *lines[2:]]) + "\n", "utf-8")
    assert "waits for a yes" in ask("articles", "list").output
    slug = lines[1].split(",")[0]
    assert ask("articles", "confirm", slug).output == f"Confirmed: {slug}.\n"
    assert path.read_text("utf-8").splitlines()[1] == f"{lines[1]},yes"
    confirmed = path.read_bytes()
    again = ask("articles", "confirm", slug)
    assert (again.output, path.read_bytes()) == (f"{slug} does not wait for a yes; nothing was changed.\n", confirmed)
    unknown = ask("articles", "confirm", f"{slug}s")
    assert unknown.exit_code == 2 and f'Did you mean "{slug}"?' in unknown.output


def test_a_therapist_s_no_holds_for_one_article_or_all_until_it_is_taken_back(
    ask: Ask, tools: Tools, home: Path
) -> None:
    library = load_library(home / "config" / "articles.csv")[0]
    rule = tools.settings.follow_ups.rule("after_evaluation")
    assert rule is not None

    def sent() -> list[str]:
        with tools.store.begin() as memory:
            ruled_out = articles_not_for(memory, [1]).get(1, set()) & {RUNNER, EVERY}
        names = dict.fromkeys(LetterFacts._fields, "") | {"complaint": "LBP", "activity": "running", "patient_id": 1}
        return [choice.article.slug for choice in articles_for(LetterFacts(**names), rule, library, ruled_out)]  # type: ignore[arg-type]

    assert sent()[0] == RUNNER
    said = ask("articles", "veto", "1", RUNNER, "--reason", "not before June", "--by", "Dana")
    assert (said.exit_code, said.output) == (0, f"Patient no. 1 gets no {RUNNER}.\n")
    assert sent() and RUNNER not in sent()
    with tools.store.begin() as memory:
        veto = vetoes_now(memory, [1])[1][RUNNER]
    assert (veto.who, veto.reason) == ("Dana", "not before June")
    assert ask("articles", "veto", "1").output == "Patient no. 1 gets no articles.\n"
    assert sent() == []
    assert ask("articles", "allow", "1").output == (
        "Patient no. 1 may get articles again.\n"
        f"Still ruled out: {RUNNER}; `articles allow PATIENT SLUG` takes one back.\n"
    )
    assert sent() and RUNNER not in sent()
    assert ask("articles", "allow", "1", RUNNER).output == f"Patient no. 1 may get {RUNNER} again.\n"
    assert sent()[0] == RUNNER
    again = ask("articles", "allow", "1")
    assert (again.exit_code, again.output) == (2, "No therapist's no to all articles stands for patient no. 1.\n")
    assert [line.strip() for line in ask("why", "1").output.splitlines() if line.strip().startswith("2026-")] == [
        f"2026-03-04 10:05: no article {RUNNER}, because: not before June (Dana).",
        f"2026-03-04 10:05: no articles, because: no reason was given ({user_name()}).",
        f"2026-03-04 10:05: articles again, because: no reason was given ({user_name()}).",
        f"2026-03-04 10:05: article {RUNNER} again, because: no reason was given ({user_name()}).",
    ]


def test_a_therapist_s_no_goes_with_the_patient_and_is_shown(ask: Ask) -> None:
    ask("articles", "veto", "1", RUNNER, "--reason", "not before June", "--by", "Dana")
    assert ask("patients", "same", "1", "2", "--who", "Ann").exit_code == 0  # no. 2 has the newest visit, and leads
    assert (
        f"2026-03-04 10:05: no article {RUNNER}, because: not before June; said of no. 1, who is or was taken for the "
        "same patient (Dana)." in ask("why", "1").output
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("no such person",),
            'Nobody is known as "no such person". Write the whole name, or the number that `why` shows.',
        ),
        (("1", f"{RUNNER}s"), f'There is no article "{RUNNER}s". Did you mean "{RUNNER}"?'),
    ],
)
def test_a_no_about_nobody_or_nothing_is_not_recorded(ask: Ask, words: tuple[str, ...], said: str) -> None:
    answer = ask("articles", "veto", *words)
    assert (answer.exit_code, answer.output.strip()) == (2, said)
