"""What the owner holds against what she knows of her patients: small stories, read off the workbook."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hand_written_clinic import Clinic, Row, appointment
from openpyxl import load_workbook

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group")  # openpyxl cannot read them; Excel can

MONDAY = "2026-10-12 06:00"  # the day after the week shown


def evaluation(patient: str, start: str, status: str, **more: str) -> Row:
    return appointment(patient, start, status, "PT Initial Evaluation", booked_at="2026-10-02 09:00", **more)


def workbook(clinic: Clinic, *rows: Row) -> Any:
    """The workbook of the week up to October 11."""
    clinic.export(*rows)
    assert clinic.pull(MONDAY).code == 0
    return summarized(clinic)


def summarized(clinic: Clinic, moment: str = MONDAY) -> Any:
    assert clinic.run("summarize_referrals", moment).code == 0
    (path,) = (clinic.home / "var" / "reports").glob("referrals-*.xlsx")
    return load_workbook(path, data_only=True)


def rows_of(sheet: Any, beside: str) -> dict[str, dict[str, Any]]:
    """The rows of the table whose header has a cell `beside`, by their first cell."""
    lines = [list(row) for row in sheet.iter_rows(values_only=True)]
    start = next(place for place, line in enumerate(lines) if beside in line)
    found = {}
    for line in lines[start + 1 :]:
        if line[0] is None:
            break
        found[line[0]] = dict(zip(lines[start], line, strict=True))
    return found


def became(book: Any) -> dict[str, int]:
    steps = {title: row["This year"] for title, row in rows_of(book["Funnel"], "This year").items()}
    return {title: count for title, count in steps.items() if count and title != "New patients"}


def conversion(book: Any) -> str:
    """What stands on the first page under the conversion."""
    cells = (str(cell) for row in book["This week"].iter_rows(max_row=9, values_only=True) for cell in row if cell)
    return next(cell for cell in cells if cell.endswith(" ahead"))


def test_a_missed_evaluation_that_is_booked_anew_is_still_ahead(clinic: Clinic) -> None:
    book = workbook(
        clinic,
        evaluation("Hugo", "2026-10-06 10:00", "No Show"),
        evaluation("Hugo", "2026-10-13 10:00", "Scheduled"),
        evaluation("Ida", "2026-10-06 11:00", "Cancelled"),
        evaluation("Ida", "2026-10-13 11:00", "Scheduled"),
        evaluation("Lea", "2026-10-07 10:00", "Completed"),
    )
    assert became(book) == {"Still ahead": 2, "Evaluated": 1, "In care": 1}
    assert conversion(book) == "1 of 1, 2 ahead"


def test_who_was_not_evaluated_is_ahead_only_while_the_first_visit_is_still_to_come(clinic: Clinic) -> None:
    book = workbook(
        clinic,
        evaluation("Noor", "2026-10-06 10:00", "Scheduled"),  # nobody entered what became of it
        evaluation("Noor", "2026-10-13 10:00", "Scheduled"),
        evaluation("Odo", "2026-10-06 11:00", "Scheduled"),
        evaluation("Pim", "2026-10-06 12:00", "No Show"),
        evaluation("Pim", "2026-10-13 12:00", "Cancelled"),
        appointment("Quin", "2026-10-06 13:00", kind="Pilates class", booked_at="2026-10-02 09:00"),
        evaluation("Quin", "2026-10-13 13:00", "Scheduled"),  # a new episode after the class
        evaluation("Rhea", "2026-10-06 14:00", "No Show"),
        appointment("Rhea", "2026-10-08 14:00", booked_at="2026-10-02 09:00"),  # treated without an evaluation
        appointment("Rhea", "2026-10-13 14:00", "Scheduled", booked_at="2026-10-02 09:00"),
    )
    assert became(book) == {"Still ahead": 2, "Not evaluated, nothing ahead": 3}
    assert conversion(book) == "0 of 3, 2 ahead"


CLASSES = [
    appointment("Vita", f"{day} 17:00", "Scheduled", "Pilates Mat Class", booked_at="2026-06-25 09:00")
    for day in ("2026-07-02", "2026-09-24", "2026-10-01", "2026-10-08")
]  # nobody enters who came
VITA = appointment("Vita", "2026-10-07 10:00", "Completed", "PT Initial Evaluation", booked_at="2026-10-05 09:00")


def new_patients(book: Any) -> list[Any]:
    return [rows_of(book["Figures"], "This week")[name]["This week"] for name in ("New patients", "Evaluations kept")]


def test_a_class_member_who_begins_therapy_is_a_new_patient_in_the_week_of_that_booking(clinic: Clinic) -> None:
    book = workbook(clinic, *CLASSES, VITA)
    assert new_patients(book) == [1, 1]
    assert told_to_add_up(book)


def test_a_class_member_who_began_therapy_before_the_upgrade_is_counted_after_it_though_no_pull_touches_her(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr("jobs.clinic.episodes.is_class", lambda _: False)
        before.setattr("jobs.store.episodes._RULES", "")
        assert new_patients(workbook(clinic, *CLASSES, VITA)) == [0, 0]
    assert new_patients(summarized(clinic)) == [1, 1]


def test_a_doctor_who_prescribed_twelve_days_ago_has_not_gone_quiet(clinic: Clinic) -> None:
    (clinic.home / "config" / "referral_names.csv").write_text(
        "as_typed,name,channel\ndr wells,Dr. Wells,physician\ndr amity,Dr. Amity,physician\n", "utf-8"
    )
    patients = ["Ada", "Bo", "Cy", "Dee", "Eli", "Fay"]
    book = workbook(
        clinic,
        *(
            appointment(patient, "2026-07-06 10:00", kind="PT Initial Evaluation", booked_at="2026-07-01 09:00",
                        referral_source=doctor)
            for patient, doctor in zip(patients, ["Dr Wells"] * 3 + ["Dr Amity"] * 3, strict=True)
        ),
        appointment("Gus", "2026-10-08 10:00", kind="PT Initial Evaluation", booked_at="2026-10-05 09:00",
                    referral_source="Google", referring_provider="Dr Wells"),
    )  # fmt: skip
    quiet = [(row[0], row[1]) for row in book["Gone quiet"].iter_rows(values_only=True) if row[1]]
    assert quiet[1:] == [("Dr. Amity", "source")]
    assert {name: row["State"] for name, row in rows_of(book["Sources"], "State").items() if "Dr" in name} == {
        "Dr. Wells": "",
        "Dr. Amity": "quiet",
    }
    first_page = " ".join(str(cell) for row in book["This week"].iter_rows(values_only=True) for cell in row if cell)
    assert "For the first time ever" not in first_page
    assert rows_of(book["Referring providers"], "State")["Dr. Wells"]["State"] == "returning"


def test_of_dated_exports_the_rows_of_the_newest_count(clinic: Clinic) -> None:
    rows = [evaluation(patient, "2026-10-06 10:00", "Completed") for patient in ("Ada", "Bo", "Cy")]
    counted = {}
    for take in ("newest", "all"):
        clinic.read_from(f"{{name: export, path: exports/*.csv, take: {take}}}")
        for day in (9, 10, 11):
            clinic.export(*rows[: day - 8], name=f"appointments-2026-10-{day:02d}.csv")
            assert clinic.pull(f"2026-10-{day:02d} 06:00").code == 0
        line = rows_of(summarized(clinic)["Health"], "Data as of")["export"]
        counted[take] = line["Rows"], line["Files"]
    assert counted == {"newest": (3, 1), "all": (6, 3)}


def test_two_plans_of_care_at_once_are_two_episodes_each_with_its_own_source(clinic: Clinic) -> None:
    back = {"complaint": "low back pain", "provider": "Dana Made PT", "referral_source": "Google"}
    knee = {"complaint": "knee", "provider": "Kim Up DPT", "referral_source": "Yelp"}
    book = workbook(
        clinic,
        evaluation("Bea", "2026-08-20 10:00", "Completed", **back),
        appointment("Bea", "2026-08-26 10:00", **back),
        evaluation("Bea", "2026-08-27 14:00", "Completed", **knee),
        appointment("Bea", "2026-09-02 10:00", **back),
        appointment("Bea", "2026-09-04 14:00", **knee),
        appointment("Bea", "2026-09-09 10:00", kind="PT Discharge", **back),
        appointment("Bea", "2026-10-14 14:00", "Scheduled", **knee),
    )
    lines = rows_of(book["Sources"], "Dropped out")
    told = {name: (line["Visits so far"], line["Discharged"], line["Dropped out"]) for name, line in lines.items()}
    assert (told["Google search"], told["Yelp"]) == ((4, 1, 0), (2, 0, 0))
    assert became(book) == {"Evaluated": 2, "Came a second time": 2, "In care": 1, "Discharged": 1}


def test_the_letters_agree_with_the_figures_on_which_plan_has_ended(clinic: Clinic) -> None:
    back, knee = {"complaint": "low back pain"}, {"complaint": "knee"}
    rows = [
        evaluation("Bea", "2026-09-14 10:00", "Completed", **back),
        evaluation("Bea", "2026-09-17 14:00", "Completed", **knee),
        appointment("Bea", "2026-09-21 10:00", **back),
        appointment("Bea", "2026-10-05 14:00", **knee),
        appointment("Bea", "2026-10-07 10:00", kind="PT Discharge", **back),
    ]
    clinic.export(*rows)
    assert (clinic.pull("2026-10-08 09:00").code, clinic.send("2026-10-08 09:30").code) == (0, 0)
    assert clinic.fates("Bea", "discharged") == [("withdrawn", "another plan of care goes on")]
    assert clinic.fates("Bea", "mid_plan") == [("sent", "")]  # the third visit of the back, no third one of the knee
    assert became(summarized(clinic)) == {"Evaluated": 2, "Came a second time": 2, "In care": 1, "Discharged": 1}


def test_who_has_two_plans_at_once_is_asked_how_it_is_going_once(clinic: Clinic) -> None:
    back, knee = {"complaint": "low back pain"}, {"complaint": "knee"}
    clinic.export(
        evaluation("Bea", "2026-09-14 10:00", "Completed", **back),
        evaluation("Bea", "2026-09-15 14:00", "Completed", **knee),
        *(appointment("Bea", f"2026-09-{day} 10:00", **back) for day in (17, 21)),
        *(appointment("Bea", f"2026-09-{day} 14:00", **knee) for day in (18, 22)),
    )
    clinic.pull("2026-09-22 15:00")
    for moment in ("2026-09-22 16:00", "2026-09-23 16:00", "2026-09-24 16:00"):
        assert clinic.send(moment).code == 0
    once = "this letter was sent on 2026-09-22, and it is sent once per 14 days"
    assert clinic.fates("Bea", "mid_plan") == [("sent", ""), ("withdrawn", once)]


def new_and_deleted(clinic: Clinic, moment: str, *more: str) -> tuple[int, int]:
    """This year's new patients, and the deleted bookings that About tells of."""
    ran = clinic.command("run", "summarize_referrals", *more, moment=moment)
    assert ran.exit_code == 0, ran.output
    (path,) = (Path(word) for word in ran.output.split("\n  ") if word.strip().endswith(".xlsx"))
    book = load_workbook(path, data_only=True)
    rows = list(book["About"].iter_rows(values_only=True))
    assert any("All tables add up" in str(row[0]) for row in rows)
    assert not [sheet for sheet in book for row in sheet.iter_rows(values_only=True) if "DIFFERS" in row]
    about = {row[0]: row[1] for row in rows if isinstance(row[1], int)}
    new = rows_of(book["Funnel"], "This year")["New patients"]["This year"]
    return new, about.get("Deleted bookings", 0)


