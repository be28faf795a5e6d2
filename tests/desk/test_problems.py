"""`problems` lists what is wrong and what to do at the terminal, and shows no patient."""

from hand_written_clinic import Clinic, appointment


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
