"""config/: what its faults are called. Each expectation is the whole text that the office manager reads."""

from dataclasses import fields
from datetime import time
from pathlib import Path

import pytest
from small_clinic import change, make_home

from jobs.clinic.durations import parse_duration
from jobs.clinic.faults import Fault
from jobs.clinic.follow_ups import FollowUps, Rule
from jobs.mail.settings import Mailbox, MailSettings
from jobs.runner.settings import ClinicFile, Installation, SettingsFaulty
from jobs.runner.settings_check import missing_letters
from jobs.runner.settings_loading import load_settings
from jobs.runner.settings_words import DURATIONS

CLINIC, RULES, JOBS, SOURCES = "clinic.yaml", "follow_ups.yaml", "jobs.yaml", "sources.yaml"


def faults_of(home: Path) -> list[Fault]:
    with pytest.raises(SettingsFaulty) as faulty:
        load_settings(home)
    return faulty.value.faults


def test_a_source_at_google_needs_a_sign_in(home: Path) -> None:
    text = "sources:\n  - name: studio\n    google_calendar: studio@group.calendar.google.com\n"
    (home / "config" / "sources.yaml").write_text(text, "utf-8")
    assert [str(fault) for fault in faults_of(home)] == [
        "config/sources.yaml, line 3: For google_calendar somebody must be signed in at Google.\n"
        "Write service_account_file or client_file under google in config/clinic.yaml."
    ]


