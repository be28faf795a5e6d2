"""The clinic's words: what a front desk types is understood, what only sounds so is not."""

import csv
import gzip
import re

import pytest

from jobs.articles.icd10cm import FILE as TITLES
from jobs.articles.icd10cm import mend_codes, title_of
from jobs.articles.mentions import mentions, read_text
from jobs.articles.vocabulary import (
    CONCEPTS,
    FILE,
    SIGNS,
    SPANISH,
    the_vocabulary,
    vocabulary_with,
)
from jobs.articles.word_lists import common_words, company_words, everyday_words, listed
from jobs.articles.words import key_of
from jobs.clinic.diagnoses import read_diagnosis
from jobs.clinic.slips import slips_between, small_slip
from jobs.made_up.articles import _ARTICLES
from jobs.made_up.conditions import CONDITIONS, PILATES_WISHES

SAYS_NOTHING = {"", "see intake form"}


def rows() -> list[list[str]]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.reader(lines) if not row[0].startswith("#")][1:]


def concepts(text: str) -> list[str]:
    return list(dict.fromkeys(mention.concept for mention in mentions(text, the_vocabulary())))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("LBP", ["low back pain"]),
        ("c/o LBP x 3 wks", ["low back pain"]),
        ("dx: sciatica R", ["sciatica"]),
        ("R shoulder", ["shoulder"]),
        ("R shoulder pain", ["shoulder pain"]),
        ("pain in the L shoulder", ["shoulder pain"]),
        ("low-back pain", ["low back pain"]),
        ("lower backs hurt", ["low back pain"]),
        ("L-spine pain", ["low back pain"]),
        ("s/p TKR", ["knee replacement"]),
        ("S/P R TKA", ["knee replacement"]),
        ("knees hurt on stairs", ["knee pain"]),
        ("rotator cuff", ["rotator cuff problem"]),
        ("runners knee", ["runner's knee"]),
        ("runner’s knee", ["runner's knee"]),
        ("Runner's Knees", ["runner's knee"]),
        ("golfers elbow", ["golfer's elbow"]),
        ("tennis elbow", ["tennis elbow"]),
        ("post-op hip", ["after surgery", "hip"]),
        ("postop ACLR", ["after surgery", "ACL surgery"]),
        ("sciatca", ["sciatica"]),
        ("plantar faciitis", ["plantar fasciitis"]),
        ("shouder hurts", ["shoulder pain"]),
        ("achillies tendon", ["achilles tendon problem"]),
        ("leaking w/ running", ["stress incontinence"]),
        ("pain w/ sex", ["painful intercourse"]),
        ("pain at back of R knee", ["knee pain"]),
        ("C-section scar", ["cesarean"]),
        ("diastasis recti, 6 mo postpartum", ["diastasis", "postpartum"]),
        ("off-balance, fell twice", ["balance problem", "falls"]),
        ("h/o falls", ["falls"]),
        ("neck + headaches", ["neck", "headache"]),
        ("Pilates Reformer Class", ["Pilates"]),
    ],
)
def test_what_a_front_desk_types_is_understood(typed: str, meant: list[str]) -> None:
    assert concepts(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("no back pain", []),
        ("no back pain, knee hurts", ["knee pain"]),
        ("no neck pain but shoulder pain", ["shoulder pain"]),
        ("denies back pain, neck pain, c/o hip pain", ["hip pain"]),
        ("denies falls, dizziness. Knee pain.", ["knee pain"]),
        ("w/o leg pain", []),
        ("r/o meniscus tear", []),
        ("ankle sprain resolved, now knee pain", ["knee pain"]),
        ("knee pain no longer able to run", ["knee pain", "running"]),
        ("unable to run", ["running"]),
        ("mother has sciatica", []),
        ("husband had knee replacement, she has hip pain", ["hip pain"]),
    ],
)
def test_what_is_denied_does_not_count(typed: str, meant: list[str]) -> None:
    assert concepts(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "runs a bakery",
        "runs her own bakery",
        "running late",
        "walk-in",
        "no show",
        "balance due $40",
        "call back tomorrow",
        "front desk",
        "referred by Dr. Foote, Dr Knee",
        "wants to avoid surgery",
        "waking at night",
        "backlog",
        "chippy",
        "kneecapping",
        "",
    ],
)
def test_what_only_sounds_so_does_not_count(typed: str) -> None:
    assert concepts(typed) == []


