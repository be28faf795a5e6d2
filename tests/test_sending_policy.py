"""When letters leave and who may stop them: hours, clocks, approval, grace, the even spread, and visits that change."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from hand_written_clinic import WEEKLY, Clinic, Row, appointment
from loopback_server import Session, serving

from jobs.clinic.planning import TOO_LATE_TO_REMIND
from jobs.desk.clock import show_clock
from jobs.desk.commands import cli
from jobs.mail.outbox import send
from jobs.runner.run import FAILED, run_job
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import Tools, open_tools
from jobs.sending.deciding import decide
from jobs.sending.letters import GROUP
from jobs.store.stops import stop

PACIFIC = ZoneInfo("America/Los_Angeles")
SIX_VISITS = ("02-03", "02-06", "02-10", "02-13", "02-20", "03-03")
REMEDY = "if it is right, say so: `run_jobs.py clock --is-right`."


def coming(name: str, start: str = "2026-03-06 14:00", **more: str) -> Row:
    return appointment(name, start, more.pop("status", "booked"), **more)


def half_hours(day: str) -> list[datetime]:
    """Moments at which cron calls in the night of a day, also those of the hour that comes twice."""
    midnight = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=PACIFIC).astimezone(UTC)
    return [midnight + timedelta(minutes=30 * number) for number in range(2, 9)]


@pytest.mark.parametrize("opens", ["02:30", "01:30"])
@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_a_rule_that_writes_in_the_hour_of_the_clock_change_writes_once_and_inside_its_hours(
    clinic: Clinic, day: str, opens: str
) -> None:
    hours = f"    sending: {{days: [sun], opens: '{opens}', closes: '05:00'}}\n"
    clinic.edit("config/follow_ups.yaml", "    template: reminder.md\n", f"    template: reminder.md\n{hours}")
    visit = (datetime.fromisoformat(day) + timedelta(days=2)).date()
    clinic.export(coming("Remy", f"{visit} 14:00"), coming("Nell", f"{visit} 15:00"))
    clinic.pull(f"{day} 00:00")
    left = []
    for moment in half_hours(day):
        with_tools(clinic, moment, lambda tools: run_job("send_follow_ups", tools))
        left.append(len(clinic.in_state("sent")))
    assert left[-1] == 2
    first = half_hours(day)[left.index(2)].astimezone(PACIFIC)
    skipped = (day, opens) == ("2026-03-08", "02:30")
    assert f"{first:%H:%M}" == ("03:30" if skipped else opens)
    assert clinic.ask("SELECT COUNT(*) FROM attempts") == [2]


def test_who_has_just_booked_is_welcomed_first_and_reminded_two_days_later_at_the_earliest_or_not_at_all(
    clinic: Clinic,
) -> None:
    clinic.export(
        coming("Frida", "2026-03-10 14:00", booked_at="2026-03-06 15:00"),
        coming("Mona", "2026-03-09 14:00", booked_at="2026-03-06 15:00"),
    )
    clinic.pull("2026-03-06 15:05")
    asked = partial(CliRunner().invoke, cli)
    at = ["-C", str(clinic.home), "--now", "2026-03-06 15:10"]
    forecast = " ".join(asked([*at, "forecast", "--days", "7"], env={"COLUMNS": "200"}).output.split())
    assert (
        "Mon 09 Mar 09:00" in forecast and "(visit of 2026-03-10), the next sending day after the booking" in forecast
    )
    ran = clinic.send("2026-03-06 16:10")
    assert ran.counts["letters planned"] == 3
    assert clinic.in_state("sent") == {("Frida", "welcome"), ("Mona", "welcome")}
    assert clinic.fates("Mona", "reminder") == [("withdrawn", TOO_LATE_TO_REMIND)]
    why = " ".join(asked([*at, "why", "Mona"], env={"COLUMNS": "300"}).output.split())
    assert TOO_LATE_TO_REMIND in why
    clinic.pull("2026-03-09 08:50")
    clinic.send("2026-03-09 08:55")
    assert len(clinic.in_state("sent")) == 2
    clinic.send("2026-03-09 09:00")
    assert ("Frida", "reminder") in clinic.in_state("sent") and len(clinic.in_state("sent")) == 3


def test_a_weekend_between_makes_no_letter_too_late_and_a_server_that_was_off_for_a_week_does_not_write_to_all(
    clinic: Clinic,
) -> None:
    days = {"Mona": "02", "Tue": "03", "Wes": "04", "Thea": "05", "Frida": "06"}
    known = [appointment(name, f"2026-03-{day} 10:00", "booked") for name, day in days.items()]
    first = coming("Nell", "2026-03-12 10:00", booked_at="2026-03-04 11:00")
    clinic.export(*known)
    clinic.pull("2026-03-02 08:30")
    off = clinic.copied(clinic.home.with_name("off"))
    for number in range(1, 6):
        missed = [row | {"status": "no show"} for row in known[:number]]
        next_day = 9 if number == 5 else 2 + number
        clinic.export(*missed, *known[number:])
        for moment in (f"{1 + number:02} 18:30", f"{next_day:02} 09:10"):
            clinic.pull(f"2026-03-{moment}")
            clinic.send(f"2026-03-{moment}")
    off.export(*missed, first)
    off.pull("2026-03-09 08:30")
    off.send("2026-03-09 09:10")
    assert {name for name in days if (name, "missed_visit") in clinic.in_state("sent")} == set(days)
    assert off.in_state("sent") == {("Thea", "missed_visit"), ("Frida", "missed_visit"), ("Nell", "welcome")}
    too_late = ("withdrawn", "too late: it was due 2026-03-04, and the rule allows 2 days")
    assert off.fates("Wes", "missed_visit") == [too_late]


def test_nobody_is_asked_for_a_review_while_there_is_no_place_for_it(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", "https://lakeside.example/review", "")
    clinic.export(*(appointment("Revi", f"2026-{day} 09:00") for day in SIX_VISITS))
    clinic.pull("2026-03-04 08:45")
    assert clinic.send("2026-03-04 09:00").counts["letters waiting"] == 1
    why = "it needs review_url, which config/clinic.yaml leaves empty"
    assert clinic.in_state("sent") == set() and clinic.fates("Revi", "review_request") == [("planned", why)]
    asked = partial(CliRunner().invoke, cli, env={"COLUMNS": "300"})
    at = ["-C", str(clinic.home), "--now", "2026-03-04 10:00"]
    assert f"Rule review_request sends nothing: {why}.\n" in asked([*at, "check"]).output
    for command in (["forecast"], ["why", "Revi"]):
        assert why in " ".join(asked([*at, *command]).output.split())
    late = clinic.copied(clinic.home.with_name("late"))
    late.pull("2026-03-12 08:45")
    late.send("2026-03-12 09:00")
    assert late.fates("Revi", "review_request") == [("withdrawn", why)]
    clinic.edit("config/clinic.yaml", 'review_url: ""', 'review_url: "https://lakeside.example/review"')
    clinic.send("2026-03-04 10:10")
    assert clinic.in_state("sent") == {("Revi", "review_request")}


def test_check_names_the_letters_that_leave_without_their_only_link(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", "https://lakeside.example/book", "")
    told = clinic.command("check")
    assert told.exit_code == 0
    rules = (clinic.home / "config" / "follow_ups.yaml").read_text("utf-8").splitlines()
    for rule, letter in (("missed_visit", "missed_visit.md"), ("cancelled", "cancelled.md"), ("lapsed", "lapsed.md")):
        assert (
            f"templates/{letter} leaves without its only link, as config/clinic.yaml leaves booking_url empty. "
            "If it shall not leave then, write the line `needs: [booking_url]` below line "
            f"{rules.index(f'  - name: {rule}') + 1} of config/follow_ups.yaml (name: {rule}), "
            "as far in as that name.\n"
        ) in told.output
    assert "welcome.md leaves" not in told.output and "review_request" not in told.output


def test_changed_times_count_for_the_letters_that_are_planned_already_but_leave_nobody_out(clinic: Clinic) -> None:
    """In March 2026 the 6th is a Friday."""
    days = {"Wes": "04", "Frida": "06", "Tue": "10", "Walt": "11", "Thea": "12"}
    clinic.export(*(appointment(name, f"2026-03-{day} 14:00", "booked") for name, day in days.items()))
    clinic.pull("2026-03-02 08:45")
    ran = clinic.send("2026-03-02 09:00")
    assert ran.counts["letters planned"] == 5 and "letters given a new day" not in ran.counts
    clinic.edit("config/follow_ups.yaml", "wait: -2 days", "wait: -5 days")
    clinic.pull("2026-03-03 08:45")
    assert clinic.send("2026-03-03 08:50").counts["letters given a new day"] == 3  # Frida's new day has passed
    before = clinic.ask("SELECT id, due_at, expires_at, state FROM letters")
    assert "letters given a new day" not in clinic.send("2026-03-03 08:55").counts
    assert clinic.ask("SELECT id, due_at, expires_at, state FROM letters") == before
    left = []
    for day in ("03", "04", "05", "06"):
        clinic.pull(f"2026-03-{day} 08:45")
        clinic.send(f"2026-03-{day} 09:00")
        left.append({name for name, _ in clinic.in_state("sent")})
    assert left == [{"Wes"}, {"Wes", "Frida"}, {"Wes", "Frida", "Tue"}, set(days)]
    assert clinic.ask("SELECT COUNT(*) FROM attempts") == [5]


def test_a_holiday_that_is_noted_late_moves_the_reminders_of_that_day_to_the_one_before(clinic: Clinic) -> None:
    clinic.export(coming("Nell", "2026-03-06 14:00"))
    clinic.pull("2026-03-02 08:45")
    clinic.send("2026-03-02 09:00")
    clinic.edit("config/clinic.yaml", "holidays: []", "holidays: [2026-03-04, 2026-03-05]")
    clinic.pull("2026-03-03 08:45")
    late = clinic.copied(clinic.home.with_name("late"))
    assert clinic.send("2026-03-03 08:50").counts["letters given a new day"] == 1
    assert clinic.in_state("sent") == set()
    for each, moment in ((clinic, "09:00"), (late, "10:00")):
        each.send(f"2026-03-03 {moment}")
        assert each.in_state("sent") == {("Nell", "reminder")}


def test_who_is_discharged_with_the_third_visit_is_thanked_and_not_asked_how_it_is_going(clinic: Clinic) -> None:
    days = {"02-17": "PT Initial Evaluation", "02-24": "PT Follow Up", "03-03": "PT Discharge Visit"}
    clinic.export(*(appointment("Shorty", f"2026-{day} 09:00", kind=kind) for day, kind in days.items()))
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    assert clinic.in_state("sent") == {("Shorty", "discharged")}
    assert clinic.fates("Shorty", "mid_plan") == [("withdrawn", "the patient is discharged")]


@pytest.mark.parametrize(("before", "line"), [("", "[discharged]"), ("[later_visit]", "[later_visit, discharged]")])
def test_check_names_the_letters_about_care_that_goes_on_which_leave_after_the_last_visit_too(
    clinic: Clinic, before: str, line: str
) -> None:
    assert "discharge" not in clinic.command("check").output
    clinic.edit("config/follow_ups.yaml", "    unless: [discharged]\n", before and f"    unless: {before}\n")
    rules = (clinic.home / "config" / "follow_ups.yaml").read_text("utf-8").splitlines()
    where = f"line {rules.index('  - name: mid_plan') + 1} of config/follow_ups.yaml (name: mid_plan)"
    remedy = f"instead of its `unless:` below {where}." if before else f"below {where}, as far in as that name."
    assert clinic.command("check").output.endswith(
        "templates/mid_plan.md leaves also where visit 3 was the discharge. "
        f"If it shall not leave then, write the line `unless: {line}` {remedy}\n"
    )


def test_of_a_welcome_and_a_reminder_that_are_due_together_the_welcome_alone_leaves(clinic: Clinic) -> None:
    clinic.export(coming("Sunny", "2026-03-11 14:00", booked_at="2026-03-08 12:00"))
    clinic.pull("2026-03-09 08:45")
    shown = " ".join(clinic.command("forecast", "--days", "3", moment="2026-03-09 09:00").output.split())
    assert "1 letter would leave; 1 planned before would be withdrawn." in shown
    clinic.send("2026-03-09 09:00")
    assert clinic.fates("Sunny", "reminder") == [("planned", "the welcome about the same visit leaves first")]
    for moment in ("2026-03-09 09:10", "2026-03-10 09:00"):
        clinic.send(moment)
        assert clinic.fates("Sunny", "reminder") == [("withdrawn", "the welcome said it")]
    assert clinic.ask("SELECT rule FROM attempts JOIN letters ON letters.id = letter_id") == ["welcome"]


def test_where_the_welcome_was_dropped_the_reminder_leaves(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", "  grace: 0 minutes ", "  grace: 30 minutes ")
    clinic.export(coming("Sunny", "2026-03-11 14:00", booked_at="2026-03-08 12:00"))
    clinic.pull("2026-03-09 08:45")
    clinic.send("2026-03-09 09:00")
    [welcome] = clinic.ask("SELECT id FROM letters WHERE rule = 'welcome'")
    clinic.command("outbox", "drop", str(welcome), "--who", "Ann", "--reason", "called", moment="2026-03-09 09:05")
    clinic.send("2026-03-09 09:10")
    clinic.send("2026-03-09 09:40")
    assert clinic.in_state("sent") == {("Sunny", "reminder")}


@pytest.mark.parametrize("fault", ["is not there", "has faults"])
def test_where_the_welcome_cannot_be_written_the_reminder_leaves(clinic: Clinic, fault: str) -> None:
    if fault == "is not there":
        (clinic.home / "templates" / "welcome.md").unlink()
    else:
        clinic.edit("templates/welcome.md", "Thank you", "{{ 1 // (patient.first_name|length - 5) }} Thank you")
    clinic.export(coming("Sunny", "2026-03-11 14:00", booked_at="2026-03-08 12:00"))
    clinic.pull("2026-03-09 08:45")
    clinic.send("2026-03-09 09:00")
    stays = [("ready", f"its template {fault}; `run_jobs.py check` names them")]
    assert clinic.fates("Sunny", "welcome") == stays
    assert clinic.fates("Sunny", "reminder") == [("planned", "the welcome about the same visit leaves first")]
    ids = clinic.ask("SELECT id FROM letters WHERE state = 'ready'")
    with_tools(clinic, datetime(2026, 3, 9, 16, 1, tzinfo=UTC), lambda tools: decide(tools, ids))  # while others leave
    assert clinic.fates("Sunny", "welcome") == stays
    clinic.send("2026-03-09 09:10")
    assert clinic.fates("Sunny", "welcome") == stays
    assert clinic.fates("Sunny", "reminder") == [("sent", "")]


@pytest.mark.parametrize("group", [1, GROUP])
def test_where_the_welcome_is_mended_before_the_next_run_the_reminder_stays(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    monkeypatch.setattr("jobs.sending.letters.GROUP", group)
    fault = "{{ 1 // (patient.first_name|length - 5) }} Thank you"
    clinic.edit("templates/welcome.md", "Thank you", fault)
    clinic.export(coming("Sunny", "2026-03-11 14:00", booked_at="2026-03-08 12:00"))
    clinic.pull("2026-03-09 08:45")
    clinic.send("2026-03-09 09:00")
    assert clinic.in_state("sent") == set()
    clinic.edit("templates/welcome.md", fault, "Thank you")
    for moment in ("2026-03-09 09:30", "2026-03-09 10:30"):
        clinic.send(moment)
        assert clinic.in_state("sent") == {("Sunny", "welcome")}
    assert clinic.fates("Sunny", "reminder") == [("withdrawn", "the welcome said it")]


def test_with_a_grace_period_the_welcome_leaves_first_too(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", "  grace: 0 minutes ", "  grace: 30 minutes ")
    clinic.export(coming("Sunny", "2026-03-11 14:00", booked_at="2026-03-08 12:00"))
    clinic.pull("2026-03-09 08:45")
    for moment in ("2026-03-09 09:00", "2026-03-09 09:30", "2026-03-09 10:00", "2026-03-09 10:30"):
        clinic.send(moment)
    assert clinic.in_state("sent") == {("Sunny", "welcome")}
    assert clinic.fates("Sunny", "reminder") == [("withdrawn", "the welcome said it")]


def with_tools(clinic: Clinic, moment: datetime, work, named: bool = True) -> object:  # type: ignore[no-untyped-def]
    """Do something with the tools of a moment; not `named`, as if the machine's own clock said so."""
    tools = open_tools(clinic.home, load_settings(clinic.home), moment)
    try:
        return work(tools if named else machine_says(tools))
    finally:
        tools.store.close()