def test_a_booking_that_was_deleted_before_anybody_came_is_no_new_patient_after_a_week(clinic: Clinic) -> None:
    anna, ben, cleo = (
        appointment(name, f"2026-11-{day} 10:00", "Scheduled", "PT Initial Evaluation", booked_at="2026-10-06 09:00",
                    referral_source="Instagram")
        for name, day in (("Anna", 10), ("Ben", 11), ("Cleo", 12))
    )  # fmt: skip
    first = appointment("Dora", "2026-09-03 10:00", booked_at="2026-09-01 09:00")
    last = appointment("Dora", "2026-11-30 10:00", "Scheduled", booked_at="2026-09-01 09:00")
    clinic.export(anna, ben, cleo, first, last)
    clinic.pull("2026-10-12 05:00")
    assert new_and_deleted(clinic, "2026-10-12 06:00") == (3, 0)
    clinic.export(anna, {**cleo, "status": "Cancelled"}, first, last)
    clinic.pull("2026-10-13 05:00")
    assert new_and_deleted(clinic, "2026-10-19 06:00") == (3, 0)  # it may be half an export
    assert new_and_deleted(clinic, "2026-10-20 06:00") == (2, 1)  # no pull is needed; who cancelled is there
    assert new_and_deleted(clinic, "2026-10-21 06:00", "--week", "2026-W41") == (3, 0)  # it was not deleted then
    clinic.export(anna, ben, first, last)
    clinic.pull("2026-10-22 05:00")
    assert new_and_deleted(clinic, "2026-10-22 06:00") == (3, 0)  # it is back, and Cleo not gone for long


