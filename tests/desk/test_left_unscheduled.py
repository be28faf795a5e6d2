"""A clinic that an earlier program set up hears of the jobs that came later and that nothing runs there."""

import re
from pathlib import Path

import pytest
from lakeside_day import Ask

from jobs.desk.left_unscheduled import left_unscheduled
from jobs.runner.discover import job_names
from jobs.runner.settings_loading import load_settings

NO_BACKUP = (
    "config/jobs.yaml does not say when keep_house runs, so no backup is made and nothing old is deleted. "
    'Write there: `- {name: keep_house, when: ["daily at 03:30"]}`, with `on: no` in it if it shall not run.'
)
UNREAD = (
    "config/jobs.yaml does not say when read_mailbox runs, so nobody reads which letters came back and who wants no "
    'more of them. Write there: `- {name: read_mailbox, when: ["every 10 minutes"]}`, with `on: no` in it if it shall '
    "not run."
)


def leave_out(home: Path, *names: str) -> None:
    """As a clinic's jobs.yaml was before these jobs were there."""
    file = home / "config" / "jobs.yaml"
    head, *entries = re.split(r"\n\n?(?=  - name: )", file.read_text("utf-8"))
    kept = [entry for entry in entries if entry.split()[2] not in names]
    assert len(kept) == len(entries) - len(names)
    file.write_text("\n".join([head, *kept, ""]), "utf-8")


def read_the_mailbox(home: Path) -> None:
    file = home / "config" / "clinic.yaml"
    text, count = re.subn(
        r'( {4}by:) ""[^\n]*\n( {4}host:) ""[^\n]*\n( {4}user:) ""',
        r"\1 imap\n\2 a.example\n\3 b",
        file.read_text("utf-8"),
    )
    assert count == 1
    file.write_text(text, "utf-8")


def test_after_an_upgrade_check_and_status_say_that_no_backup_is_made_and_no_wish_to_stop_is_read(
    ask: Ask, home: Path
) -> None:
    leave_out(home, "keep_house", "read_mailbox")
    checked = ask("check")
    assert checked.exit_code == 0
    assert checked.output.endswith(f"outbox.\n{NO_BACKUP}\n".replace("outbox", str(home / "var" / "outbox")))
    assert f"\n  {NO_BACKUP}\n" in ask("status").output
    read_the_mailbox(home)
    assert ask("check").output.endswith(f"\n{NO_BACKUP}\n{UNREAD}\n")
    assert f"\n  {NO_BACKUP}\n  {UNREAD}\n" in ask("status").output


def test_the_line_that_is_told_to_be_written_is_right_and_a_job_that_is_switched_off_is_left_in_peace(
    ask: Ask, home: Path
) -> None:
    leave_out(home, "keep_house")
    file = home / "config" / "jobs.yaml"
    with file.open("a", encoding="utf-8") as text:
        text.write(f"  {NO_BACKUP.split('`')[1]}\n")
    assert "keep_house" not in ask("check").output
    assert "03:30" in ask("status").output
    file.write_text(
        file.read_text("utf-8").replace('keep_house, when: ["daily at 03:30"]', "keep_house, when: [], on: no")
    )
    assert "keep_house" not in ask("check").output
    file.write_text(file.read_text("utf-8").replace("when: [], on: no", "when: []"))
    entry = 'Write a time into the `when:` of its entry, such as ["daily at 03:30"], or `on: no` if it shall not run.'
    assert ask("check").output.endswith(f"{NO_BACKUP.partition(' Write')[0]} {entry}\n")


def test_what_it_says_of_each_job_is_what_a_new_clinic_has(home: Path) -> None:
    settings = load_settings(home)
    told = "".join(left_unscheduled(settings._replace(jobs=())))
    assert [name for name in job_names() if name not in told] == ["read_mailbox", "refresh_articles"]
    shipped = {job.name: job.when[0] for job in settings.jobs}
    assert all(f'{{name: {name}, when: ["{shipped[name]}"]}}' in told for name in job_names() if name in told)


@pytest.mark.parametrize("name", ["grow_tomatoes"])
def test_a_job_of_the_clinics_own_is_named_too(home: Path, name: str) -> None:
    assert f"does not say when {name} runs, so its work is not done." in "".join(
        left_unscheduled(load_settings(home), [name])
    )