def test_good_settings_have_absolute_paths(home: Path) -> None:
    settings = load_settings(home)
    assert settings.state_dir == (home / "var").resolve()
    assert settings.database_url == f"sqlite:///{(home / 'var' / 'clinic.sqlite').resolve()}"
    assert [job.name for job in settings.jobs] == ["pull_appointments", "send_follow_ups", "summarize_referrals"]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            CLINIC,
            "  phone:",
            "  review_url: www.riverbend. example\n  phone:",
            'config/clinic.yaml, line 6: review_url is "www.riverbend. example", which is no web address.\n'
            "Copy it from the browser; it begins with https://.",
        ),
        (
            CLINIC,
            "  phone:",
            "  greeting_from: Ren\u00c3\u00a9e and the team\n  phone:",
            'config/clinic.yaml, line 6: greeting_from holds garbled characters, such as "Ren\u00c3\u00a9e".\n'
            "Type them anew, and save the file as UTF-8.",
        ),
        (
            CLINIC,
            "  phone:",
            "  fone:",
            'config/clinic.yaml, line 6: "fone" is not known here.\nDid you mean "zone"?',
        ),
        (
            CLINIC,
            'phone: "555-0100"',
            "phone: 5550100",
            'config/clinic.yaml, line 6: clinic.phone must be text.\nPut quotes: "5550100".',
        ),
        (
            CLINIC,
            'phone: "555-0100"',
            "phone:",
            'config/clinic.yaml, line 6: clinic.phone must be text.\nWrite "" for none.',
        ),
        (
            CLINIC,
            'phone: "555-0100"',
            'phone: "1"\n  phone: "2"',
            'config/clinic.yaml, line 7: The key "phone" stands here twice.\nKeep one.',
        ),
        (
            CLINIC,
            "  phone:",
            "\tphone:",
            "config/clinic.yaml, line 6: A tab stands at the beginning of this line.\nUse spaces instead.",
        ),
        (
            CLINIC,
            "name: Lakeside",
            "name: Lake: side",
            "config/clinic.yaml, line 3: There is a colon too many.\nIf the colon belongs to the text, put the text in "
            "quotes; else look at the spaces before the line.",
        ),
        (
            CLINIC,
            "Los_Angeles",
            "Los_Angelos",
            'config/clinic.yaml, line 4: "America/Los_Angelos" is no time zone.\nDid you mean "America/Los_Angeles"?',
        ),
        (
            CLINIC,
            "1 Main Street, Lakeside",
            '" "',
            'config/clinic.yaml, line 5: "address" is empty.\nEvery letter needs it; write it here.',
        ),
        (
            CLINIC,
            "holidays: []",
            "holidays: [2026-12-25, Christmas]",
            'config/clinic.yaml, line 7: holidays: "Christmas" is no day.\nWrite days such as 2026-12-25.',
        ),
        (
            CLINIC,
            "holidays: []",
            "holidays: [2026-02-30]",
            "config/clinic.yaml, line 7: There is no such day.\nWrite days such as 2026-12-25.",
        ),
        (
            CLINIC,
            "mode: preview",
            "mode: lve",
            'config/clinic.yaml, line 9: mail.mode is "lve".\nWrite preview, redirect or live.',
        ),
        (
            CLINIC,
            "  sender: hello@lakeside.example\n",
            "",
            'config/clinic.yaml, line 8: "mail.sender" is missing.\nAdd it; the comments of the file explain it.',
        ),
        (
            CLINIC,
            "sender: hello@lakeside.example",
            "sender: Lakeside <hello@lakeside.example>",
            'config/clinic.yaml, line 10: mail: sender is "Lakeside <hello@lakeside.example>"; write one bare address, '
            "such as hello@clinic.example.",
        ),
        (
            CLINIC,
            "port: 587",
            "port: mail",
            'config/clinic.yaml, line 14: mail.smtp.port is "mail".\nWrite a whole number, such as 5.',
        ),
        (
            CLINIC,
            'it_email: ""',
            "it_email: Bob",
            'config/clinic.yaml, line 19: installation: it_email is "Bob"; write one bare address, such as '
            "it@clinic.example.",
        ),
        (
            CLINIC,
            'healthcheck_url: ""',
            "healthcheck_url: file:///etc/passwd",
            'config/clinic.yaml, line 20: installation: healthcheck_url is "file:///etc/passwd"; it must begin with '
            "https://.",
        ),
        (
            RULES,
            '"09:00"',
            "25:30",
            'config/follow_ups.yaml, line 3: sending.opens: "25:30" is not a time of day; '
            'write it like "9:00" or "17:30".',
        ),
        (
            RULES,
            "wait: 1 hour",
            "wait: 1",
            'config/follow_ups.yaml, line 11: rules.welcome.wait is "1", without a unit.\n'
            'Write "1 day", "1 hour" or "1 minute".',
        ),
        (
            RULES,
            "wait: 1 hour",
            "wait: 1.5",
            'config/follow_ups.yaml, line 11: rules.welcome.wait is "1.5", without a unit.\n'
            'Write it like "2 days", "3 hours" or "90 minutes".',
        ),
        (
            RULES,
            "wait: 1 hour",
            "wait: 99999999999999999999 days",
            'config/follow_ups.yaml, line 11: rules.welcome.wait: "99999999999999999999 days" is more than a hundred '
            "years.",
        ),
        (
            RULES,
            "    capped: no",
            "    too_late_after: -1 days",
            'config/follow_ups.yaml, line 14: rules.welcome: too_late_after is "-1 days"; write a time such as '
            '"2 days".',
        ),
        (
            RULES,
            "    capped: no",
            "    visit_number: -3",
            "config/follow_ups.yaml, line 14: rules.welcome: visit_number is -3; write a number from 0 to 1000.",
        ),
        (
            RULES,
            "    capped: no",
            "    articles: -2",
            "config/follow_ups.yaml, line 14: rules.welcome: articles is -2; write a number from 0 to 20.",
        ),
        (
            RULES,
            "    capped: no",
            "    priority: 99999999999999999999",
            "config/follow_ups.yaml, line 14: rules.welcome: priority is 99999999999999999999; write a number from "
            "-1000 to 1000.",
        ),
        (
            RULES,
            "letters: 2",
            "letters: -7",
            "config/follow_ups.yaml, line 6: caps: letters is -7; write a number from 1 to 1000000.",
        ),
        (
            RULES,
            "  days: 7",
            "  days: 99999999999999999999",
            "config/follow_ups.yaml, line 7: caps: days is 99999999999999999999; write a number from 1 to 3660.",
        ),
        (
            CLINIC,
            '  it_email: ""',
            "  keep_records: -3 days",
            'config/clinic.yaml, line 19: installation: keep_records is "-3 days"; write a time such as "2 days".',
        ),
        (
            CLINIC,
            '  it_email: ""',
            "  keep_letters: -3 days",
            'config/clinic.yaml, line 19: installation: keep_letters is "-3 days"; write a time such as "2 days".',
        ),
        (
            CLINIC,
            "  daily_quota: 1500",
            "  grace: -2 hours",
            'config/clinic.yaml, line 16: mail: grace is "-2 hours"; write a time such as "2 days".',
        ),
        (
            RULES,
            "wait: 1 hour",
            "wait: soon",
            'config/follow_ups.yaml, line 11: rules.welcome.wait: "soon" is not a duration; write it like "2 days", '
            '"3 hours" or "90 minutes".',
        ),
        (
            RULES,
            "    capped: no",
            '    start: "tomorrow"',
            "config/follow_ups.yaml, line 14: rules.welcome.start: there is no such day; "
            "write days such as 2026-12-25.",
        ),
        (
            RULES,
            "unless: [future_visit]",
            "unless: future_visit",
            "config/follow_ups.yaml, line 13: rules.welcome.unless must be a list.\n"
            'Write it in brackets: ["future_visit"].',
        ),
        (
            RULES,
            "capped: no",
            "capped: maybe",
            'config/follow_ups.yaml, line 14: rules.welcome.capped is "maybe".\nWrite yes or no.',
        ),
        (
            JOBS,
            "pull_appointments",
            "pull_apointments",
            'config/jobs.yaml, line 2: There is no job "pull_apointments".\nDid you mean "pull_appointments"?',
        ),
        (
            JOBS,
            "every 10 minutes",
            "every ten minutes",
            'config/jobs.yaml, line 5: jobs.send_follow_ups.when: "every ten minutes" is no schedule; write '
            '"every 10 minutes", "daily at 07:30" or "monday at 06:00".',
        ),
        (
            JOBS,
            "name: send_follow_ups",
            "name: pull_appointments",
            'config/jobs.yaml, line 4: Two jobs are named "pull_appointments"; keep one, or give one of '
            "them another name.",
        ),
        (
            SOURCES,
            "    take: newest",
            "    zone: America/Los_Angelos",
            'config/sources.yaml, line 4: "America/Los_Angelos" is no time zone.\nDid you mean "America/Los_Angeles"?',
        ),
        (
            SOURCES,
            "    take: newest",
            "    preset: ' '",
            'config/sources.yaml, line 4: sources.export.preset is " ".\nWrite plain, webpt, jane, cliniko, acuity, '
            "google_calendar_csv, calendly, fresha or ics.",
        ),
        (
            SOURCES,
            "exports/appointments*.csv",
            "http://[::1/of-ann-alder",
            "config/sources.yaml, line 3: What stands here is no address.\nCopy it anew from the calendar's settings.",
        ),
        (
            CLINIC,
            'healthcheck_url: ""',
            'healthcheck_url: "https://[::1"',
            'config/clinic.yaml, line 20: installation: healthcheck_url is "https://[::1", which is no web address; '
            "copy it anew.",
        ),
        (
            CLINIC,
            'phone: "555-0100"',
            f"phone: {'5' * 5000}",
            "config/clinic.yaml, line 6: A number of 5000 digits stands here.\n"
            "Put quotes around it if it is meant as text.",
        ),
        (
            CLINIC,
            'phone: "555-0100"',
            r'phone: "\ud800"',
            "config/clinic.yaml, line 6: A character that no text has stands here.\n"
            "Type this line anew in a text editor, and save the file as plain text.",
        ),
        (
            CLINIC,
            "holidays: []",
            "holidays: !!python/object:os.system x",
            "config/clinic.yaml, line 7: A word with ! before it says what this value is.\nWrite the value alone.",
        ),
        (
            CLINIC,
            "holidays: []",
            "holidays: !ours [2026-12-25]",
            "config/clinic.yaml, line 7: A word with ! before it says what this value is.\nWrite the value alone.",
        ),
        (
            SOURCES,
            "take: newest",
            "take: latest",
            'config/sources.yaml, line 4: sources.export.take is "latest".\nWrite newest or all.',
        ),
    ],
)
def test_a_fault_names_its_line_and_the_remedy(home: Path, file: str, old: str, new: str, said: str) -> None:
    change(home, file, old, new)
    assert [str(fault) for fault in faults_of(home)] == [said]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is missing or empty."),
        (b"# nothing but words\n", "The file is missing or empty."),
        ("clinic: x".encode("utf-16"), "The file is not UTF-8 text."),
        (b'phone: "\x00"', "A character that no text has stands here."),
        (b"hello", "The file does not say what it should."),
        (b"a: 1\n---\nb: 2\n", "A line of --- stands here."),
        (b'name: "open\n', "The file cannot be understood from here on."),
    ],
)
def test_a_file_that_is_no_settings_file_is_told_as_such(home: Path, content: bytes, said: str) -> None:
    (home / "config" / CLINIC).write_bytes(content)
    assert faults_of(home)[0].what == said


