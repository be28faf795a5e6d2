"""Amounts, phone numbers, lengths, answers, types and diagnoses as cells hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.clinic.cells import (
    Doubt,
    money_cents,
    money_text,
    read_consent,
    read_minutes,
    read_money,
    read_phone,
    read_yes_no,
    tidy,
)
from jobs.clinic.diagnoses import read_diagnosis
from jobs.clinic.steps import read_step


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1,234.50", "1234.50"),
        ("90.0", "90.00"),
        ("90", "90.00"),
        ("1.234,50 €", "1234.50"),
        ("(45.00)", "-45.00"),
        ("0", "0.00"),
        ("33.335", "33.34"),
        ("1,234", "1234.00"),
        ("", ""),
        ("n/a", ""),
        (".5", "0.50"),
    ],
)
def test_amounts_of_money(text: str, expected: str) -> None:
    assert read_money(text) == expected


def test_an_unreadable_amount_is_left_out_with_a_problem() -> None:
    found = read_money("free")
    assert isinstance(found, Doubt) and found.value == ""


@given(st.integers(-(10**11), 10**11))
def test_an_amount_is_read_back_as_it_was_written(cents: int) -> None:
    assert money_cents(money_text(cents)) == cents
    assert read_money(money_text(cents)) == money_text(cents)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+1-555-0100", "+15550100"),
        ("(555) 010-0199 x12", "5550100199 x12"),
        ("'0049 170 1", "00491701"),
        ("5551234567.0", "5551234567"),
        ("007 123", "007123"),
        ("n/a", ""),
        ("", ""),
    ],
)
def test_phone_numbers_keep_every_digit(text: str, expected: str) -> None:
    assert read_phone(text) == expected


@pytest.mark.parametrize("text", ["1.555E+10", "call the office"])
def test_a_phone_number_that_lost_its_digits_is_a_problem(text: str) -> None:
    assert isinstance(read_phone(text), Doubt)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45", 45),
        ("45.0", 45),
        ("45 min", 45),
        ("1 h 30", 90),
        ("1h30m", 90),
        ("1.5 hours", 90),
        ("0:45", 45),
        ("00:45:00", 45),
        ("", 0),
    ],
)
def test_lengths_of_appointments(text: str, expected: int) -> None:
    assert read_minutes(text) == expected


@pytest.mark.parametrize("text", ["long", "-5", "3000"])
def test_an_unreadable_length_is_a_problem(text: str) -> None:
    assert isinstance(read_minutes(text), Doubt)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes", "yes"),
        ("TRUE", "yes"),
        ("1", "yes"),
        ("opted in", "yes"),
        ("Subscribed", "yes"),
        ("0", "no"),
        ("No", "no"),
        ("opted out", "no"),
        ("Unsubscribed", "no"),
        ("", ""),
        ("n/a", ""),
    ],
)
def test_consent_to_email(text: str, expected: str) -> None:
    assert read_consent(text) == expected


def test_an_unclear_consent_counts_as_not_asked_and_is_a_problem() -> None:
    found = read_consent("SMS only")
    assert isinstance(found, Doubt) and found.value == ""
    assert read_yes_no("perhaps") is None


@given(st.text())
def test_tidy_text_fits_in_one_line_of_a_letter(text: str) -> None:
    assert "\n" not in tidy(text) and "\x00" not in tidy(text) and "\u202e" not in tidy(text)
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("text", "codes", "words"),
    [
        ("M54.50", "M54.50", ""),
        ("m5450 - Low back pain", "M54.50", "Low back pain"),
        ("M54.50, M25.561; S83.511A", "M54.50 M25.561 S83.511A", ""),
        ("Low back pain (M54.50)", "M54.50", "Low back pain"),
        ("Z47.1: aftercare (right knee)", "Z47.1", "aftercare (right knee)"),
        ("ICD-10: M54.5 lumbago", "M54.5", "lumbago"),
        ("M54.50; M5450", "M54.50", ""),
        ("L4-L5 disc, T12 fracture", "", "L4-L5 disc, T12 fracture"),
        ("none", "", ""),
    ],
)
def test_codes_are_told_from_words(text: str, codes: str, words: str) -> None:
    assert read_diagnosis(text) == (codes, words)


@pytest.mark.parametrize(
    ("kind", "step"),
    [
        ("PT Eval", "evaluation"),
        ("Initial Evaluation", "evaluation"),
        ("New Patient", "evaluation"),
        ("IE", "evaluation"),
        ("First visit", "evaluation"),
        ("Initial consult", "evaluation"),
        ("Consultation", "evaluation"),
        ("New Patient Consult 60 min", "evaluation"),
        ("Screening evaluation", "evaluation"),
        ("Evaluation & fall screen", "evaluation"),
        ("Free Screen", "screen"),
        ("Injury Screen", "screen"),
        ("New patient - free screening", "screen"),
        ("Free 15 min injury assessment", "screen"),
        ("Complimentary consultation", "screen"),
        ("Consult (free)", "screen"),
        ("Consult - 15 min", "screen"),
        ("15-minute phone consult", "screen"),
        ("Discovery Visit", "screen"),
        ("Discovery call", "screen"),
        ("Meet & Greet", "screen"),
        ("Follow up consult", "visit"),
        ("Screenwriters' group", "class"),
        ("Pilates Evaluation", "evaluation"),
        ("Re-eval", "visit"),
        ("Reevaluation 45", "visit"),
        ("10th Visit Eval", "visit"),
        ("1st Visit Eval", "evaluation"),
        ("Evaluation - Follow up", "visit"),
        ("Follow-up evaluation", "visit"),
        ("Initial evaluation, follow up", "evaluation"),
        ("New patient eval & follow up", "evaluation"),
        ("Follow-up", "visit"),
        ("PT 45", "visit"),
        ("Treatment", "visit"),
        ("Physiotherapy", "visit"),
        ("Class IV laser", "visit"),
        ("60 min", "visit"),
        ("", "visit"),
        ("Session", "visit"),
        ("Discharge", "discharge"),
        ("DC visit", "discharge"),
        ("Final visit", "discharge"),
        ("D/C", "discharge"),
        ("Pilates class", "class"),
        ("Reformer", "class"),
        ("Group", "class"),
        ("Mat class - evaluation", "class"),
        ("Medical evaluation form", "other"),
        ("Eval paperwork", "other"),
        ("Gift Card", "sale"),
        ("Gift certificate $100", "sale"),
        ("Massage 60 (gift card)", "visit"),
        ("Acupuncture gift card", "other"),
        ("Membership renewal", "sale"),
        ("10 Class Package Purchase", "sale"),
        ("Pilates Membership Fee", "sale"),
        ("Initial visit + package purchase", "evaluation"),
        ("Pilates Membership - Monthly", "class"),
        ("10 Class Package", "class"),
        ("Retail - Theraband", "sale"),
        ("Deposit", "sale"),
        ("Late cancel fee", "sale"),
        ("No-show fee", "sale"),
        ("Late cancel", "other"),
        ("Hot pack", "other"),
        ("No Charge", "other"),
        ("No charge - form letter", "paperwork"),
        ("Forms", "paperwork"),
        ("FMLA forms", "paperwork"),
        ("Medical records request", "paperwork"),
        ("Running form analysis", "other"),
        ("Sports Form Running Analysis", "other"),
        ("Sports form check", "other"),
        ("DME supplies fitting", "other"),
        ("Product demo", "other"),
        ("DME supplies fitting fee", "sale"),
        ("Gait analysis - no-show fee", "sale"),
        ("D/C letter", "discharge"),
        ("Annual physical", "other"),
        ("Vaccination", "other"),
        ("Medevaluation", "other"),
    ],
)
def test_the_step_is_read_from_the_type(kind: str, step: str) -> None:
    assert read_step(kind) == step