def test_everything_that_the_made_up_patients_come_with_is_understood() -> None:
    typed = [text for condition in CONDITIONS for text in (*condition.complaints, *condition.activities)]
    assert {text for text in (*typed, *PILATES_WISHES) if not concepts(text)} == SAYS_NOTHING
    codes = {
        code for condition in CONDITIONS for text in condition.diagnoses for code in read_diagnosis(text).codes.split()
    }
    assert {code for code in codes if not the_vocabulary().of_code(code)} == set()


def test_every_topic_of_the_made_up_articles_but_the_one_switched_off_is_known() -> None:
    topics = {topic.strip() for line in _ARTICLES.strip().splitlines()[::2] for topic in line.split("|")[2].split(";")}
    assert {topic for topic in topics if not concepts(topic)} == {"events"}


def test_every_line_of_the_file_is_a_concept_or_a_sign_with_known_parents() -> None:
    vocabulary = the_vocabulary()
    assert {row[1] for row in rows()} == {*CONCEPTS, *SIGNS}
    assert {parent for row in rows() for parent in row[2].split(";") if parent} <= vocabulary.concepts.keys()
    assert len({row[0] for row in rows()}) == len(rows())


def test_no_spelling_and_no_code_means_two_things() -> None:
    meanings: dict[str, set[str]] = {}
    for name, kind, _, codes, spellings in rows():
        for spelling in filter(None, [*spellings.split(";"), *([name] if kind in CONCEPTS else [])]):
            if kind == "short":
                continue
            meanings.setdefault(key_of(spelling), set()).add(name if kind in CONCEPTS else kind)
        for code in filter(None, codes.split(";")):
            meanings.setdefault(code, set()).add(name)
    assert {key: names for key, names in meanings.items() if len(names) > 1 or not key} == {}


def test_every_code_has_the_form_of_icd_10_cm() -> None:
    codes = [code for row in rows() for code in row[3].split(";") if code]
    assert [code for code in codes if not re.fullmatch(r"[A-Z]\d[0-9AB](\.[0-9A-Z]{1,4})?", code)] == []


def test_nothing_belongs_to_itself() -> None:
    vocabulary = the_vocabulary()
    assert [name for name in vocabulary.concepts if name in vocabulary.ancestors(name)] == []


def test_what_belongs_to_what_is_known_over_several_steps() -> None:
    vocabulary = the_vocabulary()
    assert vocabulary.ancestors("low back pain") == {"back": 1, "spine": 2}
    assert vocabulary.ancestors("sciatica")["back"] == 2
    assert vocabulary.regions("sciatica") == {"back", "leg"}
    assert vocabulary.descendants["knee pain"]["runner's knee"] == 1


@pytest.mark.parametrize(
    ("code", "concept"),
    [
        ("M54.50", "low back pain"),
        ("m5450", "low back pain"),
        ("M54.16", "sciatica"),
        ("M77.01", "golfer's elbow"),
        ("M77.11", "tennis elbow"),
        ("S93.401A", "ankle sprain"),
        ("Z47.1", "joint replacement"),
        ("Z47.89", "after surgery"),
        ("J45.909", ""),
    ],
)
def test_the_longest_known_beginning_of_a_code_decides(code: str, concept: str) -> None:
    assert the_vocabulary().of_code(code) == concept


@pytest.mark.parametrize(
    ("typed", "meant", "slips"),
    [
        ("sciatca", "sciatica", 1),
        ("sciiatica", "sciatica", 1),
        ("sciatuca", "sciatica", 1),
        ("scaitica", "sciatica", 1),
        ("siatca", "sciatica", 2),
        ("sciatica", "sciatica", 0),
        ("ciasitac", "sciatica", 0),
    ],
)
def test_slips_of_the_finger_are_counted_up_to_a_bound(typed: str, meant: str, slips: int) -> None:
    assert slips_between(typed, meant, 2) == slips


