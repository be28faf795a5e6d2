"""`check`: every fault of every file that the office manager edits, at once."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import rmtree

import pytest
from lakeside_day import Ask

from jobs.articles.library import Library
from jobs.clinic.faults import Fault
from jobs.desk.init import with_values
from jobs.desk.place import user_name


def edit(file: Path, old: str, new: str) -> None:
    content = file.read_text("utf-8")
    assert old in content
    file.write_text(content.replace(old, new, 1), "utf-8")


def test_a_clinic_without_faults_is_told_where_its_letters_go(ask: Ask, home: Path) -> None:
    shown = ask("check")
    assert shown.exit_code == 0
    assert shown.output == (
        "All is well: 2 sources, 11 rules, 6 jobs. Letters go: nowhere; mode is preview, and they are written to "
        f"{home / 'var' / 'outbox'}.\n"
    )


def test_a_source_whose_file_is_not_there_yet_is_named(ask: Ask, home: Path) -> None:
    (home / "exports" / "appointments.xlsx").unlink()
    shown = ask("check")
    assert shown.exit_code == 0
    assert "no file is there yet that matches exports/appointments" in shown.output


def test_a_password_file_that_others_can_read_is_a_fault(ask: Ask, home: Path) -> None:
    settings, secret = home / "config" / "clinic.yaml", home / "smtp-password"
    edit(settings, "  smtp:\n", "  smtp:\n    password_file: smtp-password\n")
    assert ask("check").exit_code == 0  # it may lie on the server alone
    secret.write_text("made up", "utf-8")
    secret.chmod(0o640)
    told = ask("check")
    place = next(n for n, line in enumerate(settings.read_text("utf-8").splitlines(), 1) if "smtp-password" in line)
    assert (told.exit_code, told.output) == (
        3,
        f"config/clinic.yaml, line {place}: Others can read the password file {secret}, so no run uses it.\n"
        f"Run: chmod 600 {secret}\n1 fault. Nothing was sent or changed.\n",
    )
    secret.chmod(0o600)
    assert ask("check").exit_code == 0


def test_a_password_file_or_a_key_of_google_that_is_not_there_or_is_none_is_told(ask: Ask, home: Path) -> None:
    settings, key = home / "config" / "clinic.yaml", home / "key.json"
    edit(settings, "  smtp:\n", "  smtp:\n    password_file: smtp-password\n")
    edit(settings, "\nmail:\n", "\ngoogle:\n  service_account_file: key.json\nmail:\n")
    told = ask("check")
    assert told.exit_code == 0, told.output  # they may lie on the server alone
    missing = f"The password file {home / 'smtp-password'} is not there. Where the jobs run it must be.\n"
    assert told.output.endswith(f"{missing}The key {key} is not there. Where the jobs run it must be.\n")
    for content in ("", "no key", "[]", '{"type": "service_account"}'):
        key.write_text(content, "utf-8")
        key.chmod(0o600)
        told = ask("check")
        assert told.exit_code == 3  # a run could only refuse it
        assert (
            f"{key} is not the key of a service account. Download it anew from the Google Cloud console, as JSON.\n"
        ) in told.output
    key.chmod(0o644)
    told = ask("check")
    assert told.exit_code == 3
    assert f"Others can read the key {key}, so no run uses it.\nRun: chmod 600 {key}\n" in told.output


def test_what_the_jobs_cannot_read_or_write_in_the_state_folder_is_a_fault(
    ask: Ask, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's files, as far as that can be told where the tests are root's: the system says no."""
    state, of_root = home / "var", list[str]()
    for folder in ("logs", "locks", "outbox/2026-03-04", "reports"):
        (state / folder).mkdir(exist_ok=True, parents=True)
    for name in ("logs/clinic.log", "outbox/2026-03-04/1.eml", "outbox.journal", "reports/a.xlsx"):
        (state / name).touch()
    (state / "clinic-before-20260304T000000Z.sqlite").touch()

    def access(path: Path, mode: int) -> bool:
        mine = path not in [state / name for name in of_root]
        return mine or (mode == os.R_OK and "report" in str(path))

    monkeypatch.setattr("os.access", access)
    of_root[:] = ["outbox/2026-03-04/1.eml", "reports/a.xlsx", "clinic-before-20260304T000000Z.sqlite"]
    assert ask("check").exit_code == 0
    for of_root[:] in (["logs/clinic.log"], ["outbox.journal"], ["reports"], ["logs", "logs/clinic.log"]):
        told = ask("check")
        more = " So it is with 1 more in that folder." if of_root[1:] else ""
        assert (told.exit_code, told.output) == (
            3,
            f"{state / of_root[0]}: this user ({user_name()}) may not read or write it.{more} Give it to the user that "
            "runs the jobs, and call every command as that user.\n1 fault. Nothing was sent or changed.\n",
        )
    monkeypatch.undo()
    (state / "outbox.journal").unlink()
    (state / "outbox.journal").mkdir()
    assert ask("check").output.startswith(f"{state / 'outbox.journal'}: a file stands where a folder belongs, or a ")


