"""`allow`: one answer is for one thing. It wakes no dead, ends nobody else's no, and vouches for an address only when
told to."""

import pytest
from hand_written_clinic import Clinic, Row, appointment

from jobs.clinic.addresses import TOO_MANY_HAVE_IT

HOME, HOUSE = "desk@home.example", "house@patient.example"
SOON = "2026-03-06 10:00"


def visit(name: str, email: str, start: str = SOON, status: str = "booked") -> Row:
    return appointment(name, start, status, email=email, booked_at="2026-02-20 10:00")


def residents(count: int = 21) -> list[Row]:
    return [visit(f"Pat{number:02}", HOME) for number in range(count)]


def stop(clinic: Clinic, address: str, moment: str) -> None:
    assert clinic.command("stop", address, "--reason", "asked", "--who", "Ann", moment=moment).exit_code == 0


def allow(clinic: Clinic, *words: str, moment: str = "2026-03-04 09:10") -> tuple[int, str]:
    said = clinic.command("allow", *words, "--reason", "asked again", "--who", "Ann", moment=moment)
    return said.exit_code, said.output


def day(clinic: Clinic) -> None:
    """What remains of the fourth of March: a pull, and letters for the visits of the sixth."""
    clinic.pull("2026-03-04 09:20")
    clinic.send("2026-03-04 09:30")


def reminder(clinic: Clinic, name: str) -> str:
    return str(clinic.fates(name, "reminder")[0][0])


def welcome(clinic: Clinic, name: str) -> str:
    """It says day and hour, and leaves instead of the reminder of the same visit."""
    return str(clinic.fates(name, "welcome")[0][0])


def the_dead(clinic: Clinic) -> list[str]:
    return clinic.ask("SELECT first_name FROM patients WHERE died = 'yes' ORDER BY 1")


def test_who_vouches_for_a_home_brings_back_nobody_who_has_died_there(clinic: Clinic) -> None:
    clinic.export(*residents(), visit("Ed", HOME, "2026-02-10 10:00", "deceased"), visit("Ed", HOME))
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    code, told = allow(clinic, HOME, "--shared")
    assert (code, told) == (
        0,
        f"22 patients have {HOME}; the letters of each of them go there from now on. Who has died or said no gets "
        "none.\n",
    )
    day(clinic)
    assert the_dead(clinic) == ["Ed"]
    assert (reminder(clinic, "Ed"), reminder(clinic, "Pat00")) == ("withdrawn", "sent")


def test_who_vouches_for_a_home_ends_no_residents_own_no(clinic: Clinic) -> None:
    """She said it at her own address, and moved to the home."""
    clinic.export(visit("Mia", "mia@patient.example"))
    clinic.pull("2026-03-01 08:45")
    stop(clinic, "mia@patient.example", "2026-03-01 09:00")
    clinic.export(*residents(), visit("Mia", HOME))
    clinic.pull("2026-03-04 08:45")
    for words in ((HOME,), (HOME, "--shared")):
        code, told = allow(clinic, *words)
    assert code == 0
    day(clinic)
    assert (reminder(clinic, "Mia"), reminder(clinic, "Pat00")) == ("withdrawn", "sent")
    assert allow(clinic, "1", moment="2026-03-04 10:00") == (
        0,
        "2026-03-01 09:00: no letters any more, because: asked (Ann).\n"
        "No. 1 gets letters again. What was withdrawn meanwhile is not sent any more.\n",
    )


def test_of_a_house_the_address_is_answered_and_who_said_no_is_named(clinic: Clinic) -> None:
    clinic.export(visit("Mia", "mia@patient.example"), visit("Otto", HOUSE))
    clinic.pull("2026-03-01 08:45")
    stop(clinic, "mia@patient.example", "2026-03-01 09:00")
    clinic.export(visit("Mia", HOUSE), visit("Otto", HOUSE))
    clinic.pull("2026-03-02 08:45")
    assert allow(clinic, HOUSE) == (
        2,
        f"{HOUSE} is not stopped; nothing was changed.\n"
        "But no letter goes to who said no: no. 1. To answer that of one: run_jobs.py allow NO.\n",
    )
    stop(clinic, HOUSE, "2026-03-02 09:00")
    assert allow(clinic, "1")[1].endswith(f"But the address is stopped. To answer that: run_jobs.py allow {HOUSE}.\n")
    assert allow(clinic, HOUSE)[0] == 0
    day(clinic)
    assert (welcome(clinic, "Mia"), welcome(clinic, "Otto")) == ("sent", "sent")