@pytest.mark.parametrize(
    ("typed", "meant", "small"),
    [("bakc", "back", True), ("tenis", "tennis", True), ("kneee", "knee", True), ("hop", "hip", False)],
)
def test_in_a_short_word_only_small_slips_are_mended(typed: str, meant: str, small: bool) -> None:
    assert small_slip(typed, meant) is small


@pytest.mark.parametrize(
    "typed",
    "leaving setting shopping spelling wedding personal prevent hearing boring weather pasture heeling string".split(),
)
def test_an_everyday_word_is_no_slip_of_the_finger(typed: str) -> None:
    assert the_vocabulary().word_meant(typed) == typed


def test_a_word_that_the_articles_use_is_no_slip_of_the_finger() -> None:
    vocabulary = the_vocabulary()
    assert vocabulary.word_meant("meniscuz") == "meniscus"
    assert vocabulary.knowing(["meniscuz"]).word_meant("meniscuz") == "meniscuz"
    assert vocabulary.word_meant("meniscuz") == "meniscus"


def test_the_words_as_typed_are_kept_for_the_reason() -> None:
    found = mentions("C/o R Knee pain; L SCIATCA", the_vocabulary())
    assert [mention.phrases for mention in found] == [("Knee pain",), ("SCIATCA",)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("OA in both of her knees", {"knee arthritis": {"knees", "OA"}}),
        ("bursitis in the R hip", {"hip bursitis": {"bursitis", "hip"}}),
        ("rear ended on 680, neck is stiff", {"whiplash": {"neck", "rear ended"}}),
        ("artritis de rodilla", {"knee arthritis": {"artritis", "rodilla"}}),
        ("hand arthritis, hip pain", {"hand arthritis": {"hand arthritis"}, "hip pain": {"hip pain"}}),
        (
            "arthritis, sore hip, bad knee",
            {"osteoarthritis": {"arthritis"}, "hip pain": {"sore hip"}, "knee pain": {"bad knee"}},
        ),
    ],
)
def test_a_condition_and_a_place_are_one_thing_where_only_one_can_be_meant(
    typed: str, meant: dict[str, set[str]]
) -> None:
    assert {one.concept: set(one.phrases) for one in mentions(typed, the_vocabulary())} == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("knee OA, waiting for knee replacement", ["knee arthritis"]),
        ("ACL tear, surgery not yet scheduled", ["ACL injury"]),
        ("torn meniscus, wants to avoid surgery", ["torn meniscus"]),
        ("LBP, s/p TKR 2019", ["low back pain"]),
        ("LBP, TKR 3 years ago", ["low back pain"]),
        ("s/p TKR Nov 2025", ["knee replacement"]),
        ("s/p TKR 10/3/2025", ["knee replacement"]),
        ("s/p TKR, eval scheduled", ["knee replacement"]),
        ("s/p TKR planned 2 wks of PT", ["knee replacement", "physical therapy"]),
    ],
)
def test_an_operation_counts_only_while_it_heals(typed: str, meant: list[str]) -> None:
    assert concepts(typed) == meant


@pytest.mark.parametrize(
    ("typed", "denied"),
    [
        ("LBP, denies sciatica", {"sciatica"}),
        ("no headaches, neck pain", {"headache"}),
        ("knee pain, no knee pain", set()),
    ],
)
def test_what_is_denied_is_known(typed: str, denied: set[str]) -> None:
    assert read_text(typed, the_vocabulary()).denied == denied


