"""The IT person hears of a failure by e-mail, over a real connection, and learns nothing of a patient."""

from email import message_from_bytes, policy
from pathlib import Path

from loopback_server import LoopbackServer, serving
from small_clinic import WEDNESDAY, change, live

from jobs.runner.health import tell_it
from jobs.runner.log import open_log
from jobs.runner.settings_loading import load_settings


def tell(home: Path, server: LoopbackServer, sentence: str, mode: str = "live") -> bool:
    settings = live(home, server.port, mode)
    return tell_it(settings, "send_follow_ups", sentence, WEDNESDAY, open_log(settings.state_dir))


def test_the_mail_names_the_job_the_reason_and_the_next_step(home: Path) -> None:
    with serving() as server:
        assert tell(home, server, "No space left on device.")
    ((recipient, data),) = server.taken
    message = message_from_bytes(data, policy=policy.default)
    assert recipient == "it@lakeside.example"
    assert message["Subject"] == "send_follow_ups failed"
    body = message.get_body(("plain",))
    assert body is not None
    assert "No space left on device." in body.get_content()
    assert "`python run_jobs.py run send_follow_ups` runs it again" in body.get_content()


def test_an_address_in_the_reason_does_not_leave_the_house(home: Path) -> None:
    with serving() as server:
        assert tell(home, server, "550 no such user: mira.quill@patient.example")
    assert b"quill" not in server.taken[0][1]
    assert b"550 no such user: <address>" in server.taken[0][1] or b"&lt;address>" in server.taken[0][1]


def test_in_preview_nothing_leaves_the_house(home: Path) -> None:
    with serving() as server:
        settings = live(home, server.port)
        change(home, "clinic.yaml", "mode: live", "mode: preview")
        settings = load_settings(home)
        assert not tell_it(settings, "send_follow_ups", "It failed.", WEDNESDAY, open_log(settings.state_dir))
    assert server.connections == 0


def test_redirected_mail_goes_to_the_one_address(home: Path) -> None:
    with serving() as server:
        assert tell(home, server, "It failed.", mode="redirect")
    assert server.recipients() == ["office@lakeside.example"]


def test_a_mail_server_that_refuses_is_no_second_failure(home: Path) -> None:
    with serving(lambda step, session: "550 not here" if step == "RCPT" else None) as server:
        assert not tell(home, server, "It failed.")


def test_a_mail_server_that_is_the_thing_that_failed_is_logged(home: Path) -> None:
    with serving() as server:
        settings = live(home, server.port)
    log = open_log(settings.state_dir)
    assert not tell_it(settings, "send_follow_ups", "No connection to the mail server.", WEDNESDAY, log)
    assert "the IT person could not be told" in (settings.state_dir / "logs" / "clinic.log").read_text("utf-8")


def test_without_an_address_nobody_is_told(home: Path) -> None:
    settings = load_settings(home)
    assert not tell_it(settings, "send_follow_ups", "It failed.", WEDNESDAY, open_log(settings.state_dir))
