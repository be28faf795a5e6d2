"""What tells of the patient's death, and what of another end: as front desks write it. All names here are made up."""

import pytest

from jobs.clinic.cells import Doubt
from jobs.clinic.normalize import normalize
from jobs.clinic.people import note_of_death, read_name
from jobs.clinic.problems import DIED_BY_NAME, DIED_BY_STATUS
from jobs.clinic.records import TextTable
from jobs.clinic.statuses import status_reader, tells_of_death
from jobs.clinic.value_rules import ValueRules

READ = status_reader({})


@pytest.mark.parametrize(
    "texts",
    [
        "Deceased; DECEASED 3/3; patient deceased; pt died; Pt. passed away 3/2; Decd; Deceased?",
        "Client deceased 2/1/27; Late cancel - deceased; Cancelled - pt expired; Cancelled (death of patient)",
        "Cancelled by family - patient passed; Cancelled by wife, pt has died; Cancelled - RIP",
        "Cancelled - R.I.P.; Cancelled - Death; Cancelled_deceased; Inactive - deceased",
        "Discharged - deceased; No show - patient deceased; Archived - deceased; Removed - dec\u2019d",
        "Pt expired; PATIENT EXPIRED; Cancelled - dec'd 11/20; Cx: pt passed 3/2; Cancelled - passed",
        "client died; \u2020 3/2; Cancelled - per wife pt deceased; wife called, pt died",
        "daughter called to say pt passed away last night; Cancelled - Obit; saw obituary",
        "Cancelled by daughter pt passed away; patient's death; Pt is dead; NS - pt had passed away",
        "Cancelled due to patient's passing; Cancelled - she passed away yesterday; he expired at hospital",
        "Passed on 3/2; pt passed on 3/2; pt passed Monday; Cancelled - per PCP office pt deceased",
        "Family reports death; death of pt; Chart closed - patient deceased",
        "mother of patient called - patient deceased; Cancelled - pt's chart marked deceased",
        "deceased per obituary; wife says he passed away; patient no longer living; hospice - deceased",
        "Pt passed. Family told; Cancelled - pt lost her battle with cancer",
        "pt deceased, wife requests records; Cancelled by SNF - resident expired; Cancelled - death. Call son",
        "Cancelled by phone - death; wife of pt called, deceased; mom reports pt deceased; falleció",
        "fallecida; Paciente falleció; Cancelada - paciente fallecida; Cancelado: falleció el 3/2; Q.E.P.D.",
        "paciente murió; ha fallecido; Cancelled - defunción; fallecimiento del paciente",
        "su hija llamó, falleció; esposa llamó: paciente falleció; esposo de paciente reporta que falleció",
        "su esposa dice que falleció",
        "Cancelled - pt passed 2 days ago; pt passed early this morning; Cancelled - pt unfortunately passed",
        "Cancelled - patient passed a few weeks ago; CX - pt passed the other day; pt passed earlier this week; "
        "Cancelled - passed last night; Cancelled - has passed; CX - pt quietly passed over the weekend",
        "cancelled due to patient passing; Cancelled - pt passing away; Cancelled - patients passing",
        "Cancelled - DOD 11/2/26; D.O.D. 11/2; DOD: 11/2; Cancelled - pt DOD 11-2; CX - date of death 11/2",
        "Cancelled - patient no longer with us; Client is no longer w/ us; No show - pt unfortunately passed",
    ],
)
def test_a_status_that_tells_of_the_patients_death_says_that_they_have_died(texts: str) -> None:
    read = {text: (tells_of_death(text), READ(text)) for text in texts.split("; ")}
    assert read == dict.fromkeys(read, (True, "deceased"))


