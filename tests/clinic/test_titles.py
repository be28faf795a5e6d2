"""What a calendar title says."""

import pytest

from jobs.clinic.titles import PatternFaulty, Title, is_for_several, read_title, title_patterns


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Eval - ANNA T (back)", Title("Eval", "ANNA", "T", "back")),
        ("Follow up: Anna Testperson \u2013 knee", Title("Follow up", "Anna", "Testperson", "knee")),
        ("PT Anna T. / shoulder", Title("PT", "Anna", "T", "shoulder")),
        ("Pilates - MIRA Q (back)", Title("Pilates", "MIRA", "Q", "back")),
        ("Initial Evaluation: Mira O'Quill", Title("Initial Evaluation", "Mira", "O'Quill", "")),
        ("Pilates reformer - Mira", Title("Pilates reformer", "Mira", "", "")),
        ("Free 15 min consult - Anna Testperson", Title("Free 15 min consult", "Anna", "Testperson", "")),
        ("Injury Screen: Anna T (knee)", Title("Injury Screen", "Anna", "T", "knee")),
        ("Discovery visit - Anna T", Title("Discovery visit", "Anna", "T", "")),
        ("Meet & Greet - Anna T", Title("Meet & Greet", "Anna", "T", "")),
        ("PT Reese Testperson", Title("PT", "Reese", "Testperson", "")),
        ("PT discharge Anna T", Title("PT discharge", "Anna", "T", "")),
        ("Eval - Anna T with Dana", Title("Eval", "Anna", "T", "")),
    ],
)
def test_kind_patient_and_complaint_are_read(title, read):
    assert read_title(title) == read


CLASSES = (
    "Private Pilates", "Pilates Private", "Duet Pilates", "Duo Pilates", "Semi-private Pilates", "Private session",
    "Reformer Pilates", "Private Reformer", "Pilates Evaluation", "Pilates Intro", "Intro Pilates", "Clinical Pilates",
    "Prenatal Pilates", "Postural Pilates", "PT/Pilates", "PT + Pilates", "1:1 Pilates", "Pilates 1:1", "Mat Pilates",
    "Pilates Mat Class", "Group Reformer Class", "Pilates Level 2", "Pilates Equipment Private", "Pilates Foundations",
)  # fmt: skip


@pytest.mark.parametrize("kind", CLASSES)
def test_a_class_by_any_name_is_the_kind_and_no_part_of_the_patients_name(kind):
    anna = Title(kind, "Anna", "Testperson", "")
    assert [read_title(f"{kind}{between}Anna Testperson") for between in (" - ", ": ", " ")] == [anna] * 3
    assert read_title(f"Anna Testperson - {kind}").likely == ("Anna", "Testperson")
    assert read_title(kind) == Title(kind)


@pytest.mark.parametrize(
    "title",
    ["Pilates - Core Strength", "Pilates for Runners", "Sunrise Pilates", "Kate Pilates", "Pilates Class (full)",
     "Pilates w/ Dana", "PT session with Dana Made", "Duet - Kate and Dana", "Duet Pilates - Kate & Dana"],
)  # fmt: skip
def test_a_class_that_names_no_patient_names_nobody(title):
    read = read_title(title)
    assert read.kind and (read.first_name, read.last_name, read.likely) == ("", "", ("", ""))


@pytest.mark.parametrize(
    "kind",
    ["Pilates Mat Class", "Reformer classes", "Duet Pilates", "Trio", "Semi-private Pilates", "Group PT", "Mat Pilates",
     "Private duet", "Sunrise Yoga", "Posture workshop", "Tower Thursday (open gym)"],
)  # fmt: skip
def test_a_class_a_group_or_a_duet_is_for_several_patients(kind):
    assert is_for_several(kind)


@pytest.mark.parametrize(
    "kind",
    ["", "PT session", "Pilates", "Private Pilates", "Private class", "1:1 mat", "One-on-one Pilates class", "Eval",
     "Class IV laser", "Reformer session", "Matt's session"],
)  # fmt: skip
def test_any_other_visit_is_one_patients(kind):
    assert not is_for_several(kind)


def test_a_class_of_a_name_that_is_not_known_is_no_patient_either():
    assert read_title("Sunrise Pilates - Kate Made") == Title("Sunrise Pilates", likely=("Kate", "Made"))
    assert read_title("Kate Made Pilates").likely == ("Kate", "Made")


@pytest.mark.parametrize("words", ["Private ", "mat/", "Pilates mat ", "re-", "(private pilates "])
def test_a_title_of_very_many_words_for_a_kind_is_read_soon(words):
    read = read_title(f"x {words * 50}!")
    assert (read.first_name, read.last_name, read.likely) == ("", "", ("", ""))


