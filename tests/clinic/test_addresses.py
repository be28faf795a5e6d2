"""E-mail addresses of patients."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.clinic.addresses import address_key, is_own, own_addresses, read_email, read_guest
from jobs.clinic.cells import Doubt


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Jo.Made@Clinic.EXAMPLE ", "Jo.Made@clinic.example"),
        ("mailto:jo@made.example", "jo@made.example"),
        ("Jo Made <jo@made.example>", "jo@made.example"),
        ("'jo@made.example", "jo@made.example"),
        ("jo@made.example.", "jo@made.example"),
        ("jo @ made.example", "jo@made.example"),
        ("jo@made. com", "jo@made.com"),
        ("jo@made .com", "jo@made.com"),
        ("Email: jo@made.example", "jo@made.example"),
        ("jo@made.example (work)", "jo@made.example"),
        ("jo+pt@made.example", "jo+pt@made.example"),
        ("o'made@made.example", "o'made@made.example"),
        ("jo@made.example; JO@MADE.example", "jo@made.example"),
        ("jo@bücher.example", "jo@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_found_in_what_people_type(text: str, expected: str) -> None:
    found = read_email(text)
    assert (found.value if isinstance(found, Doubt) else found).lower() == expected.lower()
    assert "@" in expected and (isinstance(found, Doubt) is (";" in text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "none",
        "N/A",
        "declined",
        "none@none.com",
        "noemail@made.example",
        "No-Email@made.example",
        "test@test.com",
        "no@email.com",
        "unknown@made.example",
        "-",
    ],
)
def test_a_plain_no_is_neither_an_address_nor_a_problem(text: str) -> None:
    assert read_email(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "jo",
        "jo@made",
        "jo@@made.example",
        "jo made@.example",
        "jo..m@made.example",
        "jo made@made.example",
        "Jo jo@made.example",
        "jörg@made.example",
        "x" * 65 + "@made.example",
        "jo@-made.example",
        "jo@made_up.example",
    ],
)
def test_a_malformed_address_is_left_out_with_a_problem(text: str) -> None:
    found = read_email(text)
    assert isinstance(found, Doubt)
    assert found.value == ""


def test_of_two_addresses_the_first_good_one_counts_and_a_note_says_so() -> None:
    found = read_email("jo@made, jo@made.example / ann@made.example")
    assert isinstance(found, Doubt) and found.value == "jo@made.example"
    assert read_email("jo@made.example\nBcc: all@made.example") == found
    assert found.what == "The cell holds more than one e-mail address; the first one is used."


def test_of_several_guests_none_is_taken_for_the_patient() -> None:
    assert read_guest("mailto:jo@made.example") == "jo@made.example"
    found = read_guest("jo@made.example; coach@made.example")
    assert isinstance(found, Doubt) and found.value == ""


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_what_is_read_is_one_bare_address_without_control_characters(text: str) -> None:
    found = read_email(text + "@made.example")
    value = found.value if isinstance(found, Doubt) else found
    assert value == "" or (value.isascii() and value.isprintable() and value.count("@") == 1 and " " not in value)


@pytest.mark.parametrize(
    ("spellings", "key"),
    [
        (
            ("Jo@BÜCHER.example", "jo+pt@bücher.example", " JO@XN--BCHER-KVA.example ", "jo@bu\u0308cher.example."),
            "jo@xn--bcher-kva.example",
        ),
        (("jo.made@gmail.com", "JoMade+spam@gmail.com", "j.o.m.a.d.e@GoogleMail.com"), "jomade@gmail.com"),
        (("Jo.Made@made.example", "jo.made+a+b@made.example", "jo．made＠made.example"), "jo.made@made.example"),
    ],
)
def test_all_spellings_of_one_mailbox_have_one_key(spellings: tuple[str, ...], key: str) -> None:
    assert {address_key(text) for text in spellings} == {key}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jo@made.example", "ann@made.example"),
        ("jo.made@made.example", "jomade@made.example"),  # dots count there, as far as anybody knows
        ("jo@made.example", "jo@bücher.example"),
        ("+a@made.example", "+b@made.example"),
        ("jo.made@outlook.com", "jomade@outlook.com"),
    ],
)
def test_two_mailboxes_never_share_a_key(one: str, other: str) -> None:
    assert address_key(one) != address_key(other)


def test_no_address_has_no_key() -> None:
    assert address_key("") == address_key(" ") == ""


OF_THE_CLINIC = own_addresses(
    ["Hello@Clinic.example", "it@helpers.example", "lake.studio@gmail.com", "not an address"],
    ["hello@clinic.example", "lake.studio@gmail.com", "www.lake.example", "letters@mail.bay.example"],
)


@pytest.mark.parametrize(
    "address",
    ["hello@clinic.example", "hello+mira@clinic.example", "info@clinic.example", "Front.Desk@clinic.example",
     "no-reply@lake.example", "office2@bay.example", "info.sanramon@mail.bay.example",
     "sanramon-frontdesk@lake.example", "it@helpers.example", "l.a.k.e.studio+x@googlemail.com"],
)  # fmt: skip
def test_the_clinics_mailboxes_and_the_roles_at_its_domains_are_its_own(address: str) -> None:
    assert is_own(address, OF_THE_CLINIC)
    assert isinstance(read_email(address, OF_THE_CLINIC), Doubt)
    assert read_guest(address, OF_THE_CLINIC) == ""


@pytest.mark.parametrize(
    "address",
    ["jane.doe@clinic.example", "jane.pt@clinic.example", "it.smith@lake.example", "info@gmail.com",
     "info@helpers.example", "frontdesk@other.example", "billing@example"],
)  # fmt: skip
def test_who_works_there_and_everybody_elses_desk_may_be_patients(address: str) -> None:
    assert not is_own(address, OF_THE_CLINIC)


def test_of_the_clinics_address_and_the_patients_in_one_cell_the_patients_counts() -> None:
    assert read_email("info@clinic.example; mira@patient.example", OF_THE_CLINIC) == "mira@patient.example"
    guests = read_guest("info@clinic.example, mira@patient.example", OF_THE_CLINIC)
    assert isinstance(guests, Doubt) and guests.value == ""
