"""`google sign-in`: what config/ asks of Google, and no more."""

import json
from pathlib import Path

import pytest
from lakeside_day import Ask
from loopback_google import client_file, google_serving, service_key, trouble


def add(home: Path, old: str, new: str) -> None:
    path = home / "config" / "clinic.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")


def read_mailbox_at_google(home: Path, endpoint: str, **google: str) -> None:
    add(home, '    by: ""', "    by: gmail")
    add(home, "\ninstallation:", f"\ngoogle: {json.dumps({'endpoint': endpoint, **google})}\n\ninstallation:")


def test_a_key_is_tried_out_and_what_it_allows_is_said(ask: Ask, home: Path) -> None:
    with google_serving() as google:
        service_key(home, google)
        read_mailbox_at_google(home, google.endpoint, service_account_file="key.json")
        result = ask("google", "sign-in")
        assert (result.exit_code, result.output) == (
            0,
            "Signed in. The program may now:\n  - read what comes back to the mailbox\n",
        )
        assert google.tokens[0]["sub"].startswith("hello@")
        google.script = lambda call: trouble(400)
        assert ask("google", "sign-in").exit_code == 1


def test_on_a_machine_without_a_browser_an_answer_that_is_none_changes_nothing(
    ask: Ask, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # oauthlib insists on https unless this is a test
    with google_serving() as google:
        client_file(home, google)
        read_mailbox_at_google(home, google.endpoint, client_file="client.json")
        result = ask("google", "sign-in", "--no-browser", typed="what?\n")
    assert result.exit_code == 1
    assert f"{google.endpoint}/auth?" in result.output
    assert "The sign-in did not succeed" in result.output
    assert not (home / "var" / "google-token.json").exists()


def test_where_nothing_is_asked_of_google_nobody_needs_to_sign_in(ask: Ask, home: Path) -> None:
    result = ask("google", "sign-in")
    assert (result.exit_code, result.output) == (
        3,
        "Write client_file or service_account_file under google in config/clinic.yaml first.\n",
    )
    add(home, "\ninstallation:", "\ngoogle: {client_file: client.json}\n\ninstallation:")
    result = ask("google", "sign-in")
    assert (result.exit_code, result.output) == (
        3,
        "config/ asks nothing of Google, so there is nothing to sign in for.\n",
    )
