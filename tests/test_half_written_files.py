"""A text export that ends in the middle of its last line: what was cut off is never believed."""

import os
import time

import pytest
from hand_written_clinic import Clinic

from jobs.runner.run import FINE
from jobs.sources.last_line import ENDED, OPEN, UNKNOWN, settle_last_line

MOMENT, LATER = "2026-03-04 07:00", "2026-03-04 08:00"
HEADER = "appointment_id,first_name,last_name,start,status,email"
LINES = [f"A{n},Ann{n},Fictional,2026-03-1{n} 09:00,booked,ann{n}@patient.example" for n in range(1, 4)]
WHOLE = "\n".join([HEADER, *LINES]) + "\n"
CUT = WHOLE[:-4]  # ann3@patient.exam
OPEN_LINE = "The last line, 4, has no end yet; it is read once nobody has changed the file for some minutes."
CUT_LINE = "The file breaks off in its last line, 4, which is left out. Export it again."


def put(clinic: Clinic, text: str, minutes_ago: float, name: str = "export.csv") -> None:
    path = clinic.home / "exports" / name
    path.write_text(text, "utf-8")
    os.utime(path, (time.time() - 60 * minutes_ago,) * 2)


def emails(clinic: Clinic) -> list[str]:
    return clinic.ask("SELECT email FROM patients ORDER BY first_name")


def told(clinic: Clinic) -> list[str]:
    return clinic.ask("SELECT what FROM problems")


FIRST_TWO = ["ann1@patient.example", "ann2@patient.example"]
ALL = [*FIRST_TWO, "ann3@patient.example"]


def test_half_an_address_in_a_file_that_just_changed_is_waited_for(clinic: Clinic) -> None:
    put(clinic, CUT, 1)
    ran = clinic.pull(MOMENT)
    assert (ran.code, emails(clinic), told(clinic)) == (FINE, FIRST_TWO, [OPEN_LINE])
    assert ran.outcome.notes == (f"export: {OPEN_LINE}",)
    put(clinic, WHOLE, 0)
    clinic.pull(LATER)
    assert (emails(clinic), told(clinic)) == (ALL, [])


def test_nothing_counts_as_gone_while_the_end_of_the_file_is_waited_for(clinic: Clinic) -> None:
    put(clinic, WHOLE, 60)
    clinic.pull(MOMENT)
    put(clinic, WHOLE[: len(HEADER) + 20], 1)
    clinic.pull(LATER)
    assert clinic.ask("SELECT DISTINCT status FROM appointments") == ["booked"]


def test_an_export_that_never_ends_its_last_line_is_read_whole_a_little_later(clinic: Clinic) -> None:
    put(clinic, WHOLE.rstrip(), 1)
    clinic.pull(MOMENT)
    assert (emails(clinic), told(clinic)) == (FIRST_TWO, [OPEN_LINE])
    path = clinic.home / "exports" / "export.csv"
    os.utime(path, (time.time() - 180,) * 2)
    clinic.pull(LATER)
    assert (emails(clinic), told(clinic)) == (ALL, [])


def test_a_file_that_broke_off_for_good_is_known_by_those_before_it(clinic: Clinic) -> None:
    put(clinic, WHOLE.replace("ann3", "old3"), 120, "export-2026-03-03.csv")
    clinic.pull(MOMENT)
    put(clinic, CUT, 60, "export-2026-03-04.csv")
    clinic.pull(LATER)
    assert emails(clinic) == [*FIRST_TWO, "old3@patient.example"]
    assert told(clinic) == [CUT_LINE]
    assert clinic.ask("SELECT DISTINCT status FROM appointments") == ["booked"]


def test_half_an_address_in_the_patients_file_is_waited_for_too(clinic: Clinic) -> None:
    visits = "appointment_id,patient_id,start,status\nA1,P1,2026-03-11 09:00,booked\nA2,P2,2026-03-12 09:00,booked\n"
    patients = "patient_id,first_name,last_name,email\nP1,Ann,Fictional,ann@patient.example\nP2,Bo,Fictional,bo@pat"
    clinic.read_from("{name: export, path: exports/visits.csv, join: {path: exports/patients.csv}}")
    put(clinic, visits, 60, "visits.csv")
    put(clinic, patients, 1, "patients.csv")
    clinic.pull(MOMENT)
    assert clinic.ask("SELECT email FROM patients ORDER BY key") == ["ann@patient.example", ""]
    put(clinic, f"{patients}ient.example\n", 1, "patients.csv")
    clinic.pull(LATER)
    assert clinic.ask("SELECT email FROM patients ORDER BY key") == ["ann@patient.example", "bo@patient.example"]


FOUR = b"a,b,c,d\n1,2,3,4\n5,6,7,8"


@pytest.mark.parametrize(
    ("data", "just_changed", "before", "kept", "ending"),
    [
        (FOUR + b"\n", True, OPEN, FOUR + b"\n", ENDED),
        (FOUR, True, OPEN, FOUR[:16], OPEN),  # it may go on
        (FOUR, False, UNKNOWN, FOUR, OPEN),  # so do many exports end
        (FOUR, False, OPEN, FOUR, OPEN),
        (FOUR, False, ENDED, FOUR[:16], OPEN),
        (FOUR[:-2], False, OPEN, FOUR[:16], OPEN),  # fewer cells than the others
        (b'a,b,c\n"1,5",2,"3,7"\n4,5,6', False, UNKNOWN, b'a,b,c\n"1,5",2,"3,7"\n4,5,6', OPEN),
        (b"a,b,c\n1,2\n4,5", False, UNKNOWN, b"a,b,c\n1,2\n4,5", OPEN),  # the others have as few
        (FOUR + b"\nPrinted today", False, ENDED, FOUR + b"\nPrinted today", OPEN),
        (b"a,b,c,d", True, UNKNOWN, b"a,b,c,d", UNKNOWN),
        (FOUR.decode().encode("utf-16"), True, UNKNOWN, FOUR[:16].decode().encode("utf-16"), UNKNOWN),
        ((FOUR.decode() + "\r\n").encode("utf-16"), True, UNKNOWN, (FOUR.decode() + "\r\n").encode("utf-16"), ENDED),
    ],
)
def test_a_last_line_counts_where_nothing_says_that_it_is_cut_off(
    data: bytes, just_changed: bool, before: int, kept: bytes, ending: int
) -> None:
    text = settle_last_line(data, just_changed, before)
    assert (text.data, text.ending, bool(text.left_out)) == (kept, ending, kept != data)
    assert text.is_settled == (not (just_changed and kept != data))