@pytest.mark.parametrize(
    ("typed", "group"),
    [
        ("12 y/o", "children and teens"),
        ("78yo", "older adults"),
        ("a 70 year old", "older adults"),
        ("45 y.o.", ""),
        ("age 5, toe walker", "small children"),
        ("20 month old, toe walker", "small children"),
        ("Age 72", ""),
        ("20 month old in the house", ""),
    ],
)
def test_an_age_says_for_whom_an_article_is(typed: str, group: str) -> None:
    assert concepts(typed) == ([group] if group else [])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dad w/ Parkinson's. Pt: low back pain", ["physical therapy", "low back pain"]),
        ("referred by neighbor (vertigo pt) for hip bursitis", ["hip bursitis"]),
        ("wife just had a c-section", []),
        ("plantar fasciitis for her sister", []),
        ("partner is pregnant, he has LBP", ["low back pain"]),
        ("hx whiplash 2012, now achilles tendinopathy", ["achilles tendon problem"]),
        ("neck pain since 2019", ["neck pain"]),
        ("knee OA dx 2018", ["knee arthritis"]),
        ("bilateral TKA '09. Here re: vertigo", ["dizziness"]),
        ("carpal tunnel neg on EMG; thumb tendinitis", ["thumb tendinitis"]),
        ("ruled out stress fx; shin splints", ["shin splints"]),
        ("EMG neg for CTS, cervicalgia", ["neck pain"]),
        ("s/p TKA 3 wks, doing well", ["knee replacement"]),
        ("meniscus tear, all better", []),
        ("heel? no: hip pain", ["hip pain"]),
        ("sciatica? MD says stenosis", ["spinal stenosis"]),
        ("thought carpal tunnel; dx de Quervain", ["thumb tendinitis"]),
        ("works at a golf course, low back pain", ["low back pain"]),
        ("cancel, neck pain gone", []),
        ("husband drove her, he has sciatica; she has hip bursitis", ["hip bursitis"]),
        ("wife had TKR, he has LBP", ["low back pain"]),
        ("flu, body aches, cancel today", []),
        ("hombro le duele, su hijo juega fútbol", ["shoulder pain"]),
        ("operada de la cadera hace 10 años, ahora dolor de hombro", ["shoulder pain"]),
    ],
)
def test_only_the_patient_s_own_complaint_of_today_counts(typed: str, meant: list[str]) -> None:
    assert concepts(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hands go numb at night", ["carpal tunnel syndrome"]),
        ("pain shoots from buttock down the back of R leg", ["sciatica"]),
        ("jaw still numb", ["jaw"]),
    ],
)
def test_how_it_feels_tells_what_it_is_where_that_has_a_name(typed: str, meant: list[str]) -> None:
    assert concepts(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("acheles tendonitus", ["achilles tendon problem"]),
        ("carple tunel", ["carpal tunnel syndrome"]),
        ("tennis elbo", ["tennis elbow"]),
        ("frozn shoulder", ["frozen shoulder"]),
        ("arthrits hip", ["hip arthritis"]),
        ("scyatica", ["sciatica"]),
        ("flying out, achieves much, string, cripple", []),
    ],
)
def test_two_slips_are_mended_where_the_word_sounds_so_or_stands_in_a_known_term(typed: str, meant: list[str]) -> None:
    assert concepts(typed) == meant


# ICD-10-CM


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("G560.1", "G56.01"),
        ("M54-50", "M54.50"),
        ("S83.2O5A", "S83.205A"),
        ("m54..5", "M54.5"),
        ("MS4.5", ""),
        ("dolor", ""),
        ("L4-5, C5-6, T12", ""),
        ("M54.50", ""),
        ("S93401D", ""),
        ("Q99.99", ""),
    ],
)
def test_a_malformed_code_is_understood_and_what_is_none_is_left_alone(typed: str, code: str) -> None:
    assert mend_codes(f"dx {typed} R") == ((f"dx {code} R", {code: typed}) if code else (f"dx {typed} R", {}))


def test_a_code_that_the_vocabulary_does_not_know_has_its_title() -> None:
    assert title_of("J45.909") == "Other and unspecified asthma"
    assert title_of("M5450") == title_of("M54.5") == "Low back pain"
    assert title_of("Y99.ZZZ") == "External cause status"
    assert title_of("U88") == ""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_titles_and_the_codes_of_the_vocabulary_are_those_of_the_classification() -> None:
    import simple_icd_10_cm as classification

    lines = [line.split("\t") for line in gzip.decompress(TITLES.read_bytes()).decode().splitlines()]
    known = {plain: title for plain, title in lines}
    codes = {code.replace(".", "") for code in classification.get_all_codes() if "-" not in code}
    assert known.keys() == {code for code in codes if len(code) in (3, 4)}
    for plain in (*list(known)[::97], "M545", "S934"):
        assert known[plain] == classification.get_description(plain), plain
    ours = {code.replace(".", "") for row in rows() for code in row[3].split(";") if code}
    begun = {code[:end] for code in codes for end in range(3, len(code) + 1)}
    assert ours - begun == set()


