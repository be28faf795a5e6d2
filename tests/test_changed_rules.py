"""Rules that are renamed, taken out, or switched off for a day: no letter is lost without a word, none comes twice."""

import pytest
from hand_written_clinic import Clinic, Row, appointment

from jobs.clinic.last_look import RULE_GONE
from jobs.clinic.planning import DUE_WHILE_OFF

RULES = "config/follow_ups.yaml"
AHEAD = {"Wes": "04", "Thea": "05", "Frida": "06", "Tue": "10"}


@pytest.fixture
def planned(clinic: Clinic) -> Clinic:
    """The Monday of March 2 with four visits booked long ago; Wes has his reminder, the others' are planned."""
    clinic.export(*(appointment(name, f"2026-03-{day} 14:00", "booked") for name, day in AHEAD.items()))
    day(clinic, "02")
    assert clinic.in_state("sent") == {("Wes", "reminder")}
    return clinic


def day(clinic: Clinic, number: str) -> None:
    """A morning of March: the pull, then the letters."""
    assert clinic.pull(f"2026-03-{number} 08:45").code == 0
    assert clinic.send(f"2026-03-{number} 09:00").code == 0


def rename(clinic: Clinic, old: str, new: str) -> None:
    clinic.edit(RULES, f"  - name: {old}\n", f"  - name: {new}\n")


def line_of(clinic: Clinic, rule: str) -> int:
    return (clinic.home / RULES).read_text("utf-8").splitlines().index(f"  - name: {rule}") + 1


def test_the_letters_of_a_rule_that_was_renamed_wait_until_its_name_is_written_again(planned: Clinic) -> None:
    rename(planned, "reminder", "appointment_reminder")
    day(planned, "03")
    assert planned.fates("Thea", "reminder") == [("planned", RULE_GONE)]
    note = f"1 letters of reminder wait: {RULE_GONE}; `run_jobs.py check` says what to do."
    assert note in planned.send("2026-03-03 09:10").outcome.notes
    rename(planned, "appointment_reminder", "reminder")
    planned.send("2026-03-03 11:00")
    assert ("Thea", "reminder") in planned.in_state("sent")
    for number in ("04", "05", "06", "09"):
        day(planned, number)
    assert planned.in_state("sent") == {(name, "reminder") for name in AHEAD}
    assert planned.ask("SELECT count(*) FROM attempts") == [len(AHEAD)]


def test_check_and_status_name_a_rule_that_is_gone_and_what_it_may_be_called_by_now(planned: Clinic) -> None:
    rename(planned, "reminder", "appointment_reminder")
    told = planned.command("check")
    what = "The rule reminder is not there any more; 3 letters that were planned wait for it, until too late."
    remedy = (
        "If its name is appointment_reminder now, write reminder there again. If it was taken out, write it again, "
        "with `on: no` if those letters shall not leave."
    )
    place = f"{RULES}, line {line_of(planned, 'appointment_reminder')}"
    assert (told.exit_code, told.output) == (3, f"{place}: {what}\n{remedy}\n1 fault. Nothing was sent or changed.\n")
    assert f"  {place}: {what} {remedy}\n" in planned.command("status", moment="2026-03-02 10:00").output


def test_a_rule_that_was_taken_out_is_named_until_it_stands_there_with_on_no(planned: Clinic) -> None:
    text = (planned.home / RULES).read_text("utf-8")
    begin, end = text.index("  - name: reminder"), text.index("  # The day after the evaluation")
    (planned.home / RULES).write_text(text[:begin] + text[end:], "utf-8")
    told = planned.command("check")
    assert told.exit_code == 3
    assert told.output.startswith(
        f"{RULES}: The rule reminder is not there any more; 3 letters that were planned wait for it, until too late.\n"
        "Write it again, with `on: no` if those letters shall not leave.\n"
    )
    (planned.home / RULES).write_text(
        text.replace("template: reminder.md", "template: reminder.md\n    on: no"), "utf-8"
    )
    assert planned.command("check").exit_code == 0


def test_a_letter_whose_rule_does_not_come_back_in_time_says_so(planned: Clinic) -> None:
    rename(planned, "reminder", "appointment_reminder")
    for number in ("03", "04", "05"):
        day(planned, number)
    reason = f"too late: it was due 2026-03-03; no letter left: {RULE_GONE}"
    assert planned.fates("Thea", "reminder") == [("withdrawn", reason)]
    lost = "letters of the last 7 days that were too late before they left; `outbox` lists them: 1"
    assert lost in planned.command("status", moment="2026-03-05 10:00").output


def test_the_forecast_counts_the_letters_of_a_rule_that_is_gone_among_those_that_wait(planned: Clinic) -> None:
    rename(planned, "reminder", "appointment_reminder")
    shown = planned.command("forecast", "--days", "7", moment="2026-03-02 10:00").output
    assert "0 letters would leave; 3 would wait for a person; 0 planned before would be withdrawn." in shown


def test_a_held_letter_keeps_why_it_is_held_while_its_rule_is_gone(planned: Clinic) -> None:
    (thea,) = planned.ask(
        "SELECT letters.id FROM letters JOIN patients ON patients.id = patient_id WHERE first_name = 'Thea'"
    )
    planned.command("outbox", "hold", str(thea), "--reason", "she called", "--who", "Ada", moment="2026-03-02 10:00")
    before = planned.fates("Thea", "reminder")
    rename(planned, "reminder", "appointment_reminder")
    day(planned, "03")
    assert planned.fates("Thea", "reminder") == before and before[0][0] == "held"
    shown = planned.command("outbox", "show", str(thea), moment="2026-03-03 10:00").output
    assert f"It waits: {RULE_GONE} (reminder); `run_jobs.py check` says what to do." in shown


