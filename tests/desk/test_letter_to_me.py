"""`preview LETTER --to ADDRESS`: one marked letter to the clinic's own people, which counts for no patient."""

from email import message_from_bytes, policy
from pathlib import Path

from hand_written_clinic import Clinic
from lakeside_day import Ask, rows
from loopback_server import serving


def test_a_test_letter_leaves_once_marked_and_is_counted_nowhere(ask: Ask, home: Path) -> None:
    before = rows(home)
    with serving() as server:
        Clinic(home).mail_through(server.port, "redirect", redirect_to="office@lakeside.example")
        shown = ask("preview", "reminder.es", "--to", "me@lakeside.example")
    assert (shown.exit_code, shown.output) == (
        0, "One test letter went to me@lakeside.example by smtp. It counts for no patient.\n"
    )  # fmt: skip
    ((recipient, data),) = server.taken
    letter = message_from_bytes(data, policy=policy.default)
    assert (recipient, letter["To"]) == ("me@lakeside.example", "me@lakeside.example")
    assert letter["Subject"] == "[Test] Su cita: miércoles, 4 de marzo"
    assert "List-Unsubscribe" not in letter
    assert rows(home) == before


def test_while_nothing_may_leave_the_house_it_is_written_to_a_file(ask: Ask, home: Path) -> None:
    shown = ask("preview", "reminder", "--to", "me@lakeside.example")
    path = home / "var" / "preview" / "reminder-test.eml"
    assert (shown.exit_code, shown.output) == (
        0, f"config/clinic.yaml says mode: preview, so nothing left the house. The test letter is {path}.\n"
    )  # fmt: skip
    assert message_from_bytes(path.read_bytes(), policy=policy.default)["To"] == "me@lakeside.example"


def test_a_test_letter_that_the_server_does_not_take_is_told(ask: Ask, home: Path) -> None:
    with serving(lambda step, session: "550 5.1.1 No such user" if step == "RCPT" else None) as server:
        Clinic(home).mail_through(server.port)
        shown = ask("preview", "reminder", "--to", "nobody@lakeside.example")
    assert shown.exit_code == 1
    assert "The test letter did not leave (failed): RCPT: 550 5.1.1 No such user" in shown.output


def test_a_letter_that_was_never_good_and_an_odd_address_are_not_sent(ask: Ask, home: Path) -> None:
    odd = ask("preview", "reminder", "--to", "Me <me@lakeside.example>")
    assert odd.exit_code == 2 and '"Me <me@lakeside.example>" is not one bare address' in odd.output
    (home / "templates" / "new.md").write_text("---\nsubject: New\n---\n{{ x }}\n", "utf-8")
    assert ask("preview", "new", "--to", "me@lakeside.example").exit_code == 1
