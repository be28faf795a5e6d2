"""From the export to the mail server: the right letter, once, at a decent hour, whatever happens on the way."""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from datetime import datetime
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path
from queue import Queue
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from hand_written_clinic import ROOT, WEEKLY, Clinic, Row, appointment
from loopback_server import Session, serving
from openpyxl import load_workbook

from jobs.articles.library import load_library
from jobs.clinic.follow_ups import utc_text
from jobs.desk.commands import cli
from jobs.runner.run import FAILED, FINE, UNDER_WAY
from jobs.runner.settings_loading import load_settings

RULES = {
    "welcome": [appointment("Wella", "2026-03-20 10:00", "booked", booked_at="2026-03-04 08:30")],
    "reminder": [appointment("Remy", "2026-03-06 14:00", "booked", booked_at="2026-02-20 10:00")],
    "after_evaluation": [appointment("Eva", "2026-03-03 16:00", kind="PT Initial Evaluation")],
    "mid_plan": [
        appointment("Midge", "2026-02-17 09:00", kind="PT Initial Evaluation"),
        appointment("Midge", "2026-02-24 09:00"),
        appointment("Midge", "2026-03-03 09:00"),
    ],
    "missed_visit": [
        appointment("Missa", "2026-02-25 08:00"),
        appointment("Missa", "2026-03-04 08:00", "no show"),
    ],
    "cancelled": [
        appointment("Cass", "2026-02-25 08:00"),
        appointment("Cass", "2026-03-10 08:00", "cancelled", cancelled_at="2026-03-02 11:00"),
    ],
    "discharged": [
        appointment("Disa", "2026-02-25 08:00"),
        appointment("Disa", "2026-03-03 08:00", kind="PT Discharge Visit"),
    ],
    "check_in_30": [appointment("Thirza", "2026-02-02 08:00", kind="PT Discharge Visit")],
    "check_in_180": [appointment("Hallie", "2025-09-05 08:00", kind="PT Discharge Visit")],
    "lapsed": [appointment("Lappo", "2026-01-18 08:00")],
    "review_request": [
        appointment("Revi", f"2026-{day} 09:00") for day in ("02-03", "02-06", "02-10", "02-13", "02-20", "03-03")
    ],
}
"""A history for each rule of config/follow_ups.yaml that calls for its letter on Wednesday, March 4."""
MOMENTS = {rule: "2026-03-04 09:00" for rule in RULES} | {
    "welcome": "2026-03-04 09:30",  # an hour after the booking
    "missed_visit": "2026-03-04 10:00",  # two hours after the visit
}
LOOKED_AT = ("08:50", "09:00", "09:29", "09:30", "09:59", "10:00", "17:59")


@pytest.fixture(scope="module")
def pulled(opened_clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """The clinic on Wednesday morning, its appointments read and nothing sent yet. For copying only."""
    clinic = opened_clinic.copied(tmp_path_factory.mktemp("pulled") / "clinic")
    clinic.export(*(row for rows in RULES.values() for row in rows))
    ran = clinic.pull("2026-03-04 08:45")
    assert (ran.code, ran.counts["appointments new"]) == (0, sum(map(len, RULES.values())))
    return clinic


@pytest.fixture(scope="module")
def wednesday(pulled: Clinic, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[tuple[str, str]]]:
    """What left on Wednesday, by the moment at which it left."""
    clinic = pulled.copied(tmp_path_factory.mktemp("wednesday") / "clinic")
    left: dict[str, set[tuple[str, str]]] = {}
    before: set[tuple[str, str]] = set()
    for time in LOOKED_AT:
        assert clinic.send(f"2026-03-04 {time}").code == 0
        now = clinic.in_state("sent")
        left[f"2026-03-04 {time}"], before = now - before, now
    return left


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_writes_to_the_patient_who_gives_occasion_and_not_before(
    rule: str, wednesday: dict[str, set[tuple[str, str]]]
) -> None:
    patient = RULES[rule][0]["first_name"]
    left = {
        moment: rules for moment, letters in wednesday.items() if (rules := [r for p, r in letters if p == patient])
    }
    assert left == {MOMENTS[rule]: [rule]}


def test_the_eleven_rules_that_the_program_ships_with_are_all_looked_at(pulled: Clinic) -> None:
    shipped = [rule.name for rule in load_settings(pulled.home).follow_ups.rules]
    assert sorted(shipped) == sorted(RULES) and len(RULES) == 11


@pytest.mark.parametrize(
    "moment", ["2026-03-04 18:00", "2026-03-05 08:59", "2026-03-07 12:00"], ids=["evening", "early", "Saturday"]
)
def test_outside_the_sending_hours_every_letter_waits_and_says_so(pulled: Clinic, tmp_path: Path, moment: str) -> None:
    clinic = pulled.copied(tmp_path / "clinic")
    clinic.pull(moment)
    ran = clinic.send(moment)
    waiting = clinic.ask("SELECT reason FROM letters WHERE state = 'planned' AND due_at <= ?", utc(moment))
    assert (ran.code, ran.counts.get("letters sent", 0)) == (0, 0)
    assert set(waiting) == {"outside the sending hours"}
    assert ran.counts["letters waiting"] == len(waiting) >= 7  # some are too late by Saturday


def utc(moment: str) -> str:
    """A moment of the clinic's clock as its memory writes it."""
    return utc_text(datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("America/Los_Angeles")))