def machine_says(tools: Tools) -> Tools:

    return tools._replace(named=False)


def send_by_the_machine(clinic: Clinic, moment: str) -> tuple[int, str]:
    now = datetime.fromisoformat(moment).replace(tzinfo=PACIFIC)
    code, outcome = with_tools(clinic, now, lambda tools: run_job("send_follow_ups", tools), named=False)  # type: ignore[misc]
    return code, outcome.failed


@pytest.fixture
def command(clinic: Clinic) -> Callable[..., Result]:
    """Calls a command about the clinic as a person would."""
    return clinic.command


@pytest.fixture
def running(clinic: Clinic) -> Clinic:
    """A clinic whose machine sent its letters on Monday, with one letter for Wednesday and one for Thursday."""
    clinic.export(coming("Remy"), coming("Thea", "2026-03-07 10:00"), appointment("Otto", "2026-03-01 16:00"))
    clinic.pull("2026-03-02 08:45")
    assert send_by_the_machine(clinic, "2026-03-02 09:00") == (0, "")
    return clinic


@pytest.mark.parametrize(
    "jump",
    ["2026-02-28 12:00", "2026-03-04 12:00", "1970-01-01 00:05", "2099-01-01 12:00"],
    ids=["-2", "+2", "0", "2099"],
)
def test_where_the_clock_jumps_no_letter_leaves_and_none_is_withdrawn(running: Clinic, jump: str) -> None:
    before = running.ask("SELECT id, state, reason FROM letters")
    code, said = send_by_the_machine(running, jump)
    assert code == FAILED and said.startswith("The clock of this machine says ") and said.endswith(REMEDY)
    assert running.ask("SELECT id, state, reason FROM letters") == before
    running.pull("2026-03-04 09:00")  # and when the clock is right again, everything goes on
    running.export(coming("Remy"), appointment("Otto", "2026-03-03 16:00"), appointment("Otto", "2026-03-03 17:00"),
                   appointment("Otto", "2026-03-03 18:00"), coming("Thea", "2026-03-07 10:00"))  # fmt: skip
    running.pull("2026-03-04 09:05")
    assert send_by_the_machine(running, "2026-03-04 09:10")[0] == 0
    assert ("Remy", "reminder") in running.in_state("sent")


