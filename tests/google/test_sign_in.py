"""Signing in at Google: by a key, by a person in the browser; each fault is a sentence that says what to do."""

import json
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from loopback_google import Answer, LoopbackGoogle, client_file, service_key, settings_for

from jobs.google.scopes import READ_CALENDARS, READ_SHEETS, SEND_LETTERS
from jobs.google.services import open_service
from jobs.google.settings import Google
from jobs.google.sign_in import sign_in, token_path
from jobs.google.trouble import NoAnswer, SignInNeeded

SCOPES = [SEND_LETTERS, READ_SHEETS]


@pytest.fixture(autouse=True)
def unencrypted_on_the_loopback_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """oauthlib insists on https unless it is told that this is a test."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")


@pytest.fixture
def settings(google: LoopbackGoogle, tmp_path: Path) -> Google:
    return Google(client_file=str(client_file(tmp_path, google)), endpoint=google.endpoint)


def answer_for(page: str, **more: str) -> str:
    """Where Google sends the browser when the person has agreed."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
    words = {"state": asked["state"], "code": "made-up", **more}
    return f"{asked['redirect_uri']}?" + "&".join(f"{name}={value}" for name, value in words.items())


def sign_in_by_pasting(settings: Google, folder: Path, **more: str) -> list[str]:
    shown: list[str] = []
    sign_in(settings, SCOPES, folder, ask=lambda words: answer_for(shown[1], **more), show=shown.append)
    return shown


def test_a_person_signs_in_by_copying_the_address(google: LoopbackGoogle, settings: Google, tmp_path: Path) -> None:
    shown = sign_in_by_pasting(settings, tmp_path)
    asked = parse_qs(urlsplit(shown[1]).query)
    assert asked["scope"] == [" ".join(SCOPES)]
    assert (asked["access_type"], asked["prompt"], asked["code_challenge_method"]) == (
        ["offline"],
        ["consent"],
        ["S256"],
    )
    assert token_path(tmp_path).stat().st_mode & 0o777 == 0o600
    assert json.loads(token_path(tmp_path).read_text("utf-8"))["refresh_token"] == "lasting"
    google.on("GET", "/gmail/v1/users/me/profile", lambda call: Answer(200, {"emailAddress": "hello@clinic.example"}))
    service = open_service(settings, "gmail", "v1", [SEND_LETTERS], tmp_path)
    assert service.read(service.api.users().getProfile(userId="me"))["emailAddress"] == "hello@clinic.example"