@pytest.mark.parametrize(
    "texts",
    [
        "Cancelled - auth expired; package expired; patient's referral expired",
        "Cancelled - pt's insurance expired; Expired; pt membership expired; Cancelled - card expired",
        "PT Rx expired; Rx for PT expired; auth for pt expired; promo expired; Cancelled (PT script expired)",
        "pt referral expired 3/2; pt expired auth; Passed; seguro expirado; plan expired",
        "Cancelled - pain died down; symptoms died down; Cancelled - car died; phone died; battery died",
        "pt has dead car battery; Cancelled - death in family; Cancelled - death in the family; family death",
        "cx fam death; Death/illness in family; Cancelled: mother passed away; mother passed",
        "Cancelled - funeral; patient's father died; pt's dog died; mother - passed away; pts mom passed away",
        "Cancelled - pt wife passed; her dad passed away; MIL passed away; mother-in-law passed away",
        "Cancelled - friend died; death of spouse; death of a family member; death of patient's mother",
        "Cancelled - death (mother); patient has a death in the family; family emergency (death)",
        "bereavement - father passed; wife deceased; deceased wife; wife of patient passed away",
        "mother of pt died; client's husband died; Cancelled - pt attending funeral, uncle died",
        "wife passed away, pt grieving; Cancelled - pt said her brother died; referring doctor passed away",
        "policy holder deceased; passed out; Cancelled - pt passed out at home; patient passed balance test",
        "pt passed MMI test; Client passed FCE; Cancelled - pt passed on the offer; passed on Thursday slot",
        "they passed on 3/2 slot; pt passed kidney stone; dead end; Cancelled - not deceased",
        "Deceased in error; marked deceased by mistake; no falleció; near-death experience; CX: rip in tendon",
        "Cancelled - hospice; Cancelled - pt no longer living in area; deadline missed",
        "Cancelled - ripped pants; Cancelled; No show; falleció su mamá; Cancelada - murió su padre",
        "muerte de un familiar; fallecimiento familiar; funeral de su tía; falleció el padre de la paciente",
        "mamá de paciente falleció; murió el perro; Cancelled - bereavement",
        "Cancelled - pt family passed; Cancelled - pt passed a kidney stone 2 days ago; pt passed only one test",
        "Cancelled - passed over to Dr Kim; pt passed on early slot; Cancelled - pt passing through town",
        "auth for pt expired 2 days ago; Cancelled - deadline passed last week; Cancelled - mother's DOD 11/2",
        "Cancelled - therapist no longer with us; Cancelled - PT no longer with us; mother of pt no longer with us",
    ],
)
def test_the_end_of_somebody_or_something_else_is_no_death_of_the_patient(texts: str) -> None:
    read = {text: (tells_of_death(text), READ(text) == "deceased") for text in texts.split("; ")}
    assert read == dict.fromkeys(read, (False, False))


def test_a_visit_that_was_held_before_the_patient_died_counts_and_one_that_was_missed_by_death_does_not() -> None:
    assert READ("Completed - deceased 3/4") == READ("Checked out (pt passed away 3/9)") == "completed"
    assert READ("Discharged - deceased") == READ("No show - patient deceased") == "deceased"


@pytest.mark.parametrize(
    "texts",
    [
        "Cancelled - death in family; CX: falleció su mamá; Cancelled - bereavement; Cancelled - mother passed",
        "CX - pt passed before appt; Cancelled - in hospice, passing soon; Cancelled - hospice; CX - expired 11/2",
        "Cancelled - PT no longer with us; Cancelled - DOD; No show - death in family; NS - mother passed away",
    ],
)
def test_a_reason_that_may_name_a_death_is_answered_by_no_letter(texts: str) -> None:
    assert {READ(text) for text in texts.split("; ")} == {"rescheduled"}


def test_what_has_expired_of_another_thing_is_a_cancellation_like_any_other() -> None:
    assert READ("Cancelled - auth expired") == READ("CX - referral expired 11/2") == "cancelled"


def test_who_has_died_by_the_status_of_one_row_has_in_all_and_a_clinics_own_word_means_what_it_says() -> None:
    statuses = ["Scheduled", "Completed (pt deceased)", "RIP list", "Gone home"]
    columns = {
        "appointment_id": ["1", "2", "3", "4"], "patient_id": ["1", "1", "2", "3"],
        "first_name": ["Ed", "Ed", "Al", "Bo"], "start": ["2026-03-04 09:30:00"] * 4, "status": statuses,
    }  # fmt: skip
    table = TextTable("main", "a.csv", "", columns, [2, 3, 4, 5], {name: name for name in columns})
    own = {"rip list": "booked", "gone home": "deceased"}
    found, problems = normalize(table, ValueRules("America/Los_Angeles", statuses=own))
    assert [(one.status, one.died) for one in found] == [
        ("booked", "2026-03-04"), ("completed", "2026-03-04"), ("booked", ""), ("deceased", "2026-03-04"),
    ]  # fmt: skip
    assert [(one.row, one.value, one.set_aside) for one in problems if one.what == DIED_BY_STATUS] == [
        (3, "Completed (pt deceased)", False), (5, "Gone home", False),
    ]  # fmt: skip