def told_to_add_up(book: Any) -> bool:
    cells = (str(cell) for row in book["This week"].iter_rows(values_only=True) for cell in row if cell)
    return not any("do not add up" in cell for cell in cells)


def upgrade(clinic: Clinic) -> None:
    """Leave the database as the steps that sum up in another way leave it."""
    with sqlite3.connect(clinic.database) as database:
        database.execute("DELETE FROM episodes")
        database.execute("DELETE FROM cursors WHERE name = 'episodes renewed'")


NEW = [evaluation(patient, "2026-10-06 10:00", "Completed") for patient in ("Ada", "Ben", "Cora", "Dot")]
EVE = evaluation("Eve", "2026-10-13 10:00", "Scheduled")


def test_after_an_upgrade_the_workbook_counts_whom_the_next_pull_does_not_touch(clinic: Clinic) -> None:
    workbook(clinic, *NEW)
    upgrade(clinic)
    book = workbook(clinic, *NEW, EVE)
    assert became(book) == {"Evaluated": 4, "In care": 4, "Still ahead": 1}
    assert told_to_add_up(book)


def test_a_pull_after_an_upgrade_that_is_killed_leaves_nobody_out(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbook(clinic, *NEW)
    upgrade(clinic)
    clinic.export(*NEW, EVE)
    with monkeypatch.context() as patched:
        patched.delattr("jobs.pull_appointments.renew_once_a_day")  # what was read is kept, and no more is done
        assert clinic.pull(MONDAY).code == 1
    assert became(summarized(clinic)) == {"Evaluated": 4, "In care": 4, "Still ahead": 1}


def test_patients_who_are_missing_from_the_sums_are_told_of_on_the_first_page(clinic: Clinic) -> None:
    assert told_to_add_up(workbook(clinic, *NEW))
    with sqlite3.connect(clinic.database) as database:
        database.execute("DELETE FROM episodes WHERE patient_id = 1")
    assert not told_to_add_up(summarized(clinic))


def test_a_clock_that_was_ahead_keeps_no_arrival_out_of_the_figures(clinic: Clinic) -> None:
    rows = [evaluation("Ada", "2026-10-09 10:00", "Arrived"), evaluation("Ben", "2026-10-11 10:00", "Arrived")]
    clinic.export(*rows)
    for moment in ("2026-10-09 18:00", "2026-12-24 18:00", "2026-10-10 18:00"):  # the second by a wrong clock
        assert clinic.pull(moment).code == 0
    assert clinic.ask("SELECT visits FROM episodes ORDER BY patient_id") == [1, 0]
    book = summarized(clinic)
    assert became(book) == {"Evaluated": 2, "In care": 2}
    assert told_to_add_up(book)


def test_fees_are_in_the_sum_that_is_billed_and_about_says_so_and_of_how_many_visits_an_amount_is_known(
    clinic: Clinic,
) -> None:
    """Of two visits one has an amount; a missed and a cancelled appointment have a fee."""
    columns = "appointment_id,first_name,last_name,email,start,status,type,amount billed"
    amounts = {
        "Ann": ("completed", "100"),
        "Ben": ("completed", ""),
        "Cy": ("no show", "50"),
        "Di": ("cancelled", "75"),
    }
    lines = [
        f"{name},{name},Fictional,{name}@patient.example,2026-10-06 10:00,{status},PT Follow Up,{amount}"
        for name, (status, amount) in amounts.items()
    ]
    (clinic.home / "exports" / "appointments.csv").write_text("\n".join([columns, *lines, ""]), "utf-8")
    assert clinic.pull(MONDAY).code == 0
    book = summarized(clinic)
    shown, about = ({row[0]: row[1] for row in book[name].iter_rows(values_only=True)} for name in ("Figures", "About"))
    assert (shown["Billed"], shown["Visits with billed"]) == (225, 0.5)
    assert "Fees for missed and cancelled appointments are in the sum" in about["Billed, paid"]
    assert "the sum is of these alone" not in about["Billed, paid"]