@pytest.mark.parametrize("title", ["Lunch", "Block", "BLOCKED - admin", "Staff meeting", "Holiday", "Out of office"])
def test_time_that_nobody_booked_is_no_appointment(title):
    assert read_title(title).is_break


@pytest.mark.parametrize("title", ["", "Mira's dog", "Eval - 12345", "Car inspection"])
def test_a_title_without_a_patient_names_nobody(title):
    read = read_title(title)
    assert (read.first_name, read.last_name, read.is_break) == ("", "", False)


def test_the_clinics_own_pattern_comes_first():
    pattern = r"(?P<patient>[^|]+)\|(?P<kind>[^|]+)\|(?P<complaint>.*)"
    assert read_title("Quill, Mira|IE|neck", pattern) == Title("IE", "Mira", "Quill", "neck")
    assert read_title("Lunch", pattern).is_break


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Quill, Mira | IE | neck", Title("IE", "Mira", "Quill", "neck")),
        ("Mira Quill: Eval", Title("Eval", "Mira", "Quill", "")),
        ("Eval - MIRA Q (back)", Title("Eval", "MIRA", "Q", "back")),
    ],
)
def test_patterns_are_written_with_the_names_of_the_parts_one_a_line(title, read):
    assert read_title(title, "{patient} | {kind} | {complaint}\n{first_name} {last_name}: {kind}\n") == read


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (
            "{name} - {kind}",
            '"{name} - {kind}": {name} is no part of a title. '
            "Use {kind}, {patient}, {first_name}, {last_name}, {complaint}, {anything}.",
        ),
        ("{kind} only", '"{kind} only" does not say where the patient stands. Write {patient} there.'),
        (
            "(?P<patient>",
            '"(?P<patient>" cannot be read (missing ), unterminated subpattern at position 0). '
            "Write it such as {kind} - {patient} ({complaint}).",
        ),
    ],
)
def test_a_pattern_that_cannot_be_used_says_what_to_write(pattern, said):
    with pytest.raises(PatternFaulty) as fault:
        title_patterns(pattern)
    assert str(fault.value) == said


@pytest.mark.parametrize("title", ["PT - Billie Holiday (knee)", "Eval - Anna Block", "PT Mira Staff (back)"])
def test_a_patient_whose_name_is_a_word_for_a_break_is_a_patient(title):
    read = read_title(title)
    assert read.first_name and not read.is_break


@pytest.mark.parametrize("title", ["PT - Lunch", "Session notes", "Private - closed", "PT staff meeting"])
def test_a_break_that_is_written_like_an_appointment_is_none(title):
    assert read_title(title).is_break


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Kate Made - PT", ("Kate", "Made")),
        ("Kate Made (PT)", ("Kate", "Made")),
        ("Kate Made Eval", ("Kate", "Made")),
        ("Kate Made-Eval", ("Kate", "Made")),
        ("Kate - PT", ("Kate", "")),
        ("Made, Kate", ("Kate", "Made")),
        ("KATE MADE", ("KATE", "MADE")),
        ("K Made", ("K", "Made")),
        ("Kate Made 45min", ("Kate", "Made")),
        ("Kate Made 925-555-0101", ("Kate", "Made")),
        ("Kate de la Made - PT", ("Kate", "de la Made")),
        ("Appointment: Kate Made", ("Kate", "Made")),
    ],
)
def test_a_title_of_no_usual_form_names_somebody_if_an_address_stands_beside_it(title, named):
    read = read_title(title)
    assert (read.first_name, read.last_name, read.likely) == ("", "", named)


def test_the_complaint_of_such_a_title_is_read_too():
    assert read_title("Kate Made - PT (knee)") == Title("PT", complaint="knee", likely=("Kate", "Made"))


@pytest.mark.parametrize(
    "title",
    ["PT", "Physical Therapy", "Appointment", "PT Session", "Therapy Visit", "PT follow up", "PT New Patient",
     "Knee Pain", "Phone Call", "Coffee Chat", "Team Sync", "Follow up visit w/ Dana", "Appointment with Dana Made",
     "Dana Made, PT", "Dana Made PT", "Kate and Dana Made", "Kate", "kate made", "Mira's dog", "Car inspection",
     "New Client"],
)  # fmt: skip
def test_what_may_be_no_patients_name_is_none_in_any_title(title):
    read = read_title(title)
    assert (read.first_name, read.last_name, read.likely) == ("", "", ("", ""))