# Spanish, shortened words and the clinic's own


def test_every_spanish_word_means_something_that_is_known() -> None:
    with SPANISH.open(encoding="utf-8", newline="") as lines:
        spanish = [row for row in csv.reader(lines) if not row[0].startswith("#")][1:]
    vocabulary = the_vocabulary()
    assert {row[0] for row in spanish} - vocabulary.concepts.keys() - set(SIGNS) == set()
    assert len(spanish) > 100
    meanings: dict[str, set[str]] = {}
    for meaning, typed in spanish:
        for word in typed.split(";"):
            meanings.setdefault(key_of(word), set()).add(meaning)
    assert {word: names for word, names in meanings.items() if len(names) > 1 or not word} == {}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dolor de espalda baja", ["low back pain"]),
        ("Ciática izquierda", ["sciatica"]),
        ("ciatica", ["sciatica"]),
        ("reemplazo de rodilla", ["knee replacement"]),
        ("esguince de tobillo", ["ankle sprain"]),
        ("sin dolor de espalda, le duele la cadera", ["hip pain"]),
        ("su mamá tiene ciática", []),
        ("codo de tenista", ["tennis elbow"]),
    ],
)
def test_spanish_is_understood_with_and_without_its_accents(typed: str, meant: list[str]) -> None:
    assert concepts(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("cerv pain", ["neck pain"]), ("lat epicondylitis", ["tennis elbow"]), ("shldr pn", ["shoulder pain"])],
)
def test_shortened_words_are_written_out(typed: str, meant: list[str]) -> None:
    assert concepts(typed) == meant


def test_the_clinic_s_own_words_count_before_ours() -> None:
    own = vocabulary_with([("zoomies", "dizziness"), ("front desk", "neck pain")])
    assert [mention.concept for mention in mentions("Zoomies; front desk", own)] == ["dizziness", "neck pain"]


@pytest.mark.parametrize("name", ["common", "company", "everyday", "errand", "thing", "circumstance", "linking"])
def test_every_word_of_a_list_stands_there_as_texts_are_compared(name: str) -> None:
    words = {word for word in listed(name).words if word[0] != "-"}
    assert words and {word for word in words if word != key_of(word)} == set()
    assert "knee" not in words


def test_every_everyday_word_is_a_spelling_and_no_word_of_company_names_a_part_of_the_body() -> None:
    vocabulary = the_vocabulary()
    assert [word for word in everyday_words() if vocabulary.spellings.get(word) not in vocabulary.concepts] == []
    company = {vocabulary.spellings.get(word, "") for word in company_words() - common_words()}
    assert [name for name in company if name in vocabulary.concepts and vocabulary.kind(name) == "region"] == []


@pytest.mark.parametrize(
    ("typed", "sure"),
    [
        ("R knee", True),
        ("knee clicks on stairs", True),
        ("shingles on back", False),
        ("shingles, back hurts", True),
        ("elbow room", False),
        ("text pt back", False),
        ("neck and shoulder tension", True),
        ("fell twice last week", True),
        ("cart fell on the mailbox", False),
        ("fell, mailbox hurt her hip", True),
        ("knee 10/3", True),
        ("heirloom brought by hand; knee", True),
        ("heirloom hip arthritis", True),
        ("TKA class handouts low", False),
        ("concussion waiver form for club", False),
        ("her hip replacement, invoice sent", True),
    ],
)
def test_a_lone_part_of_the_body_or_everyday_word_among_unknown_words_is_no_sure_complaint(
    typed: str, sure: bool
) -> None:
    assert mentions(typed, the_vocabulary())[-1].sure == sure