def test_a_server_that_was_off_for_three_days_goes_on_when_a_person_says_that_its_clock_is_right(
    running: Clinic, command: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.sending.time_of_day.this_boot", lambda: "the start of Thursday")
    running.pull("2026-03-05 09:00")
    code, said = send_by_the_machine(running, "2026-03-05 09:10")
    assert code == FAILED and "it was off, or its clock is wrong, and no newer appointment tells which" in said
    thursday = datetime(2026, 3, 5, 9, 15, tzinfo=PACIFIC)
    assert with_tools(running, thursday, show_clock, named=False) is False
    told = command("--now", "2026-03-05 09:20", "clock", "--is-right", "--by", "Ann")
    assert (told.exit_code, told.output) == (
        0,
        "The clock is right, says Ann. The next run sends the letters that wait.\n",
    )
    assert send_by_the_machine(running, "2026-03-05 09:20") == (0, "")
    assert send_by_the_machine(running, "2026-03-05 09:30") == (0, "")
    assert running.in_state("sent") == {("Remy", "reminder"), ("Thea", "reminder")}
    assert running.ask("SELECT COUNT(*) FROM attempts") == [2]
    assert with_tools(running, thursday, show_clock, named=False) is True


def test_nobody_who_said_no_after_the_planning_gets_a_letter(clinic: Clinic) -> None:
    clinic.export(coming("Remy"), coming("Nell"))
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 08:50")

    def say_no(tools: Tools) -> None:
        with tools.store.begin() as memory:
            stop(memory, "2026-03-04T16:55:00Z", "all", "said so", "Ann", address_key="remy@patient.example")

    with_tools(clinic, datetime(2026, 3, 4, 16, 55, tzinfo=UTC), say_no)
    clinic.send("2026-03-04 09:00")
    assert clinic.in_state("sent") == {("Nell", "reminder")}
    assert clinic.fates("Remy", "reminder") == [("withdrawn", "letters to this patient or address are stopped")]


def test_nobody_who_says_no_while_others_are_sent_gets_a_letter(clinic: Clinic) -> None:
    letters = GROUP + 50  # two groups: the second is on its way only when the first has left
    clinic.export(*(coming(f"Pat{'abcdefghij'[n // 100]}{'abcdefghij'[n // 10 % 10]}{'abcdefghij'[n % 10]}",
                           f"2026-03-06 {8 + n % 9:02}:{n % 60:02}") for n in range(letters)))  # fmt: skip
    clinic.pull("2026-03-04 08:45")
    last = clinic.ask("SELECT address_key FROM patients ORDER BY id DESC LIMIT 1")[0]

    def say_no(step: str, session: Session) -> None:
        if step == "MAIL" and not told:
            told.append(step)
            with_tools(clinic, datetime(2026, 3, 4, 17, 0, tzinfo=UTC), refuse)

    def refuse(tools: Tools) -> None:
        with tools.store.begin() as memory:
            stop(memory, "2026-03-04T17:00:00Z", "care", "said so", "Ann", address_key=last)

    told: list[str] = []
    with serving(say_no) as server:
        clinic.mail_through(server.port, brake_floor=letters)
        clinic.send("2026-03-04 09:00")
    assert told and len(server.taken) == letters - 1 and last not in server.recipients()


@pytest.mark.parametrize("pause", [0, 0.001])
def test_each_letter_of_a_group_is_looked_at_right_before_it_leaves(
    clinic: Clinic, pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow mail server takes minutes over a group: who says no meanwhile, calls off or has another address by now."""
    monkeypatch.setattr("jobs.sending.deciding._ASKED_AGAIN", 0)
    names = ("Remy", "Nell", "Thea", "Otto", "Ada", "Fay")

    def written(**more: dict[str, str]) -> None:
        rows = enumerate(names)
        clinic.export(*(coming(name, f"2026-03-06 1{hour}:00", **more.get(name, {})) for hour, name in rows))

    said: list[str] = []

    def change(step: str, session: Session) -> None:
        if step == "MAIL" and not said:
            said.append(clinic.command("stop", "thea@patient.example", moment="2026-03-04 09:01").output)
            written(Otto={"email": "otto.corrected@patient.example"}, Ada={"status": "cancelled"})
            clinic.pull("2026-03-04 09:01")

    written()
    clinic.pull("2026-03-04 08:45")
    with serving(change) as server:
        clinic.mail_through(server.port, pause_seconds=pause)
        clinic.send("2026-03-04 09:00")
        first = server.recipients()
        clinic.send("2026-03-04 09:10")
    assert first == ["remy@patient.example", "nell@patient.example", "fay@patient.example"]
    assert server.recipients()[3:] == ["otto.corrected@patient.example"]
    assert clinic.fates("Thea", "reminder") == [("withdrawn", "letters to this patient or address are stopped")]
    assert clinic.fates("Ada", "reminder") == [("withdrawn", "the appointment is now cancelled")]
    assert said == [
        "thea@patient.example gets no letters from now on.\n"
        "A run is sending letters just now, one to this address among them. It stays here if its turn is yet to come; "
        "one that is just leaving may still arrive.\n"
    ]


def test_nobody_who_says_no_in_a_pause_between_letters_gets_one_and_no_letter_goes_to_an_address_that_was_corrected(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pause of half a minute: two letters leave a minute, and before each two everything is looked at again."""
    monkeypatch.setattr("jobs.sending.leaving.send", partial(send, wait=lambda seconds: None))
    names = ("Remy", "Nell", "Thea", "Otto", "Fay")
    clinic.export(*(coming(name, f"2026-03-06 1{hour}:00") for hour, name in enumerate(names)))
    clinic.pull("2026-03-04 08:45")
    told: list[str] = []

    def change(step: str, session: Session) -> None:
        if step != "MAIL" or told:
            return
        told.append(step)
        more = {"Otto": {"email": "otto.corrected@patient.example"}}
        clinic.export(*(coming(n, f"2026-03-06 1{hour}:00", **more.get(n, {})) for hour, n in enumerate(names)))
        clinic.pull("2026-03-04 09:01")
        with_tools(clinic, datetime(2026, 3, 4, 17, 2, tzinfo=UTC), refuse)

    def refuse(tools: Tools) -> None:
        with tools.store.begin() as memory:
            stop(memory, "2026-03-04T17:02:00Z", "all", "said so", "Ann", address_key="thea@patient.example")

    with serving(change) as server:
        clinic.mail_through(server.port, pause_seconds=30)
        clinic.send("2026-03-04 09:00")
        assert server.recipients() == [f"{name}@patient.example" for name in ("remy", "nell", "fay")]
        clinic.send("2026-03-04 09:10")
    assert server.recipients()[3:] == ["otto.corrected@patient.example"]


REASON = "the appointment is now cancelled"


def test_a_visit_that_was_cancelled_and_booked_again_for_the_same_time_is_reminded_of_once(clinic: Clinic) -> None:
    clinic.export(coming("Remy"))
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 08:50")
    clinic.export(coming("Remy", status="cancelled"))
    clinic.pull("2026-03-04 08:55")
    clinic.send("2026-03-04 09:00")
    assert clinic.fates("Remy", "reminder") == [("withdrawn", REASON)]
    for moment in ("09:10", "09:30", "09:50"):  # booked again; then a contradicting calendar says otherwise; and again
        clinic.export(coming("Remy", status="booked" if moment != "09:30" else "cancelled"))
        clinic.pull(f"2026-03-04 {moment}")
        clinic.send(f"2026-03-04 {moment}")
    assert clinic.fates("Remy", "reminder") == [("sent", "")]
    assert clinic.ask("SELECT COUNT(*) FROM attempts") == [1]


@pytest.mark.parametrize("number", ["", "another"])
def test_who_was_reminded_and_books_the_same_time_again_is_not_reminded_twice(clinic: Clinic, number: str) -> None:
    clinic.export(coming("Remy"))
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    again = {"appointment_id": number} if number else {}
    clinic.export(coming("Remy", status="cancelled"), *([coming("Remy", **again)] if again else []))
    clinic.pull("2026-03-04 09:05")
    if not again:
        clinic.export(coming("Remy"))
        clinic.pull("2026-03-04 09:15")
    clinic.send("2026-03-04 09:20")
    assert [state for state, _ in clinic.fates("Remy", "reminder")].count("sent") == 1
    assert clinic.ask("SELECT COUNT(*) FROM attempts") == [1]


def test_a_visit_that_was_moved_away_and_back_is_reminded_of_once(clinic: Clinic) -> None:
    visit = coming("Remy", appointment_id="R1")
    for number, start in enumerate(("2026-03-06 14:00", "2026-03-20 14:00", "2026-03-06 14:00")):
        clinic.export(visit | {"start": start})
        clinic.pull(f"2026-03-03 1{number}:00")
        clinic.send(f"2026-03-03 1{number}:05")
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    clinic.send("2026-03-04 09:10")
    fates = clinic.fates("Remy", "reminder")
    assert ("sent", "") in fates and clinic.ask("SELECT COUNT(*) FROM attempts") == [1]
    assert ("withdrawn", "the patient has this letter about a visit at the same time") in fates


@pytest.mark.parametrize(
    ("starts", "leave"),
    [
        (("10:00", "14:00", "10:00"), ["welcome", "reminder"]),  # the welcome said 2:00 PM
        (("10:00", "14:00", "14:00"), ["welcome"]),
        (("10:00", "10:00", "14:00"), ["welcome", "reminder"]),
    ],
)
def test_nobody_is_reminded_of_the_hour_that_the_welcome_said_and_everybody_of_another(
    clinic: Clinic, starts: tuple[str, ...], leave: list[str]
) -> None:
    row = coming("Nell", appointment_id="N1", booked_at="2026-03-02 18:20")
    for start, moments in zip(starts, (["02 19:00"], ["03 09:30"], ["03 12:00", "04 09:30", "05 09:30"]), strict=True):
        clinic.export(row | {"start": f"2026-03-06 {start}"})
        for moment in moments:
            clinic.pull(f"2026-03-{moment}")
            clinic.send(f"2026-03-{moment[:-1]}5")
    assert clinic.ask("SELECT rule FROM attempts JOIN letters ON letters.id = letter_id ORDER BY attempts.id") == leave


COMING_LATER = [coming(name, "2026-03-20 09:00", booked_at="2026-02-20 08:00") for name in ("Ada", "Bea", "Cleo")]


@pytest.mark.parametrize("hour", ["14:00", "15:00"])
def test_who_was_missing_from_one_export_is_welcomed_once_she_is_in_it_again(clinic: Clinic, hour: str) -> None:
    row = coming("Nell", "2026-03-16 14:00", appointment_id="N1", booked_at="2026-03-03 08:00")
    for moment, rows in (("08:30", [row]), ("10:00", []), ("11:00", [row | {"start": f"2026-03-16 {hour}"}])):
        clinic.export(*rows, *COMING_LATER)
        clinic.pull(f"2026-03-03 {moment}")
        clinic.send(f"2026-03-03 {moment[:-1]}5")
        if not rows:
            assert clinic.fates("Nell", "welcome") == [("withdrawn", "the appointment is now rescheduled")]
    assert clinic.fates("Nell", "welcome") == [("sent", "")]


@pytest.mark.parametrize("away", ["missing from the export", "moved"])
def test_who_is_booked_again_for_the_same_time_a_second_time_is_reminded_of_it_once(clinic: Clinic, away: str) -> None:
    clinic.edit("config/follow_ups.yaml", "wait: -2 days", "wait: -7 days")
    row = coming("Nell", "2026-03-16 14:00", appointment_id="N1", booked_at="2026-02-20 08:00")
    known = [appointment("Nell", "2026-01-16 14:00", kind="PT Evaluation"), *COMING_LATER]
    elsewhere = [] if away != "moved" else [row | {"start": "2026-03-25 14:00"}]
    for moment, rows in (
        ("06 08:00", [row]),
        ("09 08:00", elsewhere),
        ("10 07:00", [row]),
        ("10 08:00", elsewhere),
        ("11 07:00", [row]),
        ("12 08:00", [row]),
    ):
        clinic.export(*known, *rows)
        clinic.pull(f"2026-03-{moment}")
        if moment.endswith("08:00"):
            clinic.send(f"2026-03-{moment[:2]} 09:30")
    assert clinic.fates("Nell", "reminder").count(("sent", "")) == 1


def test_each_occurrence_of_a_weekly_visit_is_reminded_of_once_and_a_cancelled_one_never(clinic: Clinic) -> None:
    clinic.read_from("{name: slots, path: exports/slots.ics}")
    file = clinic.home / "exports" / "slots.ics"
    one_less = WEEKLY.replace("SUMMARY", "EXDATE;TZID=America/Los_Angeles:20260313T090000\nSUMMARY")
    for day in ("2026-02-25", "2026-03-04", "2026-03-05", "2026-03-11", "2026-03-18", "2026-03-19"):
        file.write_text(WEEKLY if day < "2026-03-10" else one_less, "utf-8")
        clinic.pull(f"{day} 08:00")
        clinic.send(f"{day} 09:00")
    reminded = clinic.ask(
        "SELECT events.starts_at FROM letters JOIN events ON events.id = event_id "
        "WHERE rule = 'reminder' AND state = 'sent' ORDER BY events.starts_at"
    )
    assert reminded == ["2026-02-27T17:00:00Z", "2026-03-06T17:00:00Z", "2026-03-20T16:00:00Z"]


def test_in_its_grace_period_a_letter_can_be_stopped_and_then_it_leaves(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", "grace: 0 minutes", "grace: 30 minutes")
    clinic.export(coming("Remy"))
    clinic.pull("2026-03-04 08:45")
    ran = clinic.send("2026-03-04 09:00")
    assert (ran.counts["letters in their grace period"], clinic.in_state("sent")) == (1, set())
    assert clinic.fates("Remy", "reminder") == [("ready", "leaves at 09:30 unless somebody holds or drops it")]
    clinic.send("2026-03-04 09:20")
    assert clinic.in_state("sent") == set()
    clinic.send("2026-03-04 09:30")
    assert clinic.in_state("sent") == {("Remy", "reminder")}


def test_spread_over_the_day_every_run_sends_as_many(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", "spread: no", "spread: yes")
    clinic.export(*(coming(f"Pat{letter}", f"2026-03-06 1{number % 8}:{number:02}") for number, letter in
                    enumerate("abcdefghijklmnopqrst")))  # fmt: skip
    clinic.pull("2026-03-04 08:45")
    left = [clinic.send(f"2026-03-04 {time}").counts.get("letters sent", 0) for time in ("09:00", "09:10", "17:50")]
    assert left == [1, 1, 18]
    assert clinic.ask("SELECT COUNT(*) FROM letters WHERE state = 'sent'") == [20]


def test_where_the_export_stays_the_same_for_too_long_letters_wait(clinic: Clinic) -> None:
    clinic.export(coming("Remy"), coming("Fay", "2026-03-11 10:00"))
    clinic.pull("2026-03-03 08:45")
    clinic.pull("2026-03-09 08:45")
    ran = clinic.send("2026-03-09 09:00")
    assert ran.code == FAILED and clinic.in_state("sent") == set()
    assert ran.outcome.failed == (
        "No new export of the appointments has come within 5 days (the last one was of Tue 03 Mar 2026, 08:45). "
        "The letters wait for the next one. Does the practice system still write it? "
        "config/clinic.yaml says how old it may be (installation: export_within:)."
    )
    clinic.export(coming("Remy"), coming("Fay", "2026-03-11 10:00"), coming("Zoe", "2026-04-11 10:00"))
    clinic.pull("2026-03-09 09:05")
    assert clinic.send("2026-03-09 09:10").code == 0
    assert clinic.in_state("sent") == {("Fay", "reminder")}


def test_news_waits_while_the_law_would_not_let_it_go_and_care_goes_on(clinic: Clinic) -> None:
    days = ("02-03", "02-06", "02-10", "02-13", "02-20", "03-03")
    clinic.export(coming("Remy"), *(appointment("Revi", f"2026-{day} 09:00") for day in days))
    clinic.pull("2026-03-04 08:45")
    clinic.edit("config/clinic.yaml", "1 Made-Up Lane", "Lakeside")
    with serving() as server:
        clinic.mail_through(server.port)
        clinic.send("2026-03-04 09:00")
        assert clinic.in_state("sent") == {("Remy", "reminder")}
        why = "news needs the clinic's postal address; `run_jobs.py check` names them"
        assert clinic.fates("Revi", "review_request") == [("ready", why)]
        clinic.edit("config/clinic.yaml", 'Lakeside"', '1 Made-Up Lane"')
        way_out = "No more of these e-mails: {{ letter.stop_url }}"
        clinic.edit("templates/shell.txt", way_out, "No more of these.")
        clinic.send("2026-03-04 09:10")
        assert clinic.in_state("sent") == {("Remy", "reminder")}
        assert clinic.fates("Revi", "review_request")[0][1].startswith(
            "its template cannot be written for this patient"
        )
        clinic.edit("templates/shell.txt", "No more of these.", way_out)
        clinic.send("2026-03-04 09:20")
    assert ("Revi", "review_request") in clinic.in_state("sent")
    assert clinic.ask("SELECT category, purpose FROM letters WHERE rule = 'review_request'") == [
        ("news", "care after a visit")
    ]