@pytest.fixture(params=["size=3m", "size=8m,nr_inodes=60"], ids=["full", "out of inodes"])
def full_disk(home: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A small disk as state folder, of which nothing is free once `fill` of it was called."""
    state = home / "var"
    state.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", request.param, "none", str(state)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk is mounted for it, which only root may")
    try:
        yield state
    finally:
        subprocess.run(["umount", "-l", str(state)], check=True)


def fill(disk: Path) -> None:
    with suppress(OSError):
        for number in range(100):
            (disk / f"ballast {number}").write_bytes(b"x" * 40_000)


def test_a_disk_without_room_is_a_fault_and_no_command_calls_it_a_matter_of_rights(ask: Ask, full_disk: Path) -> None:
    ask("status")  # makes the database
    assert ask("check").exit_code == 0
    fill(full_disk)
    no_files = os.statvfs(full_disk).f_favail == 0
    told, shown = ask("check"), ask("status")
    said = "the disk holds as many files as it can (it has no free inodes). Delete files there."
    full = f"{full_disk}: {said if no_files else 'the disk is full. Make room there.'}"
    assert (told.exit_code, told.output) == (3, f"{full}\n1 fault. Nothing was sent or changed.\n")
    assert shown.exit_code == 0 or full in shown.output, shown.output


def test_a_file_to_be_joined_that_is_not_there_is_named(ask: Ask, home: Path) -> None:
    here = "    path: exports/appointments.xlsx\n"
    edit(home / "config" / "sources.yaml", here, f"{here}    join: {{path: people*.csv, on: id}}\n")
    told = ask("check")
    assert told.exit_code == 0
    assert (
        "no file is there yet that matches people*.csv (join: path:). Without it no row of this source is read."
        in told.output
    )


def test_a_database_without_its_driver_is_a_fault(ask: Ask, home: Path) -> None:
    settings = home / "config" / "clinic.yaml"
    text = with_values(settings.read_text("utf-8"), {"database": "postgresql://clinic@127.0.0.1/clinic"})
    settings.write_text(text, "utf-8")
    told = ask("check")
    assert told.exit_code == 3
    assert (
        "database: the driver of its kind of database is not installed (psycopg).\n"
        "Leave it empty for SQLite in state_dir, which is what is supported." in told.output
    )


def test_faults_of_settings_letters_articles_and_names_are_told_at_once(
    ask: Ask, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(home / "config" / "clinic.yaml", "mode: preview", "mode: lve")
    edit(home / "config" / "follow_ups.yaml", "template: reminder.md", "template: remindr.md")
    letter = home / "templates" / "welcome.md"
    letter.write_text(letter.read_text("utf-8") + "\nDear {{ fist_name }}\n", "utf-8")
    articles = Fault("config/articles.csv", 3, 'the address "blog/knees" does not begin with https://.')
    monkeypatch.setattr("jobs.desk.check.load_library", lambda path: (Library(()), [articles]))
    names = home / "config" / "referral_names.csv"
    names.write_bytes(names.read_bytes() + b"\xff\xfe\n")
    shown = ask("check")
    assert shown.exit_code == 3
    for place in (
        "config/clinic.yaml, line ",
        "config/follow_ups.yaml, line ",
        "templates/welcome.md, line ",
        "config/articles.csv, line 3: the address",
        "config/referral_names.csv",
    ):
        assert place in shown.output, shown.output
    assert 'Did you mean "reminder.md"?' in shown.output and "first_name" in shown.output
    assert "faults. Nothing was sent or changed." in shown.output.splitlines()[-1]


def test_what_the_front_desk_calls_a_condition_stands_in_no_subject(ask: Ask, home: Path) -> None:
    edit(home / "templates" / "welcome.md", "subject: ", "subject: The bad wheel and ")
    assert ask("check").exit_code == 0
    (home / "config" / "words.csv").write_text("words,means,note\nbad wheel,knee pain,\nwelcome,nothing,\n", "utf-8")
    shown = ask("preview", "welcome")
    assert shown.exit_code == 3
    told = 'says "bad wheel", and anybody can read it on a locked phone.'
    assert told in " ".join(shown.output.split()), shown.output
    assert told in ask("check").output


def test_check_writes_nothing_into_the_clinics_memory(ask: Ask, home: Path) -> None:
    (home / "var").rename(home / "var-trial")
    assert ask("check").exit_code == 0
    assert not (home / "var" / "clinic.sqlite").exists()


def test_news_without_the_postal_address_or_a_way_to_stop_it_is_a_fault(ask: Ask, home: Path) -> None:
    edit(home / "templates" / "shell.txt", "{{ clinic.address }}\n", "")
    shown = ask("check")
    assert shown.exit_code == 3
    remedy = "\nWrite {{ clinic.address }} into templates/shell.html and shell.txt.\n"
    for name in ("check_in_180", "review_request"):
        law = "This letter is news, and the law asks for the clinic's postal address in it."
        assert f"templates/{name}.md: {law}{remedy}" in shown.output
    assert "templates/reminder.md" not in shown.output


def test_a_town_is_no_postal_address_once_letters_leave_the_house(ask: Ask, home: Path) -> None:
    file = home / "config" / "clinic.yaml"
    edit(file, "1 Made-Up Lane, Lakeside, California", "Lakeside, California")
    assert ask("check").exit_code == 0
    edit(file, "mode: preview", "mode: redirect")
    edit(file, 'redirect_to: ""', "redirect_to: office@lakeside.example")
    edit(file, 'host: ""', "host: mail.lakeside.example")
    shown = ask("check")
    assert shown.exit_code == 3
    assert (
        'address is "Lakeside, California"; the law asks for the full postal address in every letter with news.\n'
        "Write street and number, town, state and ZIP code.\n"
    ) in shown.output


def test_a_letter_that_word_has_open_is_one_letter(ask: Ask, home: Path) -> None:
    (home / "templates" / "~$lcome.md").write_bytes(b"\x05Mira" + b"\0" * 157)
    (home / "templates" / "._welcome.md").write_bytes(b"\0\x05\x16\x07" + b"\0" * 60)
    assert ask("check").exit_code == 0
    assert "lcome.md" not in ask("status").output


def test_a_spanish_letter_under_a_wrong_name_is_told_by_check_and_status(ask: Ask, home: Path) -> None:
    (home / "templates" / "welcome.es.md").rename(home / "templates" / "welcome.spanish.md")
    (home / "templates" / "reminder.es.md").rename(home / "templates" / "reminder.ES.md")
    shown = ask("check")
    assert shown.exit_code == 3
    assert (
        "templates/reminder.ES.md: The two letters of a language stand in capitals in the name of the file; nothing "
        "asks for it so.\nRename it to reminder.es.md.\n"
        "templates/welcome.spanish.md: Nothing asks for a letter of this name; welcome.md in Spanish is called "
        "welcome.es.md.\nRename it to welcome.es.md.\n2 faults. Nothing was sent or changed.\n"
    ) in shown.output
    status = ask("status").output
    for name in ("reminder.ES.md", "welcome.spanish.md"):
        assert f"a mistake in templates/{name}, see check; it is used for nobody\n" in status
    shown = ask("preview", "reminder.ES")
    assert shown.exit_code == 3 and "Rename it to reminder.es.md." in shown.output


def test_a_copy_with_a_mistake_holds_nothing_up(ask: Ask, home: Path) -> None:
    copy = home / "templates" / "welcome - Copy.md"
    copy.write_text((home / "templates" / "welcome.md").read_text("utf-8"), "utf-8")
    shown = ask("check")
    assert (shown.exit_code, shown.output.splitlines()[1:]) == (
        0,
        ["templates/welcome - Copy.md: no rule names this letter, so nobody gets it."],
    )
    copy.write_text("Hello", "utf-8")
    assert "its letters wait" not in ask("status").output


@pytest.mark.parametrize(
    ("name", "now", "said"),
    [
        ("clinic.yaml", "clinic.yaml.txt",
         "config/clinic.yaml: The file is missing or empty.\nRename config/clinic.yaml.txt to clinic.yaml.\n"),
        ("jobs.yaml", "jobs.yml",
         "config/jobs.yaml: The file is missing or empty.\nRename config/jobs.yml to jobs.yaml.\n"),
        ("articles.csv", "articles.csv.csv",
         "\nRename config/articles.csv.csv to articles.csv. Until then letters with articles wait.\n"),
        ("referral_names.csv", "referral_names.xlsx",
         "\nOpen config/referral_names.xlsx and save it as CSV UTF-8 under the name referral_names.csv.\n"),
    ],
)  # fmt: skip
def test_a_file_that_got_another_name_is_called_back_to_its_own(
    ask: Ask, home: Path, name: str, now: str, said: str
) -> None:
    (home / "config" / name).rename(home / "config" / now)
    shown = ask("check")
    assert shown.exit_code == 3 and said in shown.output


def test_copies_of_the_lists_are_told_to_count_for_nothing(ask: Ask, home: Path) -> None:
    for name in (
        "articles.xlsx",
        "follow_ups - Copy.yaml",
        "~$articles.xlsx",
        ".~lock.articles.csv#",
        "clinic.yaml.bak",
    ):
        (home / "config" / name).write_bytes(b"x")
    shown = ask("check")
    assert (shown.exit_code, shown.output.splitlines()[1:]) == (
        0,
        [
            "config/articles.xlsx is not read: what counts stands in config/articles.csv.",
            "config/follow_ups - Copy.yaml is not read: what counts stands in config/follow_ups.yaml.",
        ],
    )


def test_a_letter_named_without_its_ending_is_no_reason_to_rename_it(ask: Ask, home: Path) -> None:
    edit(home / "config" / "follow_ups.yaml", "template: mid_plan.md", "template: mid_plan")
    edit(home / "config" / "follow_ups.yaml", 'opens: "00:00"', "opens: 9")
    names = home / "config" / "referral_names.csv"
    names.write_bytes(b"PK\x03\x04" + b"\0" * 40)
    shown = ask("check").output
    assert 'template "mid_plan" is not in templates/.\nWrite "mid_plan.md".\n' in shown
    assert 'sending.opens is "9".\nWrite it like "9:00" or "17:30".\n' in shown
    assert "config/referral_names.csv: This is an Excel workbook that was named .csv.\nOpen it in Excel" in shown


def test_a_letter_whose_ending_was_saved_in_capitals_is_called_back(ask: Ask, home: Path) -> None:
    (home / "templates" / "mid_plan.md").rename(home / "templates" / "mid_plan.MD")
    shown = ask("check").output
    assert 'template "mid_plan.md" is not in templates/.\nRename templates/mid_plan.MD to mid_plan.md.\n' in shown


def test_a_day_that_is_written_out_and_one_name_for_all_are_asked_about(ask: Ask, home: Path) -> None:
    reminder, lapsed = home / "templates" / "reminder.es.md", home / "templates" / "lapsed.md"
    rmtree(home / "var" / "versions")  # no letter has counted yet
    edit(reminder, "Venga con ropa", "Cerramos el 24 de diciembre. Venga con ropa")
    edit(lapsed, "Hello {{ patient.first_name }},", "Hello Ann,")
    told = ask("check")
    assert told.exit_code == 0 and told.output.startswith("All is well: ")
    assert told.output.splitlines()[1:] == [
        "templates/lapsed.md, line 5, greets every patient by one name. If that is not meant, write "
        "{{ patient.first_name }} there.",
        'templates/reminder.es.md, line 13, says "24 de diciembre" to every patient until somebody takes it out. '
        "If the day of the patient's own visit is meant, write {{ appointment.date }} there.",
    ]


def test_a_letter_before_a_visit_without_its_day_is_asked_about(ask: Ask, home: Path) -> None:
    rmtree(home / "var" / "versions")  # no letter has counted yet
    edit(home / "templates" / "reminder.md", "**When:** {{ appointment.date }}", "**When:** Tuesday, January 12")
    assert ask("check").output.splitlines()[1:] == [
        'templates/reminder.md, line 9, says "January 12" to every patient until somebody takes it out. '
        "If the day of the patient's own visit is meant, write {{ appointment.date }} there.",
        "templates/reminder.md does not tell the day of the visit, although the rule reminder sends it before one. "
        "If that is not meant, write {{ appointment.date }} into it.",
    ]


def test_a_name_typed_over_its_field_is_a_fault_once_the_letter_has_counted(ask: Ask, home: Path) -> None:
    assert ask("check").exit_code == 0
    edit(home / "templates" / "lapsed.md", "Hello {{ patient.first_name }},", "Hello Ann,")
    told = ask("check")
    assert told.exit_code == 3
    assert told.output.startswith(
        "templates/lapsed.md, line 5: A name is typed where {{ patient.first_name }} stood, and every patient would be "
        "called so.\nWrite {{ patient.first_name }} there; to greet all alike, use small letters: Hello friends,\n"
        "1 fault. Nothing was sent or changed.\nUntil then lapsed.md goes on as it was saved on "
    )
