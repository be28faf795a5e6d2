"""From the export to Gmail: each letter once, and nobody has to decide what its draft can tell."""

import json
from collections.abc import Iterator

import pytest
from hand_written_clinic import Clinic, appointment
from loopback_gmail import DRAFTS, LoopbackGmail
from loopback_google import Call, HangUp, service_key, trouble

from jobs.runner.settings import SettingsFaulty
from jobs.runner.settings_loading import load_settings

SEND = f"POST {DRAFTS}/send"


@pytest.fixture
def gmail() -> Iterator[LoopbackGmail]:
    gmail = LoopbackGmail()
    yield gmail
    gmail.close()


def mail_by_gmail(clinic: Clinic, gmail: LoopbackGmail, mode: str = "live") -> None:
    """Let mail leave by a Gmail on the loopback address."""
    service_key(clinic.home, gmail)
    google = json.dumps({"service_account_file": "key.json", "endpoint": gmail.endpoint})
    clinic.edit("config/clinic.yaml", "  mode: preview\n", f"  mode: {mode}\n")
    clinic.edit("config/clinic.yaml", "  transport: smtp", "  transport: gmail")
    clinic.edit("config/clinic.yaml", "\ninstallation:\n", f"\ngoogle: {google}\n\ninstallation:\n")


@pytest.fixture
def pulled(clinic: Clinic, gmail: LoopbackGmail) -> Clinic:
    """Three patients are to be reminded of a visit."""
    mail_by_gmail(clinic, gmail)
    names = ("Remy", "Rena", "Rhys")
    clinic.export(*(appointment(name, "2026-03-06 14:00", "booked", booked_at="2026-02-20 10:00") for name in names))
    clinic.pull("2026-03-04 08:45")
    return clinic


def lost(gmail: LoopbackGmail, recipient: str, sent: bool) -> None:
    """Let the answer to one send get lost, after it was sent or before."""
    left = [recipient]

    def lose(call: Call) -> None:
        one = gmail.sent[-1] if sent and gmail.sent else gmail.drafts.get((call.body or {}).get("id", ""), b"")
        if str(call) == SEND and left and left[0].encode() in one:
            left.clear()
            raise HangUp

    if sent:
        gmail.after = lose
    else:
        gmail.script = lose


@pytest.mark.parametrize("sent", [True, False], ids=["after it was sent", "before it was sent"])
def test_a_send_whose_answer_is_lost_is_settled_by_the_next_run(
    pulled: Clinic, gmail: LoopbackGmail, sent: bool
) -> None:
    lost(gmail, "rena@patient.example", sent)
    first = pulled.send("2026-03-04 10:00")
    assert (first.code, first.counts["letters sent"], first.counts["letters unknown"]) == (0, 2, 1)
    assert pulled.in_state("unknown") == {("Rena", "reminder")}
    second = pulled.send("2026-03-04 10:10")
    assert second.code == 0
    found = "sent" if sent else "not sent"
    assert second.counts[f"unknown letters found {found}"] == 1
    assert second.counts.get("letters sent", 0) == (0 if sent else 1)
    assert sorted(gmail.recipients()) == [f"{name}@patient.example" for name in ("remy", "rena", "rhys")]
    assert pulled.in_state("unknown") == set()
    ((what, who),) = pulled.ask("SELECT what, who FROM decisions")
    assert (what, who) == ("mark-sent" if sent else "send-again", "evidence (gmail)")
    assert pulled.send("2026-03-04 10:20").counts == {}


def test_what_gmail_cannot_tell_now_is_asked_again(pulled: Clinic, gmail: LoopbackGmail) -> None:
    lost(gmail, "rena@patient.example", sent=True)
    pulled.send("2026-03-04 10:00")
    gmail.script = lambda call: trouble(403, "forbidden") if call.method == "GET" else None
    assert pulled.send("2026-03-04 10:10").code == 0
    assert pulled.in_state("unknown") == {("Rena", "reminder")}
    gmail.script = lambda call: None
    pulled.send("2026-03-04 10:20")
    assert pulled.in_state("unknown") == set()


def test_an_unknown_letter_is_no_business_of_another_way_out(pulled: Clinic, gmail: LoopbackGmail) -> None:
    """Asked about a letter that went by Gmail, the folder would say that it never left."""
    lost(gmail, "rena@patient.example", sent=True)
    pulled.send("2026-03-04 10:00")
    pulled.edit("config/clinic.yaml", "  mode: live\n", "  mode: preview\n")
    assert pulled.send("2026-03-04 10:10").counts == {}
    assert pulled.in_state("unknown") == {("Rena", "reminder")}


def test_the_draft_of_a_letter_that_was_withdrawn_does_not_stay_in_the_mailbox(
    pulled: Clinic, gmail: LoopbackGmail
) -> None:
    gmail.script = lambda call: trouble(429, "rateLimitExceeded") if str(call) == SEND else None
    pulled.edit("config/clinic.yaml", "  daily_quota: 1500", "  daily_quota: 1")
    assert pulled.send("2026-03-04 10:00").counts["letters deferred"] == 1
    reminders = "SELECT draft_id FROM letters WHERE rule = 'reminder' AND draft_id != '' AND state = "
    assert pulled.ask(f"{reminders} 'deferred'") == list(gmail.drafts) == ["r-1"]
    pulled.export(appointment("Rena", "2026-03-20 14:00", "booked", booked_at="2026-02-20 10:00"))
    pulled.pull("2026-03-04 10:05")
    pulled.send("2026-03-04 10:10")
    gmail.script = lambda call: trouble(500) if call.method == "DELETE" else None
    pulled.send("2026-03-04 10:20")
    assert pulled.ask(f"{reminders} 'withdrawn'") == ["r-1"] and "r-1" in gmail.drafts
    gmail.script = lambda call: None
    pulled.send("2026-03-04 10:30")
    assert pulled.ask(f"{reminders} 'withdrawn'") == [] and "r-1" not in gmail.drafts
    assert gmail.sent == []


def test_redirected_through_gmail_no_patient_is_written_to(clinic: Clinic, gmail: LoopbackGmail) -> None:
    mail_by_gmail(clinic, gmail, "redirect")
    clinic.edit("config/clinic.yaml", '  redirect_to: ""\n', "  redirect_to: office@lakeside.example\n")
    clinic.export(appointment("Remy", "2026-03-06 14:00", "booked", booked_at="2026-02-20 10:00"))
    clinic.pull("2026-03-04 08:45")
    assert clinic.send("2026-03-04 10:00").counts["letters sent"] == 1
    assert gmail.recipients() == ["office@lakeside.example"]


def test_gmail_without_a_sign_in_is_a_fault_of_the_settings(clinic: Clinic, gmail: LoopbackGmail) -> None:
    clinic.edit("config/clinic.yaml", "  mode: preview\n", "  mode: live\n")
    clinic.edit("config/clinic.yaml", "  transport: smtp", "  transport: gmail")
    with pytest.raises(SettingsFaulty) as told:
        load_settings(clinic.home)
    assert str(told.value).endswith(
        "With transport: gmail somebody must be signed in at Google. "
        "Write service_account_file or client_file under google."
    )
