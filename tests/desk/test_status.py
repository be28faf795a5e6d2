"""`status` and `list`: how things stand, in one look."""

import shutil
from pathlib import Path

from lakeside_day import Ask
from sqlalchemy import text

from jobs.runner.tools import Tools


def test_status_shows_last_and_next_runs_and_what_waits_for_a_person(ask: Ask, home: Path) -> None:
    shown = ask("status")
    assert shown.exit_code == 0
    for line in ("pull_appointments", "read_mailbox", "send_follow_ups", "summarize_referrals"):
        assert line in shown.output
    assert "Wed 04 Mar 10:05 │ well" in shown.output
    assert f"problems in the sources, see {home / 'var' / 'reports' / 'problems.xlsx'}: " in shown.output


def next_runs(ask: Ask, now: str) -> str:
    """The words of the last column, as they stand in its lines."""
    lines = ask("status", now=now).output.splitlines()
    return " | ".join(words for line in lines if line.startswith("│") and (words := line.split("│")[-2].strip()))


def test_what_was_missed_is_no_run_of_next_week(ask: Ask) -> None:
    """The server was off over the weekend: the workbook of Monday is made as soon as cron calls."""
    ask("due", now="2026-03-04 10:05")
    assert "Mon 09 Mar 06:00" in (shown := next_runs(ask, "2026-03-04 10:06")) and "now" not in shown
    assert "now, due since | Mon 09 Mar 06:00" in next_runs(ask, "2026-03-10 06:50")
    ask("due", now="2026-03-10 06:50")
    assert "Mon 16 Mar 06:00" in (shown := next_runs(ask, "2026-03-10 06:51")) and "now" not in shown


def test_status_tells_of_letters_that_need_a_decision(ask: Ask, tools: Tools) -> None:
    with tools.store.begin() as memory:
        memory.connection.execute(text("UPDATE letters SET state = 'unknown' WHERE id = 1"))
        memory.connection.execute(text("UPDATE runs SET outcome = 'failed', message = 'Disk full.' WHERE id = 1"))
    shown = ask("status").output
    assert "letters that may have left (unknown), see `outbox`: 1" in shown
    assert "pull_appointments failed: Disk full." in shown
    assert "Wed 04 Mar 10:05 │ failed" in shown


def test_status_counts_the_articles_that_wait_for_a_yes(ask: Ask, home: Path) -> None:
    assert "articles that wait" not in ask("status").output
    path = home / "config" / "articles.csv"
    header, first, *others = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([f"{header},confirmed", f"{first},no", *others]) + "\n", "utf-8")
    assert "\n  articles that wait for a yes, see `articles list`: 1\n" in ask("status").output


def test_nothing_waits_in_a_new_clinic(ask: Ask, home: Path) -> None:
    shutil.rmtree(home / "var")
    shown = ask("status").output
    assert "never" in shown
    assert "Letters: none yet\n" in shown and "Waits for a person: nothing\n" in shown


def test_a_job_that_is_off_has_no_next_run(ask: Ask, home: Path) -> None:
    file = home / "config" / "jobs.yaml"
    file.write_text(file.read_text("utf-8").replace("- name: send_follow_ups", "- name: send_follow_ups\n    on: no"))
    assert "off" in next(line for line in ask("status").output.splitlines() if "send_follow_ups" in line)
    assert "off" in next(line for line in ask("list").output.splitlines() if "send_follow_ups" in line)


def test_list_shows_every_job_in_its_own_words(ask: Ask) -> None:
    shown = ask("list").output
    assert "Send each patient the follow-up that the last event calls for, once." in shown
    assert "every 10 minutes" in shown and "monday at 06:00" in shown


def test_list_says_so_where_the_settings_have_faults(ask: Ask, home: Path) -> None:
    (home / "config" / "jobs.yaml").write_text("jobs: nothing\n", "utf-8")
    shown = ask("list")
    assert shown.exit_code == 0
    assert "not known" in shown.output and "by hand" not in shown.output
    assert "`python run_jobs.py check` names them" in shown.output


def test_status_shows_what_it_can_while_the_settings_have_faults(ask: Ask, home: Path) -> None:
    before = ask("status").stdout
    rules = home / "config" / "follow_ups.yaml"
    rules.write_text(rules.read_text("utf-8").replace("    when: planned_visit", "\twhen: planned_visit"), "utf-8")
    shown = ask("status")
    assert shown.exit_code == 3 and shown.stdout == before
    assert shown.stderr.startswith("config/follow_ups.yaml, line ")
    assert shown.stderr.endswith(
        "1 fault in the settings. Nothing was done.\n"
        "Until that is mended no job runs: nothing is read, no letter leaves, no workbook is made. "
        "What follows is by the settings as they last were right.\n\n"
    )


def test_status_of_a_clinic_whose_settings_never_were_right_names_the_faults_alone(ask: Ask, home: Path) -> None:
    shutil.rmtree(home / "var" / "cache")
    (home / "config" / "jobs.yaml").write_text("jobs: nothing\n", "utf-8")
    shown = ask("status")
    assert shown.exit_code == 3 and shown.stdout == "" and "Until that is mended" not in shown.stderr
