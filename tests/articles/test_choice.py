"""The right article for what a front desk typed, with a true reason, and none where none fits."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from labelled_needs import FITTING, NOTHING_FITS, SET_APART, SET_APART_NOTHING_FITS, Case

from jobs.articles.choice import THRESHOLD, Need, choose, rank
from jobs.articles.library import Article, Library, load_library

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHIPPED = ROOT / "config" / "articles.csv"
ALL = (*FITTING, *SET_APART, *NOTHING_FITS, *SET_APART_NOTHING_FITS)
EMPTY = Need("", "", "", "", "", "")


def article(
    slug: str, topics: str = "", codes: str = "", title: str = "", published: str = "", off: bool = False
) -> Article:
    """An article of which only this matters."""
    split = [tuple(value.strip() for value in cell.split(";") if value.strip()) for cell in (topics, codes)]
    url = f"https://clinic.example/{slug}"
    return Article(slug, title or slug, url, "", split[0], split[1], published, "care", off, 2)


def slugs(*articles: Article, how_many: int = 9, already: Sequence[str] = (), **need: str) -> list[str]:
    """The slugs chosen from these articles for a need that says only this."""
    return [one.article.slug for one in choose(Library(articles), EMPTY._replace(**need), already, how_many)]


def first(library: Library, need: Need) -> str:
    chosen = choose(library, need, (), 1)
    return chosen[0].article.slug if chosen else ""


# The labelled needs


@pytest.mark.parametrize("cases", [FITTING, SET_APART], ids=["guided the weights", "set apart"])
def test_nine_of_ten_patients_get_the_article_a_therapist_would_hand_over(
    library: Library, cases: tuple[Case, ...]
) -> None:
    missed = [(case.need, first(library, case.need)) for case in cases if first(library, case.need) not in case.best]
    assert len(missed) <= 0.1 * len(cases), missed


def test_there_are_enough_labelled_needs() -> None:
    assert len(FITTING) >= 60
    assert len(NOTHING_FITS) >= 20
    assert len({case.need for case in ALL}) == len(ALL)


@pytest.mark.parametrize("case", [*NOTHING_FITS, *SET_APART_NOTHING_FITS], ids=lambda case: str(case.need[:3]))
def test_no_article_where_nothing_fits(library: Library, case: Case) -> None:
    assert [(one.article.slug, one.score, one.reason) for one in choose(library, case.need, (), 3)] == []


# What holds for every need


def named(reason: str) -> Iterator[tuple[str, list[str]]]:
    """What a reason names, as (field, phrases as typed)."""
    for part in reason.split("; "):
        found = re.match(r"(diagnosis|complaint|activity|service|kind|step) (.*)", part)
        assert found or part.startswith("the article is about "), part
        if found:
            codes = re.split(r" is | \(", found[2])[0].split(" and ")
            yield found[1], re.findall(r'"([^"]*)"', found[2]) or codes


def without(need: Need, field: str, phrases: list[str]) -> Need:
    text = getattr(need, field)
    for phrase in phrases:
        assert phrase.casefold() in text.casefold(), (need, phrase)
        text = re.sub(re.escape(phrase), " ", text, flags=re.IGNORECASE)
    return need._replace(**{field: text})


def score_of(library: Library, need: Need, slug: str) -> float:
    return next((one.score for one in rank(library, need) if one.article.slug == slug), 0.0)


def test_each_piece_of_evidence_that_a_reason_names_makes_a_difference(library: Library) -> None:
    checked = 0
    for case in ALL:
        for choice in rank(library, case.need):
            for field, phrases in named(choice.reason):
                other = score_of(library, without(case.need, field, phrases), choice.article.slug)
                assert other != choice.score, (case.need, choice.reason, field, phrases)
                checked += 1
    assert checked > 300


def test_without_all_that_a_reason_names_nothing_speaks_for_the_article(library: Library) -> None:
    for case in ALL:
        for choice in choose(library, case.need, (), 3):
            need = case.need
            for field, phrases in named(choice.reason):
                need = without(need, field, phrases)
            assert score_of(library, need, choice.article.slug) < THRESHOLD, (case.need, choice.reason)


def test_never_the_same_article_twice_and_never_one_that_is_off(library: Library) -> None:
    for case in ALL:
        had: list[str] = []
        while chosen := choose(library, case.need, had, 2):
            had += [one.article.slug for one in chosen]
        assert len(had) == len(set(had))
        assert "open-day-last-spring" not in [one.article.slug for one in rank(library, case.need)]


def test_the_best_come_first_and_at_most_so_many(library: Library) -> None:
    for case in ALL:
        ranking = rank(library, case.need)
        assert all(one.score >= other.score for one, other in pairwise(ranking))
        fitting = choose(library, case.need, (), 99)
        assert fitting[:1] == [one for one in ranking if one.score >= THRESHOLD][:1]
        assert set(fitting) <= set(ranking)
        assert [choose(library, case.need, (), how_many) for how_many in (0, 1, 2)] == [[], fitting[:1], fitting[:2]]


def test_every_process_chooses_the_same(tmp_path: Path) -> None:
    script = """
