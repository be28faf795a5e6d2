"""Patients are known by their names, however these are written in the practice system and at the front desk."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, insert

from jobs.clinic.identity import person_key
from jobs.clinic.source_names import ReferralNames
from jobs.store.memory import Store
from jobs.store.named_patients import note_patients, patients_named
from jobs.store.tables import patients


def have_patients(store: Store, *names: tuple[str, str]) -> None:
    rows = [
        {"clinic_id": "lakeside", "key": f"{first} {last}", "name_key": person_key(first, last)}
        for first, last in names
    ]
    with store.begin() as memory:
        memory.connection.execute(insert(patients), rows)


@pytest.mark.parametrize(
    ("first", "last", "typed", "shown"),
    [
        ("Rufus J.", "Tamarind", "rufus tamarind", "r•••• t•••••••"),
        ("Rufus", "Tamarind", "Rufus J Tamarind", "R•••• J T•••••••"),
        ("Núria", "O’Brïan-Vale", "nuria obrian vale", "n•••• o••••• v•••"),
        ("Nuria", "OBrian", "Núria O'Brian", "N•••• O'B••••"),
        ("Marisol", "de  la Fennimore", "De la Fennimore, Marisol", "D• l• F••••••••, M••••••"),
    ],
)
def test_accents_signs_and_initials_do_not_matter(store: Store, first: str, last: str, typed: str, shown: str) -> None:
    have_patients(store, ("Ann", "Other"), (first, last), ("", "Nameless"))
    with store.look() as memory:
        assert patients_named(memory, [typed, "Ann Otherwise", "Nameless"]) == {typed: shown}


def test_what_a_provider_is_called_or_the_list_has_is_no_patient(store: Store) -> None:
    have_patients(store, ("Ann", "Sample"), ("Greta", "Sample"), ("Rufus", "Sample"))
    names = ReferralNames.of([("dr g", "Dr. Greta Sample", "physician")])
    with store.look() as memory:
        note_patients(memory, names, ["Ann Sample", "pt Greta Sample", "Rufus Sample"], ["Sample, Ann MD"])
    assert [names.name_of(text) for text in ("Ann Sample", "pt Greta Sample", "Rufus Sample")] == [
        None,
        None,
        "Another patient",
    ]


def test_a_text_is_looked_at_once_for_all_locations(store: Store) -> None:
    have_patients(store, ("Rufus", "Sample"))
    names = ReferralNames.of([])
    for _ in range(2):
        with store.begin() as memory:
            note_patients(memory, names, ["Rufus Sample"], [])
            assert (names.name_of("Rufus Sample"), names.shown("Rufus Sample")) == ("Another patient", "R•••• S•••••")
            memory.connection.execute(delete(patients))


def test_the_list_is_gone_through_no_oftener_for_many_texts_that_name_a_patient_than_for_one() -> None:
    class Channels(dict[str, str]):
        gone_through = 0

        def __iter__(self) -> Iterator[str]:
            self.gone_through += 1
            return super().__iter__()

    channels = Channels({"Rufus Sample": "patient or friend", "Lake Gym": "practice"})
    names = ReferralNames(channels=channels)
    for text in ("Rufus Sample", "pt Rufus Sample", "Greta Sample", "friend Greta Sample"):
        names.names_a_patient(text, "hidden")
    assert channels.gone_through == 1
    assert [names.shown(text) for text in ("rufus sample", "Rufus Sample", "pt Rufus Sample", "Greta Sample")] == [
        "rufus sample",
        "Rufus Sample",  # the source's own name
        "hidden",
        "hidden",
    ]
