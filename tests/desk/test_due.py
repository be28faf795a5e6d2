"""`due`: what cron calls. It runs what is due, once, and is silent while all is well."""

import shutil
from pathlib import Path

from lakeside_day import Ask, rows

DUE = (
    "keep_house",
    "pull_appointments",
    "read_mailbox",
    "refresh_articles",
    "send_follow_ups",
    "summarize_referrals",
)


def answered(home: Path) -> list[tuple[str, str]]:
    return sorted((str(row[2]), str(row[3])) for row in rows(home)["runs"] if row[3])  # type: ignore[index]


def test_what_is_due_runs_once(ask: Ask, home: Path) -> None:
    first = ask("due")
    assert first.exit_code == 0
    assert [name for name in DUE if f"{name}: " in first.output] == list(DUE)
    assert ask("due").output == ""
    assert len(answered(home)) == len(DUE)


def test_a_week_without_power_is_caught_up_once(ask: Ask, home: Path) -> None:
    ask("due")
    before = answered(home)
    ask("due", now="2026-03-12 11:11")
    ask("due", now="2026-03-12 11:12")
    new = sorted(set(answered(home)) - set(before))
    assert new == [
        ("keep_house", "2026-03-12T10:30:00Z"),
        ("pull_appointments", "2026-03-12T18:00:00Z"),
        ("read_mailbox", "2026-03-12T18:10:00Z"),
        ("refresh_articles", "2026-03-08T12:00:00Z"),
        ("send_follow_ups", "2026-03-12T18:10:00Z"),
        ("summarize_referrals", "2026-03-09T13:00:00Z"),
    ]


def test_quietly_only_a_failure_is_printed(ask: Ask, home: Path) -> None:
    assert ask("due", "--quiet").output == ""
    (home / "var" / "reports" / "referrals-2026-W10.xlsx").mkdir()  # where the workbook belongs
    shown = ask("due", "--quiet", now="2026-03-09 06:00")
    assert shown.exit_code == 1
    assert "summarize_referrals failed: " in shown.output and "Traceback" not in shown.output
    assert "send_follow_ups" not in shown.output


def test_a_job_that_fails_does_not_keep_the_others_from_running(ask: Ask, home: Path) -> None:
    shutil.rmtree(home / "var" / "reports")
    (home / "var" / "reports").write_text("a file where a folder belongs", "utf-8")
    ask("due", now="2026-03-09 06:00")
    assert [name for name, _ in answered(home)] == list(DUE)


def test_a_new_schedule_holds_from_the_next_look(ask: Ask, home: Path) -> None:
    ask("due")
    file = home / "config" / "jobs.yaml"
    file.write_text(file.read_text("utf-8").replace("every 10 minutes", "every 5 minutes"), "utf-8")
    assert "send_follow_ups: " in ask("due", now="2026-03-04 10:07").output