from datetime import date
from pathlib import Path
from jobs.articles.choice import rank
from jobs.articles.library import load_library
from jobs.made_up.articles import articles_csv
from labelled_needs import FITTING
Path(r"{0}").write_bytes(articles_csv(date(2026, 3, 4)))
library, _ = load_library(Path(r"{0}"))
for case in FITTING:
    print([tuple(one) for one in rank(library, case.need)])
""".format(tmp_path / "articles.csv")
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)])},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert len(said.pop()) > 1000


# Single rules


def test_the_clinic_s_own_two_posts_go_to_whom_they_are_for() -> None:
    library, _ = load_library(SHIPPED)
    runner, pilates = "lower-back-pain-when-running", "5-benefits-of-pilates"
    typed = {
        ("M54.50", "LBP", "running", "Physical Therapy", "PT Follow Up"): runner,
        ("", "lower back hurts on runs", "", "", ""): runner,
        ("M54.31", "sciatica", "marathon", "", ""): runner,
        ("", "", "", "Pilates", "Pilates Reformer Class"): pilates,
        ("M54.50", "LBP", "gardening", "Physical Therapy", "PT Follow Up"): "",
        ("M25.561", "knee pain", "running", "Physical Therapy", "PT Follow Up"): "",
        ("", "", "running", "Physical Therapy", "PT Follow Up"): "",
        ("", "", "", "Physical Therapy", "PT Initial Evaluation"): "",
    }
    assert {need: first(library, Need(*need, "visit")) for need in typed} == typed


def test_a_code_weighs_more_than_a_complaint_and_that_more_than_an_activity() -> None:
    back, knee, golf = article("back", "low back pain"), article("knee", "knee pain"), article("golf", "golf")
    assert slugs(golf, knee, back, diagnosis="M54.50", complaint="knee pain", activity="golf") == [
        "back",
        "knee",
        "golf",
    ]


def test_a_tie_goes_to_the_newer_article_and_then_to_the_first_slug() -> None:
    tied = [article("c", "neck pain"), article("b", "neck pain", published="2026-01-02"), article("a", "neck pain")]
    assert slugs(*tied, article("d", "neck pain", published="2026-02-01"), complaint="neck pain") == [
        "d",
        "b",
        "a",
        "c",
    ]


def test_golfer_s_elbow_in_a_tennis_player_is_golfer_s_elbow() -> None:
    tennis = article("tennis-elbow", "tennis elbow; elbow pain; tennis", "M77.1", "Tennis elbow without a break")
    golfer = article("golfers-elbow", "golfer's elbow; elbow pain", "M77.0", "Golfer's elbow")
    assert slugs(tennis, golfer, diagnosis="M77.01", complaint="golfers elbow", activity="tennis") == ["golfers-elbow"]


def test_who_had_achilles_surgery_gets_no_running_article() -> None:
    tendon = article("tendon", "achilles tendon; running", "M76.6")
    shoes = article("shoes", "running")
    after = article("after", "after surgery; achilles tendon", "", "After an Achilles repair")
    assert slugs(tendon, shoes, after, diagnosis="M76.61", complaint="s/p achilles repair", activity="running") == [
        "after"
    ]
    assert slugs(tendon, shoes, after, complaint="achilles pain", activity="running") == ["tendon", "shoes"]


def test_an_old_operation_elsewhere_does_not_matter() -> None:
    back, knee = article("back", "low back pain"), article("knee", "knee pain")
    assert slugs(back, knee, complaint="LBP, s/p TKR 2019") == ["back"]


def test_an_article_for_runners_waits_for_runners() -> None:
    running = article("running", "low back pain", "M54.5", "Low back pain when running")
    assert slugs(running, diagnosis="M54.50", complaint="LBP", activity="jogging") == ["running"]
    assert slugs(running, diagnosis="M54.50", complaint="LBP", activity="golf") == []


def test_an_article_for_runners_comes_first_for_runners_and_goes_to_nobody_else() -> None:
    running = article("running", "knee pain; running", "", "Running with knee pain")
    plain = article("plain", "knee pain")
    assert slugs(running, plain, complaint="knee pain when running") == ["running", "plain"]
    assert slugs(running, plain, complaint="knee pain") == ["plain"]
    assert slugs(article("zz", "knee pain; running", "", "Run with knee pain"), plain, complaint="knee") == ["plain"]


def test_for_a_runner_the_runners_article_comes_before_the_broader_one() -> None:
    narrow = article(
        "zz-narrow", "knee pain; running; runner's knee", "M22.2", "Runner's knee: keep running, only less"
    )
    need = {"diagnosis": "M25.562", "complaint": "knee pain", "activity": "running"}
    assert slugs(article("plain", "knee pain"), narrow, **need) == ["zz-narrow", "plain"]


def test_the_exact_diagnosis_matters_more_than_the_sport_in_the_title() -> None:
    tennis = article("tennis", "tennis elbow; tennis", "", "Tennis elbow without a break from tennis")
    plain = article("zz-plain", "tennis elbow")
    assert slugs(tennis, plain, complaint="tennis elbow", activity="climbing") == ["zz-plain", "tennis"]


def test_what_stands_only_aside_in_an_article_brings_it_beside_no_other() -> None:
    golf = article("golf", "hip pain; low back pain", "M25.55", "Hip pain in golf")
    back = article("zz-back", "mobility; low back pain")
    assert slugs(golf, back, diagnosis="M54.50", activity="golf") == ["zz-back"]


def test_one_exact_complaint_weighs_more_than_two_near_ones() -> None:
    near, exact = article("near", "hip pain"), article("zz-exact", "hip bursitis")
    assert slugs(near, exact, complaint="hip bursitis, hip pain, IT band") == ["zz-exact", "near"]


def test_a_part_of_the_body_as_the_whole_complaint_means_that_it_hurts() -> None:
    knee, shoulder = article("knee", "knee pain"), article("shoulder", "shoulder pain; mobility")
    assert slugs(knee, shoulder, complaint="L knee") == ["knee"]
    assert slugs(knee, shoulder, complaint="Shoulder") == ["shoulder"]


def test_another_part_of_the_body_never_counts() -> None:
    assert slugs(article("hip", "hip pain; running", "M25.55"), complaint="neck pain", activity="running") == []


def test_a_narrower_article_needs_more_than_the_name_of_a_region() -> None:
    meniscus = article("meniscus", "torn meniscus", "S83.2")
    general = article("zz-general", "mobility; knee pain")
    assert slugs(article("a", "torn meniscus; knee pain"), general, complaint="knee pain") == ["zz-general"]
    assert slugs(meniscus, complaint="L knee") == []
    assert slugs(meniscus, complaint="knee pain, meniscus") == ["meniscus"]


def test_a_title_that_plays_with_words_misleads_nobody() -> None:
    leg_up = article("leg-up", "Pilates", title="A leg up in Pilates")
    steady = article("steady", "balance", title="Steady on your feet")
    assert slugs(leg_up, steady, complaint="sore leg, sore foot") == []
    assert slugs(leg_up, steady, service="Pilates") == ["leg-up"]
    assert slugs(leg_up, steady, complaint="balance") == ["steady"]


def test_a_title_that_promises_the_end_of_a_pain_is_about_that_pain() -> None:
    without = article("without", "running", title="Running without knee pain")
    assert slugs(without, complaint="knee pain", activity="running") == ["without"]
    assert slugs(without, activity="running") == []


def test_a_topic_of_her_own_is_looked_for_in_everything_that_the_need_says() -> None:
    own = article("welcome", "Initial consult"), article("bridge", "pont du gard")
    assert slugs(*own, kind="INITIAL CONSULT (60 min)") == ["welcome"]
    assert slugs(*own, complaint="walked the Pont du Gard") == ["bridge"]
    assert slugs(*own, kind="initially consulted") == []
    reason = choose(Library(own), EMPTY._replace(kind="INITIAL CONSULT (60 min)"), (), 1)[0].reason
    assert reason == 'kind "INITIAL CONSULT"; the article is about Initial consult'


@pytest.mark.parametrize(
    "kind",
    ["Initial consult", "Follow-up", "Physiotherapy", "Dietetics", "Annual physical", "Telehealth", "Lab review"],
)
def test_a_topic_that_is_the_appointment_type_is_enough(kind: str) -> None:
    library = [article(f"a{part}", kind, title=f"{kind}: what to expect, part {part}") for part in range(5)]
    assert slugs(*library, article("x", "Vaccination"), how_many=3, kind=kind, step="visit") == ["a0", "a1", "a2"]


def test_a_code_that_only_the_list_knows_counts() -> None:
    library = Library((article("asthma", "", "J45"), article("back", "low back pain")))
    choices = choose(library, EMPTY._replace(diagnosis="J45.909", complaint="LBP"), (), 2)
    assert [(one.article.slug, one.reason) for one in choices] == [
        ("asthma", "diagnosis J45.909 is among the article's codes (J45)"),
        ("back", 'complaint "LBP" is low back pain; the article is about low back pain'),
    ]


@pytest.mark.parametrize(
    ("need", "reason"),
    [
        (
            EMPTY._replace(diagnosis="M54.50", activity="trail running"),
            'diagnosis M54.50 is low back pain; activity "trail running" is running; '
            "the article is about low back pain and running",
        ),
        (
            EMPTY._replace(complaint="c/o R sided LBP when running, denies leg pain"),
            'complaint "LBP" is low back pain; complaint "running"; the article is about low back pain and running',
        ),
        (
            EMPTY._replace(diagnosis="M54.50 M54.59", complaint="low back pain"),
            'diagnosis M54.50 and M54.59 is low back pain; complaint "low back pain"; '
            "the article is about low back pain",
        ),
    ],
)
def test_the_reason_says_what_was_seen_and_what_of_it_the_article_is_about(need: Need, reason: str) -> None:
    library = Library((article("back", "low back pain; running"),))
    assert [one.reason for one in choose(library, need, (), 1)] == [reason]


def test_the_ranking_shows_also_what_was_not_enough() -> None:
    library = Library((article("back", "low back pain; running"), article("off", "running", off=True)))
    ranking = rank(library, EMPTY._replace(activity="running"))
    assert [(one.article.slug, one.score < THRESHOLD) for one in ranking] == [("back", True)]


def test_an_empty_library_or_an_empty_need_chooses_nothing(library: Library) -> None:
    assert choose(Library(), FITTING[0].need, (), 3) == []
    assert rank(library, EMPTY) == []


@pytest.mark.parametrize("text", ["\x00" * 50, "M54.50 " * 500, "no " * 2000, "🦵 pain", "((((", "%s {x} \\", "İ̇ knee"])
def test_whatever_was_typed_there_is_an_answer(library: Library, text: str) -> None:
    for field in Need._fields:
        assert isinstance(choose(library, EMPTY._replace(**{field: text}), (), 3), list)


def test_a_thousand_letters_are_chosen_for_in_a_moment(library: Library) -> None:
    hundred = Library(
        tuple(one._replace(slug=f"{one.slug}-{copy}") for copy in range(5) for one in library.articles)[:100]
    )
    choose(hundred, EMPTY, (), 1)  # the index is made
    new = min(_seconds_each(hundred, [case.need._replace(step=f"{turn}") for case in ALL]) for turn in range(3))
    again = min(_seconds_each(hundred, [case.need._replace(step="0") for case in ALL]) for _ in range(5))
    assert new < 0.01  # 0.6 thousandths of a second as a rule; other machines are slower
    assert again < new / 20


def _seconds_each(library: Library, needs: list[Need]) -> float:
    began = time.process_time()
    for need in needs:
        choose(library, need, {"another-article"}, 2)
    return (time.process_time() - began) / len(needs)


# What a code, another person and a further article must not do


def test_a_code_of_another_disease_in_the_same_place_brings_nothing_by_the_pain_alone() -> None:
    stairs, runner = article("stairs", "knee pain"), article("runner", "runner's knee")
    assert slugs(stairs, runner, complaint="sore under kneecap") == ["runner"]
    assert slugs(stairs, runner, complaint="sore under kneecap", diagnosis="M92.521") == []
    assert slugs(stairs, complaint="knee pain on stairs", diagnosis="M93.261") == []  # known by its title alone
    assert slugs(stairs, complaint="knee pain on stairs", diagnosis="M93.261, M25.561") == ["stairs"]
    assert slugs(stairs, complaint="knee pain on stairs", diagnosis="M25.861") == ["stairs"]  # other disorders


def test_a_code_of_another_disease_is_no_obstacle_where_an_article_is_about_it_or_it_is_only_wear() -> None:
    stairs, osgood = article("stairs", "knee pain"), article("osgood", "Osgood Schlatter")
    assert "osgood" in slugs(stairs, osgood, complaint="sore knee", diagnosis="M92.521")
    assert slugs(article("back", "low back pain"), complaint="LBP", diagnosis="M51.361") == ["back"]


@pytest.mark.parametrize(
    "note",
    [
        "not a pt here, asks about knee pain",
        "knee pain, remove from her chart",
        "TKA is 5/6 elsewhere, doing all rehab down there",
        "applicant, interested in knee pain",
        "knee pain slot is HUSBAND's",
        "knee pain class for her daughter",
        "dtr has knee pain",
        "clase de dolor de rodilla para su hija",
    ],
)
def test_what_is_no_matter_of_this_patient_s_care_brings_nothing(note: str) -> None:
    assert slugs(article("knee", "knee pain"), article("new", "knee replacement"), complaint=note) == []


def test_a_further_article_is_as_sure_as_the_first() -> None:
    vertigo, bones, knee = (
        article("vertigo", "dizziness"),
        article("bones", "osteoporosis"),
        article("knee", "knee pain"),
    )
    aside = "room spins in bed. osteoporosis, takes calcium"
    assert slugs(vertigo, bones, complaint=aside, diagnosis="H81.11") == ["vertigo"]
    assert slugs(vertigo, bones, complaint="room spins in bed", diagnosis="H81.11, M81.0") == ["vertigo", "bones"]
    assert slugs(vertigo, knee, complaint="room spins in bed. knee pain", diagnosis="H81.11") == ["vertigo", "knee"]