def test_who_came_two_months_after_a_visit_was_called_off_for_a_death_has_not_died() -> None:
    days = {"1": ("01-05", "03-05"), "2": ("01-05", "03-06")}
    rows = [(number, f"2026-{day} 09:30:00") for number, both in days.items() for day in both]
    columns = {
        "appointment_id": ["1", "2", "3", "4"], "patient_id": [number for number, _ in rows],
        "first_name": ["Ed", "Ed", "Al", "Al"], "start": [start for _, start in rows],
        "status": ["Cancelled - death", "Completed"] * 2,
    }  # fmt: skip
    table = TextTable("main", "a.csv", "", columns, [2, 3, 4, 5], {name: name for name in columns})
    found, problems = normalize(table, ValueRules("America/Los_Angeles"))
    assert [one.died for one in found] == ["2026-01-05", "2026-01-05", "", ""]
    assert [one.row for one in problems if one.what == DIED_BY_STATUS] == [2]


def said_of(read: object) -> str:
    """Whether a name or title is a death, a question, or neither."""
    return "" if not isinstance(read, Doubt) else "died" if read.what == DIED_BY_NAME else read.what


MAY_BE = "A note beside the name may say that the patient has died; letters to this patient go on."


@pytest.mark.parametrize(
    ("said", "titles"),
    [
        ("died", "PT - Anna Kent (deceased); Anna Kent - pt passed away; Anna Kent DECEASED; DECEASED - Anna Kent"),
        ("died", "Anna Kent (died 3/2); Anna Kent [RIP]; RIP Anna Kent; Anna Kent - fallecida; anna kent deceased"),
        (
            "died",
            "Anna Kent - patient passed; Kent, Anna - died; Estate of Gil Kent; Kent, Ed (Deceased); Ed Kent \u2020",
        ),
        (MAY_BE, "Anna Kent (PT expired 11/30); Anna Kent - landlord deceased; Anna Kent - wife says pt died"),
        (MAY_BE, "Anna Kent passed away; Anna Kent - deceased donor graft"),
        ("", "PT - Anna Kent (car died); Anna Kent - dog passed away, call; Anna Kent - MIL passed away"),
        ("", "Anna Kent - mother-in-law passed away; Anna Kent - friend died; Anna Kent - hearing aid battery died"),
        ("", "Anna Kent - Rx for PT expired; Anna Kent - pt passed MMI test; Anna Kent - Client passed FCE"),
        ("", "Anna Kent - passed on Thursday slot; Anna Kent - kidney stone passed on 3/4; Anna Kent phone died"),
        ("", "Anna Kent - RIP current session; Anna Kent - RIP grandma; Anna Kent, nephew passed away"),
        ("", "Anna Kent - deceased wife's slot; Death Valley trip - Anna Kent"),
    ],
)
def test_a_title_notes_a_death_where_the_note_stands_alone_or_right_beside_the_name(said: str, titles: str) -> None:
    read = {title: said_of(note_of_death(title)) for title in titles.split("; ")}
    assert read == dict.fromkeys(read, said)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        (
            "died",
            "Kent, Ed died 3/4|Kent, Ed passed away 3/2|Kent, Ed (fallecido)|Kent, Ed - client passed|Ed Kent died|"
            "Kent, Ed (DOD 11/2/26)",
        ),
        (MAY_BE, "Kent, Ed (PT expired 11/30)|Kent, Ed (pt passed 2 days ago)|Kent, Ed (patient no longer with us)"),
        ("", "Kent, Ed (dog died)|Nicol\u221a\u2020, Ed|Kent, Ed (MIL deceased)|Kent, Ed (friend died)|Death, Ed"),
    ],
)
def test_a_note_in_the_cell_of_a_name_is_the_patients_death_or_a_question_or_neither(said: str, names: str) -> None:
    for name in names.split("|"):
        read = read_name(name)
        assert (said_of(read), (read.value if isinstance(read, Doubt) else read).first) == (said, "Ed"), name