@pytest.mark.parametrize(("windows", "what"), [
    (b"Ren\xe9e", "The file is not UTF-8 text."),  # as Windows-1252 writes it
    (b"Ren\x1be", "A character that no text has stands here."),
])  # fmt: skip
def test_a_character_that_cannot_be_read_is_told_with_its_line(home: Path, windows: bytes, what: str) -> None:
    file = home / "config" / CLINIC
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"555-0100", windows).replace(b"\n", b"\r\n"))
    assert [(fault.line, fault.what) for fault in faults_of(home)] == [(6, what)]


def test_a_value_may_be_written_once_and_meant_twice(home: Path) -> None:
    change(home, CLINIC, "holidays: []", "holidays: &free [2026-12-25, 2026-12-25]")
    change(home, CLINIC, "  state_dir: var", "  <<: {state_dir: var}")
    assert load_settings(home).state_dir == (home / "var").resolve()


def test_the_zone_of_a_source_may_have_the_name_that_exports_give_it(home: Path) -> None:
    change(home, SOURCES, "take: newest", "take: newest\n    zone: Eastern Time (US & Canada)")
    assert load_settings(home).sources[0].zone == "Eastern Time (US & Canada)"


def test_few_lines_that_mean_billions_of_values_end_as_one_fault(home: Path) -> None:
    lines = [b"a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [b"a%d: &a%d [%s]" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 10)]
    (home / "config" / CLINIC).write_bytes(b"\n".join(lines))
    assert [fault.what for fault in faults_of(home)] == ["Parts of the file refer to each other without end."]


def test_a_command_in_the_yaml_is_not_run(home: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    (home / "config" / CLINIC).write_text(f'clinic: !!python/object/apply:os.system ["touch {proof}"]\n', "utf-8")
    assert faults_of(home)
    assert not proof.exists()


def test_a_time_of_day_without_quotes_is_a_time_of_day(home: Path) -> None:
    change(home, RULES, '"09:00"', "12:30")
    change(home, RULES, "days: [mon, tue, wed, thu, fri]", "days: [mon]")
    hours = load_settings(home).follow_ups.sending
    assert time.fromisoformat(hours.opens) == time(12, 30)


def test_a_day_without_quotes_is_the_day_that_was_typed(home: Path) -> None:
    change(home, CLINIC, "holidays: []", "holidays: [2026-12-25]")
    assert load_settings(home).clinic.holidays == ("2026-12-25",)


def test_a_file_that_excel_or_notepad_marked_as_utf8_is_read(home: Path) -> None:
    file = home / "config" / CLINIC
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load_settings(home).clinic.id == "lakeside"


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    home = make_home(
        tmp_path / "clinic",
        (CLINIC, "Los_Angeles", "Los_Angelos"),
        (CLINIC, "mode: preview", "mode: lve"),
        (CLINIC, "daily_quota: 1500", "daily_quota: -1"),
        (RULES, "wait: 1 hour", "wait: soon"),
        (RULES, "    capped: no", "    capped: no\n    too_late_after: never\n    on: perhaps"),
        (JOBS, "every 1 hour", "hourly"),
        (JOBS, "monday at 06:00", "moonday at 06:00"),
        (SOURCES, "take: newest", "take: latest"),
    )
    told = [(fault.file.removeprefix("config/"), fault.line) for fault in faults_of(home)]
    assert told == [
        (CLINIC, 4), (CLINIC, 9), (CLINIC, 16),
        (RULES, 11), (RULES, 15), (RULES, 16),
        (JOBS, 3), (JOBS, 7),
        (SOURCES, 4),
    ]  # fmt: skip


def test_a_folder_without_config_is_named(tmp_path: Path) -> None:
    assert [str(fault) for fault in faults_of(tmp_path)] == [
        f"{tmp_path}: There is no config/ in this folder.\n"
        f"`python run_jobs.py -C {tmp_path} init` writes one; -C names the folder that holds config/."
    ]


def test_a_password_file_is_looked_for_from_the_clinics_folder_on(home: Path) -> None:
    """cron starts the program in another folder than a person does."""
    change(home, CLINIC, "    port: 587", "    port: 587\n    password_file: smtp-password")
    assert load_settings(home).mail.smtp.password_file == str(home / "smtp-password")
    assert load_settings(home).mail.mailbox.password_file == ""
    change(home, CLINIC, "password_file: smtp-password", "password_file: /srv/secret")
    assert load_settings(home).mail.smtp.password_file == "/srv/secret"


def test_a_file_that_cannot_be_read_does_not_hide_the_next(home: Path) -> None:
    for name in (CLINIC, JOBS):
        (home / "config" / name).unlink()
        (home / "config" / name).mkdir()
    assert [str(fault) for fault in faults_of(home)] == [
        "config/clinic.yaml: The file cannot be read (Is a directory).\nLet the user that runs the jobs read it.",
        "config/jobs.yaml: The file cannot be read (Is a directory).\nLet the user that runs the jobs read it.",
    ]


def test_a_grace_period_in_which_letters_become_too_late_is_refused(home: Path) -> None:
    change(home, RULES, "    wait: 2 hours\n", "    wait: 2 hours\n    too_late_after: 3 hours\n")
    change(home, CLINIC, "  daily_quota: 1500\n", "  grace: 2 hours\n  daily_quota: 1500\n")
    assert load_settings(home).mail.grace == "2 hours"
    change(home, CLINIC, "  grace: 2 hours\n", "  grace: 3 hours\n")
    said = (
        'config/clinic.yaml, line 16: grace is "3 hours", and a letter of the rule missed_visit is too late after '
        "3 hours.\nWrite a shorter grace."
    )
    assert list(map(str, faults_of(home))) == [said]


def test_patients_see_no_curly_quotation_marks_of_word_and_no_link_without_its_beginning(home: Path) -> None:
    change(home, CLINIC, 'phone: "555-0100"', "phone: \u201c555-0100\u201d\n  website: www.riverbend.example")
    clinic = load_settings(home).clinic
    assert (clinic.phone, clinic.website) == ("555-0100", "https://www.riverbend.example")


def test_every_duration_of_the_settings_asks_for_its_unit() -> None:
    held = (ClinicFile, Installation, MailSettings, Mailbox, FollowUps, Rule)
    texts = {field.name: field.default for kind in held for field in fields(kind) if field.type in (str, "str")}
    durations = {name for name, default in texts.items() if isinstance(default, str) and is_duration(default)}
    assert durations | {"wait", "too_late_after", "once_per"} == DURATIONS


def is_duration(text: str) -> bool:
    try:
        parse_duration(text)
    except ValueError:
        return False
    return True


def test_a_letter_that_is_not_there_stops_no_job_and_is_named(home: Path) -> None:
    change(home, RULES, "template: missed_visit.md", "template: mised_visit.md")
    assert load_settings(home).follow_ups.letters() >= {"mised_visit.md"}
    assert list(map(str, missing_letters(home))) == [
        'config/follow_ups.yaml, line 18: template "mised_visit.md" is not in templates/.\n'
        'Did you mean "missed_visit.md"?'
    ]
