"""Addresses that are no patient's: the clinic's own, typed where there is none, and one that very many have."""

import pytest
from hand_written_clinic import Clinic, Row, appointment

from jobs.clinic.addresses import MOST_AT_ONE, OWN, TOO_MANY_HAVE_IT
from jobs.runner.run import FINE

WRONG = "This is the clinic's own address, not the patient's; it is not used."


def visit(name: str, email: str, **more: str) -> Row:
    return appointment(name, "2026-03-06 09:00", "booked", email=email, booked_at="2026-02-20 09:00", **more)


def reminded(clinic: Clinic) -> list[str]:
    return sorted(name for name, rule in clinic.in_state("sent") if rule == "reminder")


def days(clinic: Clinic, *moments: str) -> None:
    for moment in moments:
        assert clinic.pull(f"2026-{moment}").code == FINE
        assert clinic.send(f"2026-{moment[:-1]}5").code == FINE


def test_no_letter_goes_to_the_clinic_itself_and_the_row_is_named_with_its_remedy(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", 'it_email: ""', "it_email: it@helpers.example")
    typed = {"Ann": "Front-Desk@lakeside.example", "Bea": "hello+bea@lakeside.example", "Cal": "it@helpers.example",
             "Dee": "dee.doe@lakeside.example", "Eve": "info@helpers.example"}  # fmt: skip
    clinic.export(*(visit(name, email) for name, email in typed.items()))
    days(clinic, "03-04 09:00")
    assert reminded(clinic) == ["Dee", "Eve"]  # somebody who works there, and another firm's desk
    assert clinic.fates("Ann", "reminder") == [("planned", "no e-mail address is known yet")]
    assert clinic.ask("SELECT row, what FROM problems ORDER BY row") == [(row, WRONG) for row in (2, 3, 4)]
    told = " ".join(clinic.command("why", "Ann Fictional", moment="2026-03-04 10:00").output.split())
    assert (
        f'exports/appointments.csv (export), E2: "Front-Desk@lakeside.example". {WRONG} Write the patient\'s own '
        "address in the practice system, or leave the field empty, and export again." in told
    )
    assert WRONG not in clinic.command("why", "Dee Fictional", moment="2026-03-04 10:00").output
    assert clinic.ask("SELECT COUNT(*) FROM appointments WHERE status = 'booked'") == [5]
    clinic.export(*(visit(name, "" if name == "Bea" else f"{name}@patient.example") for name in typed))
    days(clinic, "03-04 11:00")
    assert reminded(clinic) == ["Ann", "Cal", "Dee", "Eve"]
    assert clinic.ask("SELECT what FROM problems") == []


def test_an_address_that_was_known_before_it_was_the_clinics_gets_no_letter_either(clinic: Clinic) -> None:
    clinic.export(visit("Ann", "desk.of.two@lake.example"), visit("Bea", "bea@patient.example"))
    assert clinic.pull("2026-03-03 09:00").code == FINE
    clinic.edit("config/clinic.yaml", 'reply_to: ""', "reply_to: desk.of.two@lake.example")
    days(clinic, "03-04 09:00")  # a row is read again, as it means something else now
    assert reminded(clinic) == ["Bea"]
    assert clinic.fates("Ann", "reminder") == [("planned", OWN)]
    assert clinic.ask("SELECT row, what FROM problems") == [(2, WRONG)]
    changed = clinic.ask("SELECT * FROM problems"), clinic.ask("SELECT * FROM patients")
    days(clinic, "03-04 10:00")
    assert changed == (clinic.ask("SELECT * FROM problems"), clinic.ask("SELECT * FROM patients"))
    clinic.send("2026-03-06 08:00")
    assert clinic.fates("Ann", "reminder") == [("withdrawn", OWN)]


def test_patients_without_a_number_are_not_one_because_the_clinics_address_was_typed_for_each(clinic: Clinic) -> None:
    rows = [visit("Ann", "info@lakeside.example", patient_id="", last_name=last, appointment_id=last)
            for last in ("Fictional", "Invented")]  # fmt: skip
    clinic.export(*rows)
    clinic.pull("2026-03-04 09:00")
    assert clinic.ask("SELECT last_name FROM patients WHERE same_as = 0 ORDER BY 1") == ["Fictional", "Invented"]


@pytest.mark.parametrize(("count", "sent"), [(MOST_AT_ONE, MOST_AT_ONE), (MOST_AT_ONE + 1, 0)])
def test_an_address_that_very_many_have_is_nobodys_own_until_a_person_says_so(
    clinic: Clinic, count: int, sent: int
) -> None:
    clinic.export(*(visit(f"Pat{number}", "patient@gmail.com") for number in range(count)))
    days(clinic, "03-04 09:00")
    assert len(reminded(clinic)) == sent
    told = clinic.command("problems", moment="2026-03-04 10:00").output
    status = " ".join(clinic.command("status", moment="2026-03-04 10:00").output.split())
    number = clinic.ask("SELECT MAX(id) FROM patients")[0]
    again = clinic.command("allow", str(number), "--shared", "--reason", "a home", moment="2026-03-04 10:00")
    if sent:
        assert "more than 20" not in f"{told}{status}"
        assert again.exit_code == 2
        return
    assert clinic.fates("Pat0", "reminder") == [("planned", TOO_MANY_HAVE_IT)]
    assert "No letter goes to an address that more than 20 patients have:" in told and "patient@" not in told
    assert f"(21 patients, such as no. {number})" in status and f"run_jobs.py allow {number} --shared." in status
    assert again.output == (
        "21 patients have patient@gmail.com; the letters of each of them go there from now on. Who has died or said no "
        "gets none.\n"
    )
    days(clinic, "03-04 11:00")
    assert len(reminded(clinic)) == count
    assert "more than 20" not in clinic.command("problems", moment="2026-03-04 12:00").output
