"""Whether two records are one person: what two people cannot share joins them, what is only likely is listed."""

import pytest

from jobs.clinic.identity import Record, compare, compare_names, person_key


def record(key: str = "m:anna@mail.example anna", first: str = "Anna", last: str = "Testperson", **more: str) -> Record:
    return Record(0, key, first, last, more.get("email", ""), more.get("phone", ""), more.get("born", ""))


SHORT = "a name that may be the other's short form and the same"
EXPORT = record("4711", email="anna@mail.example", phone="+15550100", born="1980-02-03")


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (record(email="anna@mail.example"), "the same name and e-mail address"),
        (record(phone="+15550100"), "the same name and phone number"),
        (record(born="1980-02-03"), "the same name and birth date"),
        (record("999", born="1980-02-03"), "the same name and birth date"),
        (record(first="ANNA", last="Test-Person", email="anna@mail.example", born="1980-02-03"), None),
        (record(last="Newname", email="anna@mail.example"), "the same first name and e-mail address"),
        (record(last="T", email="anna@mail.example"), "a name that may be the other's short form and the same e-mail"),
        (record(email="new@mail.example", born="1980-02-03"), "the same name and birth date"),
        (
            record("999", first="Anna M.", email="anna@mail.example", born="1980-02-03"),
            "the same name but for an initial",
        ),
    ],
)
def test_what_two_people_cannot_share_joins_two_records(other: Record, why: str | None) -> None:
    match = compare(EXPORT, other)
    assert match.word == "same"
    assert why is None or match.why.startswith(why)
    assert compare(other, EXPORT) == match


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (record("n:anna testperson"), "the same name, and nothing else that both sources tell"),
        (record("999", email="anna@mail.example"), "the same name and e-mail address, but two numbers"),
        (record("999", first="Anna M.", email="anna@mail.example"), f"{SHORT} e-mail address"),
        (record("9", first="A.", born="1980-02-03"), f"{SHORT} birth date"),
        (record(first="Ana", email="anna@mail.example"), "almost the same name and the same e-mail address"),
        (record(first="A", email="anna@mail.example"),
         "a name that may be the other's short form and the same e-mail address"),
        (record(last="T", phone="+15550100"), "a name that may be the other's short form and the same phone number"),
    ],
)  # fmt: skip
def test_what_is_only_likely_is_doubtful(other: Record, why: str) -> None:
    assert compare(EXPORT, other) == compare(other, EXPORT) == ("doubtful", why)


@pytest.mark.parametrize(
    "other",
    [
        record(first="Ben", email="anna@mail.example", phone="+15550100"),  # her brother
        record(born="1990-02-03", email="anna@mail.example"),  # her niece, who has her name
        record("n:anna t", last="T"),
        record("999", email="other@mail.example"),
        record(email="other@mail.example", phone="+15550199"),
        record(first="", last=""),
    ],
)
def test_two_people_stay_two(other: Record) -> None:
    assert compare(EXPORT, other).word == compare(other, EXPORT).word == "apart"


def test_a_father_and_his_son_of_one_name_at_one_address_are_not_joined() -> None:
    son = record(last="Testperson Jr", email="anna@mail.example")
    assert compare(record("1", email="anna@mail.example"), son).word == "doubtful"


def test_one_appointment_under_one_name_is_one_persons_though_the_address_changed() -> None:
    before, now = record(email="old@mail.example"), record(email="new@mail.example")
    assert compare(before, now).word == "apart"
    assert compare(before, now, same_appointment=True) == ("same", "the same name for the same appointment")


BILL, WILLIAM = record(first="Bill", email="t@mail.example"), record("4711", first="William", email="t@mail.example")


def test_a_pet_name_at_one_address_for_one_appointment_is_one_person_and_else_doubtful() -> None:
    why = "a pet name, with the same e-mail address for the same appointment"
    assert compare(BILL, WILLIAM, same_appointment=True) == compare(WILLIAM, BILL, True) == ("same", why)
    assert compare(BILL, WILLIAM) == ("doubtful", "a pet name and the same e-mail address")
    assert compare(BILL._replace(key="4712"), WILLIAM, same_appointment=True).word == "doubtful"
    born = BILL._replace(birth_date="1950-01-02"), WILLIAM._replace(birth_date="1980-01-02")
    assert compare(*born, same_appointment=True).word == "apart"


def test_another_first_name_at_one_address_for_one_appointment_of_two_sources_is_doubtful() -> None:
    mei, amy = record("4711", first="Mei", email="t@mail.example"), record(first="Amy", email="t@mail.example")
    said = "another first name, with the same last name and e-mail address for one appointment"
    assert compare(mei, amy, same_appointment=True, two_sources=True) == ("doubtful", said)
    assert compare(mei, amy, same_appointment=True).word == "apart"  # in one source her visit went to her daughter
    other = amy._replace(last_name="Otherwise")
    said = "another name, with the same e-mail address for one appointment"
    assert compare(mei, other, same_appointment=True, two_sources=True) == ("doubtful", said)
    nameless = amy._replace(first_name="", last_name="")
    assert compare(mei, nameless, same_appointment=True, two_sources=True).word == "apart"


def test_an_appointment_that_another_person_took_over_joins_nobody() -> None:
    assert compare(EXPORT, record(first="Ben", last="Other"), same_appointment=True).word == "apart"


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (("José", "O'Quill-Ray"), ("JOSE", "Oquill Ray"), "same"),
        (("Anna", "T"), ("Anna", "Testperson"), "short"),
        (("A.", "Testperson"), ("Anna", "Testperson"), "short"),
        (("Anna", ""), ("Anna", "Testperson"), "short"),
        (("Anna", "Testperson"), ("Anna", "Newname"), "renamed"),
        (("Rob", "Testperson"), ("Robert", "Testperson"), "pet"),
        (("Peggy", "Testperson"), ("Margaret Ann", "Testperson"), "pet"),
        (("BILL", "T"), ("William", "Testperson"), "short"),
        (("Paco", "Muñoz"), ("Francisco", "Munoz"), "pet"),
        (("Pat", "Testperson"), ("Patricia", "Testperson"), "pet"),
        (("Patrick", "Testperson"), ("Patricia", "Testperson"), "similar"),  # Pat is both
        (("Fernando", "Testperson"), ("Fernanda", "Testperson"), "similar"),
        (("Jon", "Testperson"), ("Jonn", "Testperson"), "similar"),
        (("Anna", "Testperson"), ("Ben", "Testperson"), "other"),
        (("Ann", "Testperson"), ("Ben", "Other"), "other"),
    ],
)
def test_names_go_together_in_these_ways(one: tuple[str, str], other: tuple[str, str], said: str) -> None:
    assert compare_names(one, other) == compare_names(other, one) == said


def test_a_name_that_is_not_whole_is_no_key() -> None:
    assert (person_key("Anna", ""), person_key("", "T"), person_key("Anna", "O'T")) == ("", "", "anna ot")
