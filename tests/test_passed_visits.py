"""A visit keeps its number and is another patient's: it was booked under a wrong chart, or its chart was replaced."""

import pytest
from hand_written_clinic import Clinic, Row, appointment

from jobs.clinic.events import Seen, events_of_new_patient
from jobs.clinic.letter_life import OF_OTHER_CHART, PASSED_ON
from jobs.clinic.planning import TOO_LATE_TO_REMIND
from jobs.runner.run import FINE

WITHDRAWN = ("withdrawn", PASSED_ON)
TOLD = ("withdrawn", "this letter was sent to the same address when the appointment was in another chart")
SENT = ("sent", "")


def visit(patient: str, start: str = "2026-03-12 10:00", status: str = "booked", **more: str) -> Row:
    return appointment(patient, start, status, appointment_id=f"N-{start}", booked_at="2026-03-02 09:00", **more)


def days(clinic: Clinic, *moments: str) -> None:
    for moment in moments:
        assert clinic.pull(f"2026-{moment}").code == FINE
        assert clinic.send(f"2026-{moment[:-1]}5").code == FINE


def given(clinic: Clinic, day: str, *rows: Row) -> None:
    """What the export of a morning says."""
    clinic.export(*rows)
    days(clinic, f"{day} 09:30")


def counts(clinic: Clinic) -> list[int]:
    return [clinic.ask(f"SELECT COUNT(*) FROM {table}")[0] for table in ("appointments", "events", "letters")]  # noqa: S608


def test_the_patient_who_has_the_visit_now_is_welcomed_and_reminded_and_the_former_one_no_more(clinic: Clinic) -> None:
    given(clinic, "03-02", visit("Wrong"))
    given(clinic, "03-03", visit("Wrong"))
    clinic.export(visit("Right"))
    pulled = clinic.pull("2026-03-04 09:30").counts
    assert pulled["appointments given to another patient"] == 1
    before = counts(clinic)
    days(clinic, "03-04 10:30")
    assert counts(clinic)[:2] == before[:2]
    for day in ("03-05", "03-10", "03-11"):
        given(clinic, day, visit("Right"))
    assert (clinic.fates("Wrong", "welcome"), clinic.fates("Wrong", "reminder")) == ([SENT], [WITHDRAWN])
    assert (clinic.fates("Right", "welcome"), clinic.fates("Right", "reminder")) == ([SENT], [SENT])
    due = clinic.ask("SELECT due_at FROM letters WHERE state = 'sent' AND rule = 'reminder'")
    assert due == ["2026-03-10T16:00:00Z"]


def test_after_a_visit_under_a_wrong_chart_the_right_patient_is_thanked(clinic: Clinic) -> None:
    evaluation = ("2026-03-03 16:00", "completed")
    given(clinic, "03-03", visit("Wrong", evaluation[0], type="PT Initial Evaluation"))
    given(clinic, "03-04", visit("Wrong", *evaluation, type="PT Initial Evaluation"))
    given(clinic, "03-05", visit("Right", *evaluation, type="PT Initial Evaluation"))
    assert (clinic.fates("Wrong", "after_evaluation"), clinic.fates("Right", "after_evaluation")) == ([SENT], [SENT])


def test_a_visit_that_passes_on_and_back_again_is_reminded_of_once(clinic: Clinic) -> None:
    for day, patient in (("03-02", "Ada"), ("03-03", "Ben"), ("03-04", "Cora"), ("03-05", "Ben"), ("03-06", "Ada")):
        given(clinic, day, visit(patient))
    assert clinic.fates("Ada", "reminder") == [("ready", "")]
    days(clinic, "03-10 09:30")
    fates = {patient: clinic.fates(patient, "reminder") for patient in ("Ada", "Ben", "Cora")}
    assert fates == {"Ada": [SENT], "Ben": [WITHDRAWN], "Cora": [WITHDRAWN]}


def test_a_chart_that_was_replaced_brings_no_second_letter_and_is_joined_and_parted_whenever_somebody_says_so(
    clinic: Clinic,
) -> None:
    first = "2026-03-03 09:00"
    old = {"last_name": "Tate", "email": "hugo@patient.example"}
    new = old | {"last_name": "Kent", "patient_id": "P2"}
    given(clinic, "03-02", *(visit("Hugo", start, **old) for start in (first, "2026-03-12 10:00", "2026-03-19 10:00")))
    given(clinic, "03-10", visit("Hugo", first, "completed", **old), visit("Hugo", **old),
          visit("Hugo", "2026-03-19 10:00", **old))  # fmt: skip
    rows = visit("Hugo", first, "completed", **new), visit("Hugo", **new), visit("Hugo", "2026-03-19 10:00", **new)
    given(clinic, "03-11", *rows)  # the reminder of the 12th has left
    one, other = clinic.ask("SELECT id FROM patients ORDER BY id")
    query = "SELECT state, reason FROM letters WHERE patient_id = ? AND rule = 'reminder'"
    assert {*clinic.ask(query, other)} == {("withdrawn", TOO_LATE_TO_REMIND), TOLD, ("planned", "")}
    given(clinic, "03-17", *rows)
    assert clinic.ask("SELECT COUNT(*) FROM letters WHERE state = 'sent' AND rule = 'reminder'") == [2]
    assert clinic.ask("SELECT COUNT(*) FROM letters WHERE state = 'sent' AND rule = 'welcome'") == [0]
    said = clinic.command("patients", "same", str(one), str(other), moment="2026-03-17 12:00")
    assert said.exit_code == 0, said.output
    rows[1]["status"] = "completed"
    given(clinic, "03-18", *rows)
    assert clinic.ask("SELECT COUNT(*) FROM letters WHERE state = 'sent' AND rule = 'reminder'") == [2]
    said = clinic.command("patients", "apart", str(one), str(other), moment="2026-03-18 12:00")
    assert said.exit_code == 0, said.output
    given(clinic, "03-19", *rows)
    assert clinic.ask("SELECT COUNT(*) FROM letters WHERE state = 'sent' AND rule = 'reminder'") == [2]
    assert set(clinic.ask("SELECT patient_id FROM appointments")) == {other}