def switch(clinic: Clinic, off: bool) -> None:
    before, after = "    template: reminder.md\n", "    template: reminder.md\n    on: no\n"
    clinic.edit(RULES, *((before, after) if off else (after, before)))


def booked(name: str, day: str) -> list[Row]:
    """A visit that was booked on the evening of March 2 by somebody who was here before."""
    start = f"2026-03-{day} 14:00"
    return [appointment(name, "2026-02-10 10:00"), appointment(name, start, "booked", booked_at="2026-03-02 18:00")]


def test_what_was_booked_or_moved_while_a_rule_was_off_is_reminded_of_once_it_is_on_again(planned: Clinic) -> None:
    ahead = [appointment(name, f"2026-03-{number} 14:00", "booked") for name, number in AHEAD.items()]
    moved = {**ahead.pop(), "start": "2026-03-09 15:00"}
    planned.export(*ahead, moved, *booked("Nell", "09"), *booked("Mona", "05"))
    switch(planned, off=True)
    day(planned, "03")
    assert planned.fates("Thea", "reminder") == [("withdrawn", "the rule is switched off")]
    assert planned.fates("Nell", "reminder") == planned.fates("Mona", "reminder") == []
    switch(planned, off=False)
    planned.pull("2026-03-04 08:30")
    shown = planned.command("forecast", "--days", "7", moment="2026-03-04 08:40").output
    assert "Nell" in shown and "Tue" in shown
    assert planned.fates("Nell", "reminder") == []
    for number in ("04", "05", "06"):
        day(planned, number)
    assert planned.fates("Nell", "reminder") == [("sent", "")]
    assert planned.fates("Tue", "reminder") == [("withdrawn", "the appointment was moved"), ("sent", "")]
    assert planned.fates("Mona", "reminder") == [("withdrawn", DUE_WHILE_OFF)]
    assert planned.fates("Thea", "reminder") == [("withdrawn", "the rule is switched off")]
    reminded = {name for name, rule in planned.in_state("sent") if rule == "reminder"}
    assert reminded == {"Wes", "Frida", "Tue", "Nell"}
    assert planned.ask("SELECT count(*) FROM letters WHERE rule = 'reminder' AND state = 'sent'") == [4]


def test_switching_a_rule_off_and_on_plans_nothing_twice(planned: Clinic) -> None:
    before = planned.ask("SELECT patient_id, event_id, due_at FROM letters WHERE rule = 'reminder'")
    for off in (True, False, True, False):
        switch(planned, off=off)
        assert not planned.send("2026-03-02 11:00").counts.get("letters planned")
    assert planned.ask("SELECT patient_id, event_id, due_at FROM letters WHERE rule = 'reminder'") == before


def test_a_rule_that_never_ran_plans_nothing_about_what_was_booked_before_it_is_switched_on(
    new_clinic: Clinic,
) -> None:
    switch(new_clinic, off=True)
    new_clinic.export(*booked("Nell", "10"))
    day(new_clinic, "03")
    switch(new_clinic, off=False)
    day(new_clinic, "04")
    assert new_clinic.fates("Nell", "reminder") == []


@pytest.mark.parametrize("runs_first", [True, False])
def test_a_rule_that_was_renamed_under_an_older_version_loses_no_reminder_where_check_has_the_old_name_written_again(
    planned: Clinic, runs_first: bool
) -> None:
    ahead = [appointment(name, f"2026-03-{number} 14:00", "booked") for name, number in AHEAD.items()]
    rename(planned, "reminder", "appointment_reminder")
    planned.export(*ahead, *booked("Nell", "09"), *booked("Mona", "10"))
    day(planned, "03")
    planned.ask("DELETE FROM cursors WHERE name LIKE 'is on: rule %'")  # it did not remember which rules were on
    if runs_first:
        planned.send("2026-03-03 10:00")
    told = planned.command("check")
    assert (told.exit_code == 0) if runs_first else ("write reminder there again" in told.output)
    rename(planned, "appointment_reminder", "reminder")
    for number in ("04", "05", "06", "09"):
        day(planned, number)
    assert planned.fates("Nell", "reminder") == planned.fates("Mona", "reminder") == [("sent", "")]
    assert planned.command("check").exit_code == 0


def test_a_rule_that_is_renamed_there_and_back_reminds_once_of_each_visit(planned: Clinic) -> None:
    ahead = [appointment(name, f"2026-03-{number} 14:00", "booked") for name, number in AHEAD.items()]
    rename(planned, "reminder", "appointment_reminder")
    planned.export(*ahead, *booked("Nell", "06"))
    day(planned, "03")
    rename(planned, "appointment_reminder", "reminder")
    planned.pull("2026-03-03 09:30")
    planned.send("2026-03-03 09:40")
    assert planned.command("check").exit_code == 0  # what the other name has planned of Nell, this one has too
    day(planned, "04")
    assert planned.fates("Nell", "reminder") == [("sent", "")]
    rename(planned, "reminder", "appointment_reminder")
    planned.send("2026-03-04 10:00")
    told = "the patient has this letter about a visit at the same time"
    assert planned.fates("Nell", "appointment_reminder") == [("withdrawn", told)]
