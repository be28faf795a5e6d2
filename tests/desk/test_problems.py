"""`problems` lists what is wrong and what to do at the terminal, and shows no patient."""

import sqlite3

from hand_written_clinic import Clinic, appointment

from jobs.clinic.problems import ALL_AT_ONCE


def shown(clinic: Clinic, *words: str) -> str:
    told = clinic.command("problems", *words)
    assert told.exit_code == 0
    return told.output


def test_problems_are_listed_with_their_cell_and_no_patient(clinic: Clinic) -> None:
    clinic.export(
        appointment("Ann", "2026-03-05 09:00"), appointment("Bea", "2026-03-05 10:00", email="bea fictional at home"),
        appointment("Cal", "2026-03-05 10:00", "Cal Fictional"),
    )  # fmt: skip
    clinic.pull("2026-03-04 09:00")
    output = shown(clinic)
    assert "export, exports/appointments.csv, E3" in output and "b•• f•••••••• a• h•••" in output
    assert 'The status "C•• F••••••••" is not known' in output
    assert "problems.xlsx" in output
    assert not [word for word in ("Bea", "bea fictional", "Cal Fictional") if word in output]


def test_what_an_export_holds_cannot_take_the_terminal_over(clinic: Clinic) -> None:
    clinic.export(appointment("Ann", "2026-03-05 09:00", "\x1b[2J\x1b]0;owned\x07gone"))
    clinic.pull("2026-03-04 09:00")
    output = shown(clinic)
    assert "The status" in output
    assert not set(output) & {"\x1b", "\x07"}


def test_only_the_newest_are_shown_unless_all_are_asked_for(clinic: Clinic) -> None:
    rows = [appointment(f"Ann{n}", "2026-03-05 09:00", email=f"none {n}") for n in range(30)]
    clinic.export(*rows)
    clinic.pull("2026-03-04 09:00")
    assert "The newest 25 of 30; `run_jobs.py problems --all` shows all." in shown(clinic)
    assert shown(clinic, "--all").count("This is no e-mail address") == 30


def test_where_nothing_is_wrong_it_says_so(clinic: Clinic) -> None:
    clinic.export(appointment("Ann", "2026-03-05 09:00"))
    clinic.pull("2026-03-04 09:00")
    assert shown(clinic) == "Nothing was wrong with the sources.\n"


def test_of_two_calendars_of_one_host_the_word_is_about_the_one_that_is_named(clinic: Clinic) -> None:
    clinic.pull("2026-03-04 09:00")
    host = "https://calendars.example/…"
    clinic.read_from(*(f"{{name: {name}, path: https://calendars.example/{name}}}" for name in ("physio", "studio")))
    with sqlite3.connect(clinic.database) as database:
        for source in ("physio", "studio"):
            about = (source, host, f"18 of 20 coming visits have another time{ALL_AT_ONCE}")
            database.execute(
                "INSERT INTO problems (clinic_id, seen_at, source, file, what, set_aside) "
                "VALUES ('lakeside', '', ?, ?, ?, 1)",
                about,
            )
    both = clinic.command("problems", "--is-right", host, "--who", "Dana")
    assert (both.exit_code, both.output) == (
        1, f'"{host}" stands for 2 sources. Name the one that you mean: physio, studio.\n'
    )  # fmt: skip
    other = clinic.command("problems", "--is-right", "pilates")
    assert (other.exit_code, other.output) == (1, 'No file "pilates" is held back. Held back: physio studio\n')
    assert clinic.command("problems", "--is-right", "studio", "--who", "Dana").exit_code == 0
    assert clinic.ask("SELECT name FROM cursors WHERE name LIKE 'right: %'") == ["right: studio"]
    word = f'Dana said of source "studio": {host} is right: 18 of 20 coming visits have another time.\n'
    assert word in clinic.command("status").output