@pytest.mark.parametrize("last_name", ["Fictional", "Fictional-Kent"])
def test_a_chart_that_is_merged_into_another_one_leaves_the_reminder_as_it_was(clinic: Clinic, last_name: str) -> None:
    given(clinic, "03-02", visit("Ada"))
    given(clinic, "03-06", visit("Ada", patient_id="P900", last_name=last_name))
    days(clinic, "03-10 09:30", "03-11 09:30")
    left = clinic.ask("SELECT due_at FROM letters WHERE state = 'sent' AND rule = 'reminder'")
    assert left == ["2026-03-10T16:00:00Z"]


@pytest.mark.parametrize("dropped", [False, True])
def test_of_two_charts_that_called_for_letters_about_one_visit_one_of_each_leaves_when_they_are_one_patient(
    clinic: Clinic, dropped: bool
) -> None:
    evaluation = ("2026-03-03 16:00", "completed")
    kind = {"type": "PT Initial Evaluation"}
    given(clinic, "03-03", visit("Hugo", evaluation[0], **kind))
    given(clinic, "03-04", visit("Hugo", *evaluation, **kind), visit("Hugo", **kind))
    other_chart = kind | {"patient_id": "P2", "last_name": "Kent", "email": "other@patient.example"}
    rows = visit("Hugo", *evaluation, **other_chart), visit("Hugo", **other_chart)
    clinic.export(*rows)
    days(clinic, "03-04 20:00")
    one, other = clinic.ask("SELECT id FROM patients ORDER BY id")
    if dropped:
        [former] = clinic.ask("SELECT id FROM letters WHERE rule = 'lapsed' AND patient_id = ?", other)
        words = "outbox", "drop", str(former), "--who", "Ann", "--reason", "no"
        said = clinic.command(*words, moment="2026-03-04 21:00")
        assert said.exit_code == 0, said.output
    said = clinic.command("patients", "same", str(one), str(other), moment="2026-03-05 08:10")
    assert said.exit_code == 0, said.output
    doubled = "SELECT rule FROM letters WHERE state IN ('planned', 'ready') GROUP BY rule, event_id HAVING COUNT(*) > 1"
    doubled = doubled.replace("event_id", "(SELECT appointment_id FROM events WHERE events.id = event_id)")
    assert clinic.ask(doubled) == []
    days(clinic, "03-05 09:30", "03-06 09:30")
    assert clinic.ask(doubled) == []
    assert sorted(clinic.fates("Hugo", "after_evaluation")) == [SENT, ("withdrawn", OF_OTHER_CHART)]
    assert [state for state, _ in clinic.fates("Hugo", "lapsed")].count("planned") == (not dropped)
    assert OF_OTHER_CHART in " ".join(clinic.command("why", str(one), moment="2026-03-06 10:00").output.split())
    given(clinic, "03-10", *rows)
    given(clinic, "03-11", *rows)
    assert clinic.fates("Hugo", "reminder").count(SENT) == 1


def test_what_a_join_withdrew_comes_back_to_the_chart_that_has_the_visit_when_they_are_two_after_all(
    clinic: Clinic,
) -> None:
    given(clinic, "03-02", visit("Hugo"))
    row = visit("Hugo", patient_id="P2", last_name="Kent", email="other@patient.example")
    clinic.export(row)
    days(clinic, "03-04 20:00")
    one, other = map(str, clinic.ask("SELECT id FROM patients ORDER BY id"))
    for word, moment in (("same", "2026-03-05 08:10"), ("apart", "2026-03-05 08:20")):
        said = clinic.command("patients", word, one, other, moment=moment)
        assert said.exit_code == 0, said.output
    for day in ("03-06", "03-10", "03-11"):
        given(clinic, day, row)
    query = "SELECT patient_id FROM letters WHERE state = 'sent' AND rule = 'reminder'"
    assert clinic.ask(query) == [int(other)]


def test_of_two_at_one_address_the_visit_counts_as_booked_when_it_was() -> None:
    seen = Seen("2026-03-12T17:00:00Z", "booked", "", "2026-03-02T17:00:00Z", "")
    now = "2026-03-09T17:00:00Z"
    assert list(events_of_new_patient(seen, now)) == [("booked", now)]
    assert list(events_of_new_patient(seen, now, at_one_address=True)) == [("booked", seen.booked_at)]
