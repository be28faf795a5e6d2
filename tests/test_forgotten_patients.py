"""A patient who wants to be forgotten: what the pages for the office manager and for IT promise."""

from hand_written_clinic import Clinic, appointment

from jobs.runner.run import FINE

PATIENT = "SELECT first_name, last_name, email, birth_date FROM patients WHERE key = 'Tess'"


def test_what_is_written_over_a_chart_is_written_over_the_patient_who_gets_no_letter_any_more(clinic: Clinic) -> None:
    known = {"birth_date": "1980-01-02"}
    visits = [
        appointment("Tess", "2026-03-03 09:00", **known),
        appointment("Tess", "2026-03-12 10:00", "booked", **known),
    ]
    clinic.export(*visits)
    assert (clinic.pull("2026-03-04 07:00").code, clinic.send("2026-03-04 09:05").code) == (FINE, FINE)
    clinic.command("stop", "tess@patient.example", "--reason", "wants to be forgotten", moment="2026-03-04 10:00")
    emptied = {"first_name": "", "last_name": "", "email": "", "birth_date": ""}
    clinic.export(*(row | emptied for row in visits))
    clinic.pull("2026-03-04 11:00")
    assert clinic.ask(PATIENT) == [("Tess", "Fictional", "tess@patient.example", "1980-01-02")]
    other = {
        "first_name": "Removed",
        "last_name": "Patient",
        "email": "removed@example.com",
        "birth_date": "1900-01-01",
    }
    clinic.export(*(row | other for row in visits))
    clinic.pull("2026-03-04 12:00")
    assert clinic.ask(PATIENT) == [("Removed", "Patient", "removed@example.com", "1900-01-01")]
    assert clinic.send("2026-03-10 09:05").counts == {"letters withdrawn": 1}
    assert clinic.fates("Removed", "reminder")[-1] == ("withdrawn", "letters to this patient or address are stopped")
    assert "no letters any more, because: wants to be forgotten" in clinic.command("why", "removed@example.com").output