def test_on_a_holiday_every_letter_waits(pulled: Clinic, tmp_path: Path) -> None:
    clinic = pulled.copied(tmp_path / "clinic")
    clinic.edit("config/clinic.yaml", "holidays: []", "holidays: [2026-03-04]")
    ran = clinic.send("2026-03-04 10:00")
    assert (ran.code, ran.counts.get("letters sent", 0), clinic.in_state("sent")) == (0, 0, set())


def test_what_falls_into_the_night_or_the_weekend_leaves_at_the_next_opening(clinic: Clinic) -> None:
    clinic.export(
        appointment("Nina", "2026-03-06 17:00", "no show"),  # two hours later is after closing on a Friday
        appointment("Sam", "2026-03-20 10:00", "booked", booked_at="2026-03-07 11:00"),  # booked on a Saturday
    )
    clinic.pull("2026-03-08 07:00")
    moments = "2026-03-08 12:00", "2026-03-09 08:59", "2026-03-09 09:00"  # the clocks change on this Sunday
    sent = [(clinic.send(moment), clinic.in_state("sent"))[1] for moment in moments]
    assert sent == [set(), set(), {("Nina", "missed_visit"), ("Sam", "welcome")}]


def test_a_rule_that_is_new_writes_to_nobody_of_last_year(new_clinic: Clinic) -> None:
    new_clinic.export(*(row for rows in RULES.values() for row in rows))
    new_clinic.pull("2026-03-04 08:45")
    for time in ("09:00", "10:00"):
        assert new_clinic.send(f"2026-03-04 {time}").code == 0
    happened_before = {"after_evaluation", "mid_plan", "cancelled", "discharged", "check_in_30", "check_in_180",
                       "lapsed", "review_request"}  # fmt: skip
    assert not set(new_clinic.ask("SELECT rule FROM letters")) & happened_before
    assert new_clinic.in_state("sent") == {("Wella", "welcome"), ("Remy", "reminder"), ("Missa", "missed_visit")}


def test_switching_a_rule_on_writes_to_nobody_whose_visit_is_over(new_clinic: Clinic) -> None:
    clinic = new_clinic
    clinic.edit("config/follow_ups.yaml", "    template: discharged.md", "    template: discharged.md\n    on: no")
    clinic.export(*RULES["discharged"])
    for moment in ("2025-08-01 10:00", "2026-03-04 08:45", "2026-03-04 09:00"):
        clinic.pull(moment)
        clinic.send(moment)
    clinic.edit("config/follow_ups.yaml", "    on: no", "    on: yes")
    later = appointment("Dora", "2026-03-05 08:00", kind="PT Discharge Visit")
    clinic.export(*RULES["discharged"], later)
    for moment in ("2026-03-05 09:00", "2026-03-06 09:00"):
        clinic.pull(moment)
        clinic.send(moment)
    assert clinic.fates("Disa", "discharged") == []
    assert clinic.fates("Dora", "discharged") == [("sent", "")]


def coming(count: int, day: str = "2026-03-06") -> list[Row]:
    """So many patients who come on that day and are reminded of it two days before."""
    return [appointment(pat(n), f"{day} {8 + n % 9:02}:{n % 60:02}", "booked") for n in range(count)]


def pat(number: int) -> str:
    """A first name without digits, which no letter would begin with."""
    return "Pat" + "".join("abcdefghij"[int(digit)] for digit in str(number))


def test_every_letter_reaches_the_server_once_over_two_runs(clinic: Clinic) -> None:
    clinic.export(*coming(40))
    with serving() as server:
        clinic.mail_through(server.port)
        clinic.pull("2026-03-04 08:45")
        first, second = clinic.send("2026-03-04 09:00"), clinic.send("2026-03-04 09:10")
        clinic.pull("2026-03-04 09:15")
        third = clinic.send("2026-03-04 09:20")
    assert [ran.code for ran in (first, second, third)] == [0, 0, 0]
    assert [ran.counts.get("letters sent", 0) for ran in (first, second, third)] == [40, 0, 0]
    assert Counter(server.recipients()) == {f"{pat(number).lower()}@patient.example": 1 for number in range(40)}
    assert Counter(clinic.ask("SELECT outcome FROM attempts")) == {"sent": 40}


def test_what_leaves_is_a_private_letter_to_one_patient(clinic: Clinic) -> None:
    clinic.export(*coming(1))
    with serving() as server:
        clinic.mail_through(server.port, reply_to="desk@lakeside.example")
        clinic.pull("2026-03-04 08:45")
        clinic.send("2026-03-04 09:00")
    ((recipient, data),) = server.taken
    letter = message_from_bytes(data, policy=policy.default)
    assert (recipient, letter["To"], letter.get_all("Cc"), letter.get_all("Bcc")) == (
        letter["To"],
        recipient,
        None,
        None,
    )
    assert (letter["Reply-To"], letter["Auto-Submitted"]) == ("desk@lakeside.example", "auto-generated")
    assert letter["Message-ID"] == clinic.ask("SELECT message_id FROM letters WHERE state = 'sent'")[0]
    assert "Pata" not in letter["Subject"] and "Pata" in letter.get_body(("plain",)).get_content()
    assert "Friday, March 6" in letter.get_body(("plain",)).get_content()
    assert "mailto:" in letter["List-Unsubscribe"]


class Killer:
    """Ends a process with SIGKILL when a step is reached for a given number of letters, as the server sees it."""

    def __init__(self) -> None:
        self.process, self.step, self.left, self.connections = Queue[int](), "", 0, 0

    def aim(self, step: str, left: int, connections: int) -> None:
        """At the run that begins next and puts its number into `process`; so many connections were others'."""
        self.step, self.left, self.connections = step, left, connections

    def watch(self, step: str, session: Session) -> str | None:
        if step == self.step and session.number > self.connections:
            self.left -= 1
            if self.left == 0:
                os.kill(self.process.get(timeout=60), signal.SIGKILL)
        return None


