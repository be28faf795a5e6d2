"""`outbox`: what waits for a person is listed without names, shown as it would leave, decided on with who and why."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hand_written_clinic import Clinic, appointment
from loopback_server import Session, serving

Call = Callable[..., Result]
BECAUSE = ("--reason", "read it", "--by", "Ann")


@pytest.fixture
def held(clinic: Clinic) -> Clinic:
    """A clinic with two reminders that are held on Wednesday morning."""
    clinic.edit("config/follow_ups.yaml", "    template: reminder.md", "    template: reminder.md\n    approval: all")
    clinic.export(*(appointment(name, "2026-03-06 14:00", "booked") for name in ("Remy", "Nell")))
    clinic.pull("2026-03-04 08:45")
    assert clinic.send("2026-03-04 09:00").counts["letters held"] == 2
    return clinic


@pytest.fixture
def outbox(clinic: Clinic) -> Call:
    """Calls `outbox` about the clinic a quarter past nine."""

    def call(*words: str, now: str = "2026-03-04 09:15") -> Result:
        return clinic.command("outbox", *words, moment=now)

    return call


def number(clinic: Clinic, name: str) -> str:
    query = "SELECT letters.id FROM letters JOIN patients ON patients.id = patient_id WHERE first_name = ?"
    return str(clinic.ask(query, name)[0])


def test_an_empty_outbox_says_so(clinic: Clinic, outbox: Call) -> None:
    assert outbox().output == "No letter waits for anybody.\n"


def test_held_letters_are_listed_with_rule_day_and_reason_and_names_only_when_asked(held: Clinic, outbox: Call) -> None:
    shown = outbox().output
    row = next(line for line in shown.splitlines() if f" {number(held, 'Remy')} " in line)
    for words in ("reminder", "held", "Wed 04 Mar 09:00", "Thu 05 Mar 18:00",
                  "each letter of this rule waits for approval"):  # fmt: skip
        assert words in row
    assert "Remy" not in shown and "Remy Fictional" in outbox("--names").output


def test_a_letter_is_shown_as_it_would_leave(held: Clinic, outbox: Call) -> None:
    shown = outbox("show", number(held, "Remy"))
    assert shown.exit_code == 0
    for words in (
        "reminder (reminder.md), to patient",
        "state     held: each letter of this rule waits for approval",
        "because   booked, visit of Fri 06 Mar 14:00",
        "is        care: appointment reminder",
        "now       it is held: each letter of this rule waits for approval",
        "To: remy@patient.example\nSubject: ",
        "Remy",
        "Friday, March 6",
    ):
        assert words in shown.output
    assert held.in_state("held") == {("Remy", "reminder"), ("Nell", "reminder")}
    assert outbox("show", "999").output == "There is no letter 999. `outbox` lists those that wait.\n"


def test_a_released_letter_leaves_and_a_dropped_one_never(held: Clinic, outbox: Call) -> None:
    remy, nell = number(held, "Remy"), number(held, "Nell")
    told = outbox("release", remy, *BECAUSE)
    assert (told.exit_code, told.output) == (
        0,
        f"Letter {remy} is released; it leaves at the next run in the sending hours.\n",
    )
    assert outbox("drop", nell, *BECAUSE).output == f"Letter {nell} is dropped; it is never sent.\n"
    for moment in ("2026-03-04 09:20", "2026-03-04 09:30"):
        held.send(moment)
    assert held.in_state("sent") == {("Remy", "reminder")}
    assert held.fates("Nell", "reminder") == [("withdrawn", "dropped by Ann: read it")]
    story = outbox("show", remy, now="2026-03-04 10:00").output
    assert "tried     Wed 04 Mar 09:20, by folder, sent" in story
    assert "decided   Wed 04 Mar 09:15, release, by Ann: read it" in story
    assert held.ask("SELECT what, who, reason, at FROM decisions ORDER BY id") == [
        ("release", "Ann", "read it", "2026-03-04T17:15:00Z"),
        ("drop", "Ann", "read it", "2026-03-04T17:15:00Z"),
    ]


def test_all_letters_of_a_rule_are_decided_on_together(held: Clinic, outbox: Call) -> None:
    nothing = outbox("release", "--all", "--rule", "welcome", *BECAUSE)
    assert nothing.output == "No letter of welcome is held; nothing was changed.\n"
    assert outbox("release", "--all", "--rule", "remindre", *BECAUSE).exit_code == 2
    together = outbox("release", "--all", "--rule", "reminder", *BECAUSE)
    assert together.output == "2 letters: each is released; it leaves at the next run in the sending hours.\n"
    held.send("2026-03-04 09:20")
    assert len(held.in_state("sent")) == 2


def test_a_letter_released_before_its_day_leaves_on_its_day(clinic: Clinic, outbox: Call) -> None:
    clinic.export(appointment("Remy", "2026-03-09 14:00", "booked"))
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    mine = number(clinic, "Remy")
    assert outbox("hold", mine, *BECAUSE).exit_code == 0
    told = outbox("release", mine, *BECAUSE)
    assert told.output == f"Letter {mine} is released; it leaves when it is due, Fri 06 Mar 09:00.\n"
    clinic.send("2026-03-04 09:20")
    assert clinic.in_state("sent") == set()


def test_after_one_release_a_rule_on_its_first_time_goes_on_by_itself(held: Clinic, outbox: Call) -> None:
    held.edit("config/follow_ups.yaml", "approval: all", "approval: first_time")
    assert outbox("release", number(held, "Remy"), *BECAUSE).exit_code == 0
    later = appointment("Zoe", "2026-03-06 15:00", "booked")
    held.export(*(appointment(name, "2026-03-06 14:00", "booked") for name in ("Remy", "Nell")), later)
    held.pull("2026-03-04 09:18")
    held.send("2026-03-04 09:20")
    assert held.in_state("sent") == {("Remy", "reminder"), ("Zoe", "reminder")}
    assert held.in_state("held") == {("Nell", "reminder")}  # somebody has yet to look at it


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("mark-sent", "{id}"), 1, "Letter {id} is held; mark-sent is for letters that are unknown."),
        (("send-again", "{id}"), 1, "Letter {id} is held; send-again is for letters that are unknown or failed."),
        (("hold", "{id}"), 1, "Letter {id} is held; hold is for letters that are planned, ready or deferred."),
        (("release", "999"), 2, "There is no letter 999."),
    ],
)
def test_an_impossible_step_is_one_plain_sentence(
    held: Clinic, outbox: Call, words: tuple[str, ...], code: int, said: str
) -> None:
    mine = number(held, "Remy")
    told = outbox(*(word.format(id=mine) for word in words), *BECAUSE)
    assert (told.exit_code, told.output) == (code, said.format(id=mine) + "\n")
    assert held.ask("SELECT COUNT(*) FROM decisions") == [0]


def test_the_exit_code_tells_that_one_of_several_letters_could_not_be_decided_on(held: Clinic, outbox: Call) -> None:
    remy, nell = number(held, "Remy"), number(held, "Nell")
    told = outbox("drop", remy, "99999", *BECAUSE)
    assert told.exit_code == 2
    assert told.output == f"Letter {remy} is dropped; it is never sent.\nThere is no letter 99999.\n"
    assert outbox("drop", remy, nell, *BECAUSE).exit_code == 1
    assert held.fates("Nell", "reminder")[0][0] == "withdrawn"


def test_without_a_reason_or_a_letter_nothing_is_decided(held: Clinic, outbox: Call) -> None:
    mine = number(held, "Remy")
    assert 'Say why: --reason "she called". It is recorded with who and when.' in outbox("drop", mine).output
    assert "Name the letters (`outbox drop 12 13`), or use --all" in outbox("drop", *BECAUSE).output
    assert held.in_state("held") == {("Remy", "reminder"), ("Nell", "reminder")}


def test_who_releases_too_late_is_told_so(held: Clinic, outbox: Call) -> None:
    mine = number(held, "Remy")
    told = outbox("release", mine, *BECAUSE, now="2026-03-05 21:05")
    assert told.output == (
        f"Letter {mine} is too late: its rule let it leave until Thu 05 Mar 18:00. "
        "Drop it, and write to the patient yourself if it matters.\n"
    )


@pytest.mark.parametrize(("verb", "left"), [("hold", 0), ("drop", 0), ("", 1)])
def test_in_its_grace_period_the_front_desk_stops_a_letter(clinic: Clinic, outbox: Call, verb: str, left: int) -> None:
    clinic.edit("config/clinic.yaml", "grace: 0 minutes", "grace: 30 minutes")
    clinic.export(appointment("Remy", "2026-03-06 14:00", "booked"))
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    assert "leaves at 09:30 unless somebody holds or drops it" in outbox().output
    if verb:
        assert outbox(verb, number(clinic, "Remy"), *BECAUSE).exit_code == 0
    for moment in ("2026-03-04 09:30", "2026-03-04 09:40"):
        clinic.send(moment)
    assert len(clinic.in_state("sent")) == left


def refuse(step: str, session: Session) -> str | None:
    return "550 5.1.1 no such user" if step == "RCPT" and session.recipient == "remy@patient.example" else None


def test_a_refused_letter_is_sent_again_once_the_address_is_mended(clinic: Clinic, outbox: Call) -> None:
    clinic.export(*(appointment(name, "2026-03-06 14:00", "booked") for name in ("Remy", "Thea")))
    clinic.pull("2026-03-04 08:45")
    with serving(refuse) as server:
        clinic.mail_through(server.port)
        clinic.send("2026-03-04 09:00")
    assert "failed (refused for good)" in outbox().output
    mine = number(clinic, "Remy")
    told = outbox("send-again", mine, *BECAUSE)
    assert (told.exit_code, told.output) == (
        1,
        f"Letter {mine} would be withdrawn: letters to this patient or address are stopped. "
        "If that is wrong, put it right first; `why 1` tells more.\n",
    )
    clinic.export(appointment("Remy", "2026-03-06 14:00", "booked", email="new@patient.example"))
    clinic.pull("2026-03-04 09:16")
    assert outbox("send-again", mine, *BECAUSE, now="2026-03-04 09:17").exit_code == 0
    with serving() as server:
        clinic.mail_through(server.port)
        clinic.send("2026-03-04 09:20")
        clinic.send("2026-03-04 09:30")
    assert server.recipients() == ["new@patient.example"]


def test_a_refused_letter_waits_for_nobody_once_its_time_is_over_and_a_week_has_passed(clinic: Clinic) -> None:
    clinic.export(appointment("Remy", "2026-03-06 14:00", "booked"))
    clinic.pull("2026-03-04 08:45")
    with serving(refuse) as server:
        clinic.mail_through(server.port)
        clinic.send("2026-03-04 09:00")
    line = "letters that the mail server refused (failed): 1"
    for moment, listed in (("2026-03-10 09:00", True), ("2026-03-12 09:00", False)):
        assert (line in clinic.command("status", moment=moment).output) is listed
        assert ("failed (refused for good)" in clinic.command("outbox", moment=moment).output) is listed
    assert clinic.in_state("failed") == {("Remy", "reminder")}


def test_nothing_about_a_patient_reaches_the_list_of_status(held: Clinic) -> None:
    shown = held.command("status", moment="2026-03-04 09:15").output
    assert "letters held until a person releases them, see `outbox`: 2" in shown and "Remy" not in shown


def test_the_folder_of_letters_is_untouched_by_looking(held: Clinic, outbox: Call) -> None:
    outbox("show", number(held, "Remy"))
    assert not list(Path(held.home / "var").glob("outbox/*/*.eml"))
