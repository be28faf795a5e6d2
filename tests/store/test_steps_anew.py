"""What types of appointments mean by now, for appointments that are known."""

from datetime import date

from sqlalchemy import insert, select

from jobs.store.memory import Store
from jobs.store.steps_anew import read_steps_anew, steps_are_read
from jobs.store.tables import appointments, patients

TODAY = date(2026, 3, 4)


def test_what_a_first_pull_brings_is_read_anew_only_once_types_mean_something_else(store: Store) -> None:
    ours, at = {"clinic_id": "lakeside"}, "2026-03-03T17:00:00Z"
    slot = {"id": 1, "key": "1", "patient_id": 1, "starts_at": at, "starts_on": at[:10], "status": "completed"}
    with store.begin() as memory:
        steps_are_read(memory, {"export": {}})
        memory.connection.execute(insert(patients).values(id=1, key="1", **ours))
        kind = {"source": "export", "kind": "Initial Evaluation", "step": "visit"}  # as no file would be read
        memory.connection.execute(insert(appointments).values(**slot, **kind, **ours))
    read_steps_anew(store, {"export": {}}, TODAY)
    assert step_of(store) == "visit"
    read_steps_anew(store, {"export": {"Reformer": "visit"}}, TODAY)
    assert step_of(store) == "evaluation"


def step_of(store: Store) -> str:
    with store.look() as memory:
        return str(memory.connection.execute(select(appointments.c.step)).scalar_one())