def test_killed_at_random_moments_every_letter_is_sent_once_or_listed_as_unknown(clinic: Clinic) -> None:
    letters, kills = 230, ("MAIL", "body", "text", "sent", "DATA", "text", "body")
    chance, killer = random.Random(2), Killer()
    clinic.export(*coming(letters))
    clinic.pull("2026-03-04 08:45")
    with serving(killer.watch) as server:
        clinic.mail_through(server.port, brake_floor=letters)
        for step in kills:
            killer.aim(step, chance.randint(1, letters // len(kills)), server.connections)
            with clinic.process("send_follow_ups", "2026-03-04 09:00") as process:
                killer.process.put(process.pid)
                process.communicate(timeout=60)
            assert process.returncode == -signal.SIGKILL
        killer.aim("", 0, 0)
        last = clinic.send("2026-03-04 09:00")
    arrived = Counter(str(message_from_bytes(data, policy=policy.default)["Message-ID"]) for _, data in server.taken)
    assert max(arrived.values()) == 1 == max(Counter(server.recipients()).values())
    states = dict(clinic.ask("SELECT message_id, state FROM letters WHERE rule = 'reminder'"))
    sent, unknown = ({key for key, state in states.items() if state == its} for its in ("sent", "unknown"))
    assert last.code == 0 and len(sent) + len(unknown) == len(states) == letters
    assert sent <= set(arrived) <= sent | unknown
    assert 0 < len(unknown) <= len(kills)
    reasons = set(clinic.ask("SELECT reason FROM letters WHERE state = 'unknown'"))
    assert reasons <= {"the run ended while it was on its way"}
    assert Counter(clinic.ask("SELECT outcome FROM runs WHERE job = 'send_follow_ups'"))["died"] == len(kills)
    listed = clinic.command("status", moment="2026-03-04 09:05").output
    assert f"letters that may have left (unknown), see `outbox`: {len(unknown)}" in listed


KILLED = """
import os, signal, sys
from contextlib import contextmanager
from jobs.desk.commands import cli
from jobs.store.memory import Store
begin, left, inside = Store.begin, int(sys.argv[1]), sys.argv[2] == "inside"
@contextmanager
def killing(store):
    global left
    left -= 1
    with begin(store) as memory:
        yield memory
        if left == 0 and inside:
            os.kill(os.getpid(), signal.SIGKILL)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
Store.begin = killing
cli(sys.argv[3:])
"""


@pytest.mark.parametrize("where", ["inside", "after"])
def test_killed_at_any_step_of_its_memory_a_run_loses_no_letter_and_repeats_none(clinic: Clinic, where: str) -> None:
    letters, chance = 120, random.Random(5)
    clinic.export(*coming(letters))
    clinic.pull("2026-03-04 08:45")
    with serving() as server:
        clinic.mail_through(server.port, brake_floor=letters)
        words = ["-C", str(clinic.home), "--now", "2026-03-04 09:00", "run", "send_follow_ups"]
        ends = []
        for step in sorted(chance.sample(range(1, 14), 6)):
            command = [sys.executable, "-c", KILLED, str(step), where, *words]
            ends.append(subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60).returncode)
        assert ends.count(-signal.SIGKILL) >= 4 and set(ends) <= {-signal.SIGKILL, 0}
        assert clinic.send("2026-03-04 09:00").code == 0
    assert max(Counter(server.recipients()).values()) == 1
    states = Counter(clinic.ask("SELECT state FROM letters WHERE rule = 'reminder'"))
    assert states.total() == letters == states["sent"] + states["unknown"]
    assert states["sent"] <= len(server.taken) <= letters


def test_of_two_runs_at_once_one_sends_and_the_other_says_that_it_did_nothing(clinic: Clinic) -> None:
    reached, go_on = Event(), Event()

    def hold(step: str, session: Session) -> None:
        if step == "MAIL":
            reached.set()
            assert go_on.wait(60)

    clinic.export(*coming(3))
    clinic.pull("2026-03-04 08:45")
    with serving(hold) as server:
        clinic.mail_through(server.port)
        with clinic.process("send_follow_ups", "2026-03-04 09:00") as first:
            assert reached.wait(60)
            with clinic.process("send_follow_ups", "2026-03-04 09:00") as second:
                said = second.communicate(timeout=60)
            connections = server.connections
            go_on.set()
            first.communicate(timeout=60)
    assert (first.returncode, second.returncode, connections) == (FINE, UNDER_WAY, 1)
    assert said[0] == "" and said[1].startswith(
        f"send_follow_ups is under way in another process (process {first.pid} "
    )
    assert len(server.taken) == 3 and Counter(clinic.ask("SELECT outcome FROM attempts")) == {"sent": 3}


def test_a_patient_without_an_address_is_listed_with_the_reason_and_others_go_on(clinic: Clinic) -> None:
    clinic.export(appointment("Noa", "2026-03-06 09:00", "booked", email=""), *coming(1))
    clinic.pull("2026-03-04 08:45")
    ran = clinic.send("2026-03-04 09:00")
    assert ran.code == 0 and clinic.in_state("sent") == {("Pata", "reminder")}
    assert clinic.fates("Noa", "reminder") == [("planned", "no e-mail address is known yet")]
    clinic.export(appointment("Noa", "2026-03-06 09:00", "booked"), *coming(1))
    clinic.pull("2026-03-04 10:00")
    clinic.send("2026-03-04 10:10")
    assert ("Noa", "reminder") in clinic.in_state("sent")


def test_an_address_that_comes_too_late_brings_no_letter(clinic: Clinic) -> None:
    clinic.export(appointment("Noa", "2026-03-06 09:00", "booked", email=""), *coming(1))
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    clinic.send("2026-03-06 08:00")
    assert clinic.fates("Noa", "reminder") == [("withdrawn", "no e-mail address is known")]


def test_the_welcome_leaves_once_though_an_earlier_first_visit_is_booked_instead(clinic: Clinic) -> None:
    def booked(day: str, at: str, status: str = "booked") -> Row:
        return appointment("Noa", f"{day} 09:00", status, booked_at=at)

    first = booked("2026-03-25", "2026-03-04 08:30")
    clinic.export(first)
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 10:00")
    sooner = [booked("2026-03-25", "2026-03-04 08:30", "cancelled"), booked("2026-03-20", "2026-03-05 08:30")]
    clinic.export(*sooner)
    clinic.pull("2026-03-05 08:45")
    clinic.send("2026-03-05 10:00")
    clinic.export(*sooner, booked("2026-03-17", "2026-03-06 08:30"))
    clinic.pull("2026-03-06 08:45")
    clinic.send("2026-03-06 10:00")
    again = ("withdrawn", "the patient has this letter in this course of care")
    assert clinic.fates("Noa", "welcome") == [("sent", ""), again, again]


def test_the_letter_after_the_third_visit_leaves_once_though_a_visit_was_charted_late(clinic: Clinic) -> None:
    days = ("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05")
    clinic.export(*(appointment("Noa", f"{day} 09:00", "completed" if day != days[2] else "booked") for day in days))
    clinic.pull("2026-03-05 18:00")
    clinic.send("2026-03-06 09:30")
    clinic.export(*(appointment("Noa", f"{day} 09:00", "completed") for day in days))
    clinic.pull("2026-03-06 10:00")
    clinic.send("2026-03-06 10:30")
    assert clinic.fates("Noa", "mid_plan") == [("sent", "")]


@pytest.mark.parametrize("at_once", [1, 2_000])
def test_a_family_at_one_address_gets_each_ones_reminder_and_two_news_letters_a_week(
    clinic: Clinic, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.sending.deciding.LOOKED_AT", at_once)  # letters of one address stay together
    days = ("02-03", "02-06", "02-10", "02-13", "02-20", "03-03")
    clinic.export(
        *(appointment(name, "2026-03-06 09:00", "booked", email="a@family.example") for name in ("Ann", "Ben", "Cleo")),
        *(appointment(name, f"2026-{day} 09:00", email="news@family.example") for name in ("Dan", "Eli", "Fay")
          for day in days),
    )  # fmt: skip
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    sent = Counter(rule for _, rule in clinic.in_state("sent"))
    assert (sent["reminder"], sent["review_request"]) == (3, 2)
    (waits,) = clinic.ask("SELECT reason FROM letters WHERE rule = 'review_request' AND state = 'planned'")
    assert waits == "2 news letters in 7 days are enough for one address"


def test_nobody_gets_more_letters_in_a_week_than_the_cap_allows(clinic: Clinic) -> None:
    evaluated = [appointment("Cap", f"2026-{day} 09:00") for day in ("01-28", "02-04", "02-11", "02-18", "02-25")]
    busy = [appointment("Cap", "2026-03-02 09:00"), appointment("Cap", "2026-03-04 08:00", "no show")]
    cancelled = appointment("Cap", "2026-03-12 08:00", "cancelled", cancelled_at="2026-03-02 11:00")
    clinic.export(*evaluated, *busy, cancelled)
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 10:00")
    assert clinic.in_state("sent") == {("Cap", "missed_visit"), ("Cap", "cancelled")}  # the two that matter most
    assert clinic.fates("Cap", "review_request") == [("planned", "2 letters in 7 days are enough for one patient")]


def test_a_run_far_above_the_usual_stops_and_sends_nothing_until_a_person_allows_it(clinic: Clinic) -> None:
    clinic.export(*coming(51))
    clinic.pull("2026-03-04 08:45")
    with serving() as server:
        clinic.mail_through(server.port)
        told = (
            "The brake would stop the run of Wed 04 Mar {}, which would send 51 letters; usual are 0, and the limit is "
            "50 (brake_multiple 5, brake_floor 50); if the number is right, write brake_floor: 51 in "
            "config/clinic.yaml for one run.\n51 letters would leave once that is settled; "
        )
        assert told.format("09:00") in clinic.command("forecast", moment="2026-03-04 08:50").output
        stopped = clinic.send("2026-03-04 09:00")
        assert (stopped.code, server.connections) == (FAILED, 0)
        assert stopped.outcome.failed.startswith("This run would send 51 letters; usual are 0, and the limit is 50 ")
        assert told.format("09:05") in clinic.command("forecast", moment="2026-03-04 09:05").output
        clinic.mail_through(server.port, brake_floor=51)
        assert "brake" not in clinic.command("forecast", moment="2026-03-04 09:05").output
        allowed = clinic.send("2026-03-04 09:10")
    assert (allowed.code, allowed.counts["letters sent"], len(server.taken)) == (0, 51, 51)


def test_the_brake_knows_what_is_usual(clinic: Clinic) -> None:
    with serving() as server:
        clinic.mail_through(server.port, brake_floor=20, brake_multiple=2)
        clinic.export(*coming(20))
        clinic.pull("2026-03-04 08:45")
        assert clinic.send("2026-03-04 09:00").counts["letters sent"] == 20
        clinic.mail_through(server.port, brake_floor=1)
        clinic.export(*coming(41, "2026-03-09"))
        clinic.pull("2026-03-06 08:45")
        stopped = clinic.send("2026-03-06 09:00")
    assert stopped.outcome.failed.startswith("This run would send 41 letters; usual are 20, and the limit is 40 ")
    assert len(server.taken) == 20


def test_redirected_every_letter_goes_to_one_address_and_to_no_patient(clinic: Clinic) -> None:
    clinic.export(*coming(5))
    clinic.pull("2026-03-04 08:45")
    with serving() as server:
        clinic.mail_through(server.port, "redirect", redirect_to="office@lakeside.example")
        ran = clinic.send("2026-03-04 09:00")
    assert (ran.code, ran.counts["letters sent"]) == (0, 5)
    assert server.recipients() == ["office@lakeside.example"] * 5


def test_in_preview_nothing_leaves_the_house(clinic: Clinic) -> None:
    clinic.export(*coming(5))
    clinic.pull("2026-03-04 08:45")
    with serving() as server:
        clinic.mail_through(server.port, "preview")
        clinic.send("2026-03-04 09:00")
    assert server.connections == 0
    assert len(list((clinic.home / "var" / "outbox" / "2026-03-04").glob("*.eml"))) == 5


def test_a_letter_with_a_fault_waits_with_its_reason_and_the_others_go_on(clinic: Clinic) -> None:
    clinic.export(*RULES["missed_visit"], *RULES["reminder"])
    clinic.pull("2026-03-04 08:45")
    clinic.edit("templates/missed_visit.md", "{{ patient.first_name }}", "{{ patient.frist_name }}")
    shutil.rmtree(clinic.home / "var" / "versions", ignore_errors=True)  # no version of it was ever good
    ran = clinic.send("2026-03-04 10:00")
    assert clinic.in_state("sent") == {("Remy", "reminder")}
    ((state, reason),) = clinic.fates("Missa", "missed_visit")
    assert state in ("planned", "ready") and reason == "its template has faults; `run_jobs.py check` names them"
    assert ran.outcome.notes == (
        "1 letters wait: templates/missed_visit.md has faults; `run_jobs.py check` names them.",
    )
    clinic.edit("templates/missed_visit.md", "{{ patient.frist_name }}", "{{ patient.first_name }}")
    clinic.send("2026-03-04 10:10")
    assert ("Missa", "missed_visit") in clinic.in_state("sent")


ARTICLES = """\
slug,title,url,topics,icd10,summary,published,purpose,off
back,Moving again,https://lakeside.example/back,low back pain;walking,M54.5,Ten minutes.,2026-01-01,,
knee,A knee on stairs,https://lakeside.example/knee,knee pain,M25.56,Stairs.,2026-01-01,,
"""
NO_TOPICS = (
    "config/articles.csv, line 1: The first line has no column topics. Letters with articles wait until it has one.\n"
    "The first line must be: slug,title,url,topics,icd10,summary,published,purpose,off"
)


@pytest.fixture
def seen_yesterday(clinic: Clinic) -> Clinic:
    """Eva came with her back yesterday; a reminder is due as well, and it carries no articles."""
    (clinic.home / "config" / "articles.csv").write_text(ARTICLES, "utf-8")
    clinic.export(RULES["after_evaluation"][0] | {"complaint": "low back pain"}, *RULES["reminder"])
    clinic.pull("2026-03-04 08:45")
    return clinic


def as_asked(clinic: Clinic, moment: str, *words: str) -> str:
    """What a command prints, on one line."""
    return " ".join(clinic.command(*words, moment=moment).output.split())


def test_letters_with_articles_wait_while_their_list_cannot_be_read_and_everyone_says_so(
    seen_yesterday: Clinic,
) -> None:
    clinic = seen_yesterday
    clinic.edit("config/articles.csv", "topics", "themes")
    ran = clinic.send("2026-03-04 09:00")
    assert clinic.in_state("sent") == {("Remy", "reminder")}
    reason = "config/articles.csv has faults and cannot be read; `run_jobs.py check` names them"
    assert clinic.fates("Eva", "after_evaluation") == [("ready", reason)]
    assert ran.outcome.notes == (NO_TOPICS, f"1 letter waits: {reason}.")
    said = " ".join(NO_TOPICS.split())
    assert said in as_asked(clinic, "2026-03-04 09:05", "status")
    assert said in as_asked(clinic, "2026-03-04 09:05", "check")
    told = as_asked(clinic, "2026-03-04 09:05", "forecast", "--days", "1")
    assert f"waits: {reason}" in told
    assert f"1 letter waits: {reason}. 0 letters would leave; 1 would wait for a person; 0 planned" in told
    told = as_asked(clinic, "2026-03-04 09:05", "preview", "after_evaluation")
    assert f"Shown without articles, and not sent to patients: {reason}." in told
    assert "not sent to patients" not in as_asked(clinic, "2026-03-04 09:05", "preview", "reminder")
    book = load_workbook(clinic.run("summarize_referrals", "2026-03-04 09:06").outcome.files[0])
    assert said in [cell.value for (cell, *_) in book["Health"].iter_rows()]
    clinic.edit("config/articles.csv", "themes", "topics")
    clinic.send("2026-03-04 09:10")
    assert ("Eva", "after_evaluation") in clinic.in_state("sent")
    assert any("Moving again" in letter.read_text("utf-8") for letter in (clinic.home / "var").glob("outbox/*/*.eml"))


@pytest.mark.parametrize("broken", ["", None, ARTICLES.replace("\nback,", '\n"back,')])
def test_a_list_that_is_empty_gone_or_cut_by_a_quotation_mark_holds_letters_with_articles_back(
    seen_yesterday: Clinic, broken: str | None
) -> None:
    path = seen_yesterday.home / "config" / "articles.csv"
    path.unlink() if broken is None else path.write_text(broken, "utf-8")
    seen_yesterday.send("2026-03-04 09:00")
    assert seen_yesterday.in_state("sent") == {("Remy", "reminder")}


def test_a_list_without_any_article_holds_no_letter_back(seen_yesterday: Clinic) -> None:
    (seen_yesterday.home / "config" / "articles.csv").write_text(ARTICLES.splitlines()[0] + "\n", "utf-8")
    assert seen_yesterday.send("2026-03-04 09:00").outcome.notes == ()
    assert ("Eva", "after_evaluation") in seen_yesterday.in_state("sent")


def test_of_a_list_with_one_faulty_line_that_article_alone_is_left_out_and_everyone_says_so(
    seen_yesterday: Clinic,
) -> None:
    clinic = seen_yesterday
    clinic.edit("config/articles.csv", "M25.56", "M25;56x")
    fault = str(load_library(clinic.home / "config" / "articles.csv")[1][0])
    assert fault.startswith('config/articles.csv, line 3: icd10 "56x"')
    assert clinic.send("2026-03-04 09:00").outcome.notes[0] == fault
    assert ("Eva", "after_evaluation") in clinic.in_state("sent")
    said = " ".join(fault.split())
    assert said in as_asked(clinic, "2026-03-04 09:05", "status")
    book = load_workbook(clinic.run("summarize_referrals", "2026-03-04 09:06").outcome.files[0])
    assert said in [cell.value for (cell, *_) in book["Health"].iter_rows()]


def test_of_a_letter_that_was_saved_with_a_fault_the_last_good_version_goes_on(clinic: Clinic) -> None:
    clinic.export(*RULES["missed_visit"])
    clinic.pull("2026-03-04 08:45")
    assert clinic.command("check").exit_code == 0
    clinic.edit("templates/missed_visit.md", "Whenever you are ready", "{% if clinic.phone %}Any time")
    ran = clinic.send("2026-03-04 10:00")
    assert clinic.in_state("sent") == {("Missa", "missed_visit")}
    assert ran.outcome.notes == (
        "templates/missed_visit.md has faults; its version 1 goes on. `run_jobs.py check` names them.",
    )
    assert "Whenever you are ready" in letter_in_folder(clinic)
    status = clinic.command("status", moment="2026-03-04 10:10").output
    assert "a mistake in templates/missed_visit.md, see check; missed_visit.md goes on as it was saved on" in status


def test_a_letter_that_was_renamed_concerns_no_other_and_its_last_good_version_goes_on(clinic: Clinic) -> None:
    clinic.export(*RULES["missed_visit"], *RULES["reminder"])
    desk = partial(CliRunner().invoke, cli)
    assert desk(["-C", str(clinic.home), "check"]).exit_code == 0
    letter = clinic.home / "templates" / "missed_visit.md"
    letter.rename(letter.with_name("missed_visit.md.txt"))
    assert clinic.pull("2026-03-04 08:45").code == 0
    ran = clinic.send("2026-03-04 10:00")
    assert ran.code == 0 and clinic.in_state("sent") == {("Missa", "missed_visit"), ("Remy", "reminder")}
    assert ran.outcome.notes == (
        "templates/missed_visit.md is not there; its version 1 goes on. `run_jobs.py check` says what to do.",
    )
    for command in (["forecast"], ["why", "Missa Fictional"], ["stop", "missa@patient.example"], ["stop"]):
        asked = desk(["-C", str(clinic.home), "--now", "2026-03-04 10:10", *command])
        assert asked.exit_code == 0, asked.output
    status = desk(["-C", str(clinic.home), "--now", "2026-03-04 10:10", "status"]).output
    assert "templates/missed_visit.md is not there, see check; missed_visit.md goes on as it was saved on" in status


def test_a_letter_that_is_gone_and_was_never_kept_waits_and_the_others_go_on(clinic: Clinic) -> None:
    clinic.export(*RULES["missed_visit"], *RULES["reminder"])
    clinic.pull("2026-03-04 08:45")
    letter = clinic.home / "templates" / "missed_visit.md"
    gone = letter.rename(clinic.home / "missed_visit.md")
    shutil.rmtree(clinic.home / "var" / "versions", ignore_errors=True)
    ran = clinic.send("2026-03-04 10:00")
    assert ran.code == 0 and clinic.in_state("sent") == {("Remy", "reminder")}
    ((state, reason),) = clinic.fates("Missa", "missed_visit")
    assert state in ("planned", "ready") and reason == "its template is not there; `run_jobs.py check` names them"
    assert ran.outcome.notes == (
        "1 letters wait: templates/missed_visit.md is not there; `run_jobs.py check` says what to do.",
    )
    status = clinic.command("status", moment="2026-03-04 10:10").output
    assert "templates/missed_visit.md is not there, see check; its letters wait" in status
    gone.rename(letter)
    clinic.send("2026-03-04 10:10")
    assert ("Missa", "missed_visit") in clinic.in_state("sent")


def test_a_patient_who_reads_spanish_is_written_to_in_spanish_where_there_is_such_a_letter(clinic: Clinic) -> None:
    remy, missa = RULES["reminder"][0], [row | {"language": "Español"} for row in RULES["missed_visit"]]
    clinic.export(remy | {"language": "Spanish"}, *missa)
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    assert clinic.in_state("sent") == {("Remy", "reminder")}
    words = letter_in_folder(clinic)
    assert "Hola Remy:" in words and "Cuándo: viernes, 6 de marzo, 2:00 p.m." in words
    clinic.send("2026-03-04 10:00")
    assert "Hello Missa," in letter_in_folder(clinic)  # there is no missed_visit.es.md: the clinic's own goes


def test_a_spanish_letter_that_was_deleted_goes_on_and_the_run_says_so(clinic: Clinic) -> None:
    assert clinic.command("check").exit_code == 0
    (clinic.home / "templates" / "reminder.es.md").unlink()
    clinic.export(RULES["reminder"][0] | {"language": "Spanish"})
    clinic.pull("2026-03-04 08:45")
    ran = clinic.send("2026-03-04 09:00")
    assert "Hola Remy:" in letter_in_folder(clinic)
    assert ran.outcome.notes == (
        "templates/reminder.es.md is not there; its version 1 goes on. `run_jobs.py check` says what to do.",
    )


@pytest.mark.parametrize(("setting", "named"), [("no", False), ("yes", True)])
def test_a_letter_names_what_its_articles_are_about_only_where_the_clinic_wants_it(
    clinic: Clinic, setting: str, named: bool
) -> None:
    columns = "slug,title,url,topics,icd10,summary,published,purpose,off\n"
    line = "a,Moving again,https://lakeside.example/a,low back pain;walking,M54.5,Ten minutes.,2026-01-01,,\n"
    (clinic.home / "config" / "articles.csv").write_text(columns + line, "utf-8")
    clinic.edit("config/clinic.yaml", "name_topics: no", f"name_topics: {setting}")
    clinic.export(RULES["after_evaluation"][0] | {"complaint": "low back pain"})
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 09:00")
    words = letter_in_folder(clinic)
    assert "Moving again" in words and "Chosen to go with your visits." in words
    assert ("It is about: low back pain, walking" in words, "back pain" in words) == (named, named)


def letter_in_folder(clinic: Clinic) -> str:
    """The text of the newest letter in the outbox folder."""
    newest = max((clinic.home / "var" / "outbox").glob("*/*.eml"), key=lambda path: path.name)
    return message_from_bytes(newest.read_bytes(), policy=policy.default).get_body(("plain",)).get_content()


SINCE: dict[str, tuple[list[Row], str]] = {
    "reminder": (
        [appointment("Remy", "2026-03-06 14:00", "cancelled", cancelled_at="2026-03-04 08:50")],
        "the appointment is now cancelled",
    ),
    "welcome": (
        [appointment("Wella", "2026-03-20 10:00", "cancelled", booked_at="2026-03-04 08:30")],
        "the appointment is now cancelled",
    ),
    "missed_visit": (
        [*RULES["missed_visit"], appointment("Missa", "2026-03-12 08:00", "booked")],
        "a future visit is booked",
    ),
    "cancelled": (
        [*RULES["cancelled"], appointment("Cass", "2026-03-12 08:00", "booked")],
        "a future visit is booked",
    ),
    "lapsed": (
        [*RULES["lapsed"], appointment("Lappo", "2026-03-03 08:00")],
        "the patient came again since, and the letter after that visit counts",
    ),
    "after_evaluation": (
        [appointment("Eva", "2026-03-03 16:00", "no show", "PT Initial Evaluation")],
        "the visit is now no-show",
    ),
    "discharged": (
        [*RULES["discharged"], appointment("Disa", "2026-03-12 08:00", "booked")],
        "a future visit is booked",
    ),
    "check_in_30": (
        [*RULES["check_in_30"], appointment("Thirza", "2026-03-12 08:00", "booked")],
        "a future visit is booked",
    ),
    "check_in_180": (
        [*RULES["check_in_180"], appointment("Hallie", "2026-02-12 08:00")],
        "the patient came again since",
    ),
}
"""What a later export says of the same patients, and why their planned letters are then not sent."""


@pytest.fixture(scope="module")
def overtaken(pulled: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """The clinic on Wednesday, with letters planned at 8:50 and another export read at 8:55. For reading only."""
    clinic = pulled.copied(tmp_path_factory.mktemp("overtaken") / "clinic")
    clinic.send("2026-03-04 08:50")
    planned = {rule for _, rule in clinic.in_state("planned")}
    assert planned >= SINCE.keys()
    clinic.export(*(row for rows, _ in SINCE.values() for row in rows))
    assert clinic.pull("2026-03-04 08:55").code == 0
    assert clinic.send("2026-03-04 10:00").code == 0
    return clinic


@pytest.mark.parametrize("rule", SINCE)
def test_a_planned_letter_is_withdrawn_when_a_later_export_says_otherwise(overtaken: Clinic, rule: str) -> None:
    rows, reason = SINCE[rule]
    patient = rows[0]["first_name"]
    assert ("withdrawn", reason) in overtaken.fates(patient, rule)
    assert (patient, rule) not in overtaken.in_state("sent")


def test_a_moved_visit_is_reminded_of_at_its_new_time_only(clinic: Clinic) -> None:
    before = appointment("Remy", "2026-03-06 14:00", "booked", appointment_id="R1")
    clinic.export(before)
    clinic.pull("2026-03-04 08:45")
    clinic.send("2026-03-04 08:46")
    clinic.export(before | {"start": "2026-03-11 15:00"})
    clinic.pull("2026-03-04 08:55")
    clinic.send("2026-03-04 09:00")
    assert clinic.in_state("sent") == set()
    clinic.pull("2026-03-09 08:55")
    clinic.send("2026-03-09 09:00")
    reminders = clinic.ask("SELECT state, reason FROM letters WHERE rule = 'reminder' ORDER BY id")
    assert reminders == [("withdrawn", "the appointment was moved"), ("sent", "")]


def test_nobody_is_reminded_of_a_slot_that_was_deleted_from_the_calendar(clinic: Clinic) -> None:
    clinic.read_from("{name: slots, path: exports/slots.ics}")
    file = clinic.home / "exports" / "slots.ics"
    file.write_text(WEEKLY, "utf-8")
    clinic.pull("2026-03-03 08:00")
    file.write_text(WEEKLY.replace("SUMMARY", "EXDATE;TZID=America/Los_Angeles:20260306T090000\nSUMMARY"), "utf-8")
    clinic.pull("2026-03-04 08:00")
    assert clinic.send("2026-03-04 09:00").code == 0
    assert clinic.in_state("sent") == set()
    clinic.pull("2026-03-11 08:00")
    clinic.send("2026-03-11 09:00")
    assert clinic.in_state("sent") == {("Mira", "reminder")}  # of the slot a week later


def test_nobody_is_reminded_of_a_slot_that_became_a_lunch_and_somebody_is_where_it_is_a_visit_again(
    clinic: Clinic,
) -> None:
    clinic.read_from("{name: slots, path: exports/slots.ics}")
    file = clinic.home / "exports" / "slots.ics"
    single = WEEKLY.replace("20260227", "20260306").replace("RRULE:FREQ=WEEKLY;COUNT=4\n", "")
    file.write_text(single, "utf-8")
    clinic.pull("2026-03-03 08:00")
    file.write_text(single.replace("PT - Mira Quill (back)", "Lunch"), "utf-8")
    assert clinic.pull("2026-03-03 09:00").counts["appointments gone"] == 1
    clinic.send("2026-03-04 09:00")
    assert clinic.ask("SELECT status FROM appointments") == ["rescheduled"]
    assert clinic.in_state("sent") == set()
    file.write_text(single, "utf-8")
    clinic.pull("2026-03-04 10:00")
    assert clinic.ask("SELECT status FROM appointments") == ["booked"]


def test_of_a_series_the_times_that_became_a_lunch_are_no_visits(clinic: Clinic) -> None:
    clinic.read_from("{name: slots, path: exports/slots.ics}")
    file = clinic.home / "exports" / "slots.ics"
    file.write_text(WEEKLY, "utf-8")
    clinic.pull("2026-03-03 08:00")
    lunch = WEEKLY[WEEKLY.index("BEGIN:VEVENT") : WEEKLY.index("END:VCALENDAR")].replace("20260227", "20260306")
    lunch = lunch.replace("RRULE:FREQ=WEEKLY;COUNT=4", "RECURRENCE-ID;TZID=America/Los_Angeles:20260306T090000")
    file.write_text(
        WEEKLY.replace("END:VCALENDAR\n", lunch.replace("PT - Mira Quill (back)", "Lunch") + "END:VCALENDAR\n")
    )
    clinic.pull("2026-03-04 08:00")
    known = "SELECT starts_on, status FROM appointments WHERE starts_on >= '2026-03-04' ORDER BY starts_on"
    assert clinic.ask(known) == [("2026-03-06", "rescheduled"), ("2026-03-13", "booked"), ("2026-03-20", "booked")]


def test_nobody_is_reminded_of_a_row_that_is_gone_from_the_export(clinic: Clinic) -> None:
    others = [appointment("Ann", "2026-03-02 14:00"), appointment("Ann", "2026-03-20 14:00", "booked")]
    clinic.export(*RULES["reminder"], *others)
    clinic.pull("2026-03-03 08:00")
    clinic.export(*others)
    clinic.pull("2026-03-04 08:00")
    assert clinic.send("2026-03-04 09:00").code == 0
    assert ("Remy", "reminder") not in clinic.in_state("sent")


def test_letters_wait_where_the_newest_good_pull_is_too_old(clinic: Clinic) -> None:
    clinic.export(*coming(2))
    clinic.pull("2026-03-02 08:45")
    ran = clinic.send("2026-03-04 09:00")
    assert (ran.code, clinic.in_state("sent")) == (FAILED, set())
    assert ran.outcome.failed == (
        "No pull of the appointments ended well within 2 days (the last one began on Mon 02 Mar 2026, 08:45). "
        "The letters wait for the next one."
    )
    clinic.pull("2026-03-04 09:05")
    assert clinic.send("2026-03-04 09:10").counts["letters sent"] == 2


def test_no_name_address_or_diagnosis_stands_in_the_log(clinic: Clinic) -> None:
    clinic.export(*coming(3), appointment("Noa", "2026-03-06 09:00", "gone fishing", email="x"))
    with serving() as server:
        clinic.mail_through(server.port)
        clinic.pull("2026-03-04 08:45")
        clinic.send("2026-03-04 09:00")
    logged = "".join(path.read_text("utf-8") for path in (clinic.home / "var" / "logs").iterdir())
    assert "send_follow_ups" in logged and len(server.taken) == 3
    for private in ("Pata", "pata", "Fictional", "patient.example", "Noa", "fishing"):
        assert private not in logged