def test_a_death_by_slip_is_taken_back_where_a_former_address_is_stopped(clinic: Clinic) -> None:
    """One command for each thing: that he lives, and that he wants letters again."""
    clinic.export(visit("Ed", "ed@former.example"))
    clinic.pull("2026-03-01 08:00")
    stop(clinic, "ed@former.example", "2026-03-01 09:00")
    for moment, status in (("2026-03-02 08:00", "deceased"), ("2026-03-03 08:00", "booked")):
        clinic.export(visit("Ed", "ed@patient.example", status=status))
        clinic.pull(moment)
    code, told = allow(clinic, "1", "--alive")
    assert (code, the_dead(clinic)) == (0, [])
    assert told.endswith("But no letter goes to who said no: no. 1. To answer that of one: run_jobs.py allow NO.\n")
    assert allow(clinic, "1") == (
        0,
        "2026-03-01 09:00: no letters any more, because: asked (Ann).\n"
        "No. 1 gets letters again. What was withdrawn meanwhile is not sent any more.\n",
    )
    day(clinic)
    assert welcome(clinic, "Ed") == "sent"


def test_of_several_who_have_died_at_one_address_a_number_says_who_is_alive(clinic: Clinic) -> None:
    clinic.export(*(visit(name, HOUSE, status="deceased") for name in ("Ed", "Kent")), visit("Ann", HOUSE))
    clinic.pull("2026-03-04 08:45")
    assert allow(clinic, HOUSE, "--alive") == (
        2,
        "By a name or a status have died: no. 1, no. 2. Say who is alive: run_jobs.py allow NO --alive.\n",
    )
    assert allow(clinic, "3", "--alive") == (2, "No. 3 is called dead by no name and no status; nothing was changed.\n")
    assert allow(clinic, "2", "--alive")[0] == 0
    assert the_dead(clinic) == ["Ed"]


def test_letters_that_reach_an_address_again_do_not_vouch_for_a_crowd_there(clinic: Clinic) -> None:
    """A bounce was answered when two had it; later it is typed for everybody without one, and asked about."""
    clinic.export(*residents(2))
    clinic.pull("2026-03-02 08:45")
    stop(clinic, HOME, "2026-03-02 09:00")
    assert allow(clinic, HOME, moment="2026-03-02 09:10")[0] == 0
    clinic.export(*residents())
    clinic.pull("2026-03-04 08:45")
    stop(clinic, HOME, "2026-03-04 09:00")
    told = (
        f"But 21 patients have this address, and no letter goes there. If it is right, as that of a home: run_jobs.py "
        f"allow {HOME} --shared.\n"
    )
    for code in (0, 2):
        said = allow(clinic, HOME)
        assert said[0] == code and said[1].endswith(told)
    day(clinic)
    assert clinic.fates("Pat00", "reminder") == [("planned", TOO_MANY_HAVE_IT)]
    assert "more than 20 patients" in clinic.command("status", moment="2026-03-04 10:00").output


def test_a_home_that_is_stopped_stays_so_when_it_is_vouched_for(clinic: Clinic) -> None:
    clinic.export(*residents())
    clinic.pull("2026-03-04 08:45")
    stop(clinic, HOME, "2026-03-04 09:00")
    told = f"But the address is stopped. To answer that: run_jobs.py allow {HOME}.\n"
    assert allow(clinic, "21", "--shared")[1].endswith(told)
    assert allow(clinic, HOME, "--shared") == (2, f"{HOME} needs no such word; nothing was changed.\n")
    day(clinic)
    assert reminder(clinic, "Pat00") == "withdrawn"
    why = clinic.command("why", "21", moment="2026-03-04 10:00").output
    assert "2026-03-04 09:10: the address is right, though very many have it, because: asked again (Ann)." in why


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["99"], "There is no patient no. 99.\n"),
        (["--alive"], "Name an address or a patient's number, or use --refused-since."),
        ([HOME, "--alive", "--shared"], "Use one of --alive, --shared and --refused-since."),
        (["--shared", "--refused-since", "2026-03-04"], "Use one of --alive, --shared and --refused-since."),
    ],
)
def test_what_means_nobody_or_two_things_is_answered_with_what_is_meant(
    clinic: Clinic, words: list[str], told: str
) -> None:
    code, said = allow(clinic, *words)
    assert code == 2 and told in said