def test_a_person_signs_in_by_the_browser_of_this_machine(
    google: LoopbackGoogle, settings: Google, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = threading.Event()

    class Browser:
        """Opens the address as soon as it is shown, as a person would."""

        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            threading.Thread(target=lambda: urlopen(answer_for(url)).read(), daemon=True).start()
            printed.set()
            return True

    import webbrowser

    webbrowser.register("the tests' own", None, Browser(), preferred=True)
    try:
        sign_in(settings, SCOPES, tmp_path, show=lambda words: None)
    finally:
        webbrowser._tryorder.remove("the tests' own")  # type: ignore[attr-defined,union-attr]
    assert printed.is_set()
    assert "/auth?" in capsys.readouterr().out
    assert json.loads(token_path(tmp_path).read_text("utf-8"))["scopes"] == sorted(SCOPES)


def test_a_kept_sign_in_is_renewed_when_it_ran_out_and_kept_anew(
    google: LoopbackGoogle, settings: Google, tmp_path: Path
) -> None:
    sign_in_by_pasting(settings, tmp_path)
    kept = json.loads(token_path(tmp_path).read_text("utf-8"))
    token_path(tmp_path).write_text(json.dumps(kept | {"expiry": "2020-01-01T00:00:00Z"}), "utf-8")
    open_service(settings, "gmail", "v1", [SEND_LETTERS], tmp_path)
    open_service(settings, "gmail", "v1", [SEND_LETTERS], tmp_path)
    assert [asked["grant_type"] for asked in google.tokens] == ["authorization_code", "refresh_token"]
    assert json.loads(token_path(tmp_path).read_text("utf-8"))["scopes"] == sorted(SCOPES)
    assert token_path(tmp_path).stat().st_mode & 0o777 == 0o600


def sentence(settings: Google, folder: Path, *scopes: str) -> str:
    with pytest.raises(SignInNeeded) as told:
        open_service(settings, "gmail", "v1", scopes or SCOPES, folder)
    return str(told.value)


def test_nobody_configured_nobody_signed_in(settings: Google, tmp_path: Path) -> None:
    assert sentence(Google(), tmp_path) == (
        "Nobody is signed in at Google. Write service_account_file or client_file under google in config/clinic.yaml."
    )
    assert sentence(settings, tmp_path) == "Nobody has signed in at Google yet. Run `run_jobs.py google sign-in`."


def test_a_permission_that_the_sign_in_lacks_is_named(settings: Google, tmp_path: Path) -> None:
    sign_in_by_pasting(settings, tmp_path)
    assert sentence(settings, tmp_path, READ_CALENDARS) == (
        "The sign-in at Google does not allow to: read the appointments in calendars. "
        "Run `run_jobs.py google sign-in` again."
    )


def test_a_box_left_unticked_changes_nothing(google: LoopbackGoogle, settings: Google, tmp_path: Path) -> None:
    google.scopes_granted = READ_SHEETS
    with pytest.raises(SignInNeeded) as told:
        sign_in_by_pasting(settings, tmp_path)
    assert str(told.value) == (
        "It was not allowed to: write and send letters from the mailbox. Nothing was changed. "
        "Run `run_jobs.py google sign-in` again and leave every box ticked."
    )
    assert not token_path(tmp_path).exists()


def test_a_sign_in_that_was_refused_or_belongs_to_another_page_is_said_so(settings: Google, tmp_path: Path) -> None:
    for more, kind in (({"error": "access_denied"}, "access_denied"), ({"state": "another"}, "mismatching_state")):
        with pytest.raises(SignInNeeded, match=rf"^The sign-in did not succeed \({kind}\)\. Nothing was changed\."):
            sign_in_by_pasting(settings, tmp_path, **more)


def test_a_withdrawn_sign_in_says_how_to_sign_in_again(
    google: LoopbackGoogle, settings: Google, tmp_path: Path
) -> None:
    sign_in_by_pasting(settings, tmp_path)
    kept = json.loads(token_path(tmp_path).read_text("utf-8"))
    token_path(tmp_path).write_text(json.dumps(kept | {"expiry": "2020-01-01T00:00:00Z"}), "utf-8")
    google.script = lambda call: Answer(400, {"error": "invalid_grant", "error_description": "revoked by x@y.example"})
    assert sentence(settings, tmp_path) == (
        "Google does not accept the sign-in (invalid_grant). Run `run_jobs.py google sign-in` and sign in again."
    )


def test_a_key_that_google_does_not_know_says_whom_to_ask(google: LoopbackGoogle, tmp_path: Path) -> None:
    google.script = lambda call: Answer(400, {"error": "unauthorized_client"})
    assert sentence(settings_for(tmp_path, google), tmp_path, SEND_LETTERS) == (
        "Google does not accept the sign-in (unauthorized_client). Let a Google Workspace administrator check that "
        f"the key {tmp_path}/key.json is still valid and that its service account may use: {SEND_LETTERS}."
    )


@pytest.mark.parametrize(
    "answer", [Answer(302, b""), Answer(404, b"<html>"), Answer(404, {}), Answer(200, {"error": None})]
)
def test_a_page_that_stands_between_us_and_google_is_no_fault_of_the_key(
    google: LoopbackGoogle, tmp_path: Path, answer: Answer
) -> None:
    google.script = lambda call: answer
    with pytest.raises(NoAnswer) as told:
        open_service(settings_for(tmp_path, google), "gmail", "v1", SCOPES, tmp_path)
    assert str(told.value) == (
        "Google (gmail) answered the sign-in with something else than a token. Does a sign-in page of this machine's "
        "network stand in between?"
    )


def test_a_google_that_cannot_check_the_sign_in_now_is_no_fault_of_the_sign_in(
    google: LoopbackGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # google-auth tries three times by itself
    google.script = lambda call: Answer(503, {"error": "internal_failure"})
    with pytest.raises(NoAnswer, match="^Google could not check the sign-in just now.$"):
        open_service(settings_for(tmp_path, google), "gmail", "v1", SCOPES, tmp_path)


def test_secret_files_that_others_can_read_or_that_are_none_are_refused(
    google: LoopbackGoogle, settings: Google, tmp_path: Path
) -> None:
    key = service_key(tmp_path, google)
    by_key = Google(service_account_file=str(key))
    key.chmod(0o644)
    assert sentence(by_key, tmp_path) == (f"Others can read {key}, which lets in whoever has it. Run: chmod 600 {key}")
    key.chmod(0o600)
    key.write_text(key.read_text("utf-8").replace("service_account", "authorized_user"), "utf-8")
    assert "is not the key of a service account." in sentence(by_key, tmp_path)
    key.write_text('{"type": "service_account"}', "utf-8")
    assert sentence(by_key, tmp_path) == (
        f"{key} is not the key of a service account. Download it anew from the Google Cloud console, as JSON."
    )
    key.unlink()
    assert sentence(by_key, tmp_path) == f"{key} cannot be read: No such file or directory."
    token_path(tmp_path).touch(0o600)
    assert sentence(settings, tmp_path) == (
        f"{token_path(tmp_path)} cannot be read as a sign-in. Run `run_jobs.py google sign-in` and sign in again."
    )


def test_a_client_file_of_another_kind_is_named(settings: Google, tmp_path: Path) -> None:
    Path(settings.client_file).write_text('{"web": {}}', "utf-8")
    with pytest.raises(SignInNeeded) as told:
        sign_in_by_pasting(settings, tmp_path)
    assert str(told.value) == (
        f"{settings.client_file} is not the OAuth client of a desktop app. "
        "Download it from the Google Cloud console (Credentials, OAuth client ID, Desktop app), as JSON."
    )
