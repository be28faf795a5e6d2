"""Calls to Google end in time, as an answer or as one sentence, and none is made twice unless it may be."""

import socket
from pathlib import Path
from typing import Any

import pytest
from loopback_google import Answer, BreakOff, Call, HangUp, LoopbackGoogle, settings_for, trouble

from jobs.google.line import BoundedHttp
from jobs.google.scopes import READ_MAILBOX, SEND_LETTERS
from jobs.google.services import TRIES, Service, open_service
from jobs.google.settings import Google
from jobs.google.trouble import Busy, GoogleTrouble, NoAnswer, Refused, SignInNeeded, Unreachable

PROFILE = "/gmail/v1/users/me/profile"


@pytest.fixture
def service(google: LoopbackGoogle, tmp_path: Path) -> Service:
    return opened(google, tmp_path)


def opened(google: LoopbackGoogle, folder: Path, **more: Any) -> Service:
    google.on("GET", PROFILE, lambda call: Answer(200, {"emailAddress": "hello@clinic.example"}))
    settings = settings_for(folder, google, **more)
    return open_service(settings, "gmail", "v1", [READ_MAILBOX], folder, "hello@clinic.example")


def profile(service: Service) -> Any:
    return service.api.users().getProfile(userId="me")


def failing(*answers: Answer | Exception) -> Any:
    """A Google that answers a call of the service with each of these in turn, then as usual."""
    left = list(answers)

    def script(call: Call) -> Answer | None:
        if call.path == "/token" or not left:
            return None
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return script


def test_a_service_account_acts_for_the_mailbox_with_the_permissions_asked_for(
    google: LoopbackGoogle, service: Service
) -> None:
    assert service.read(profile(service)) == {"emailAddress": "hello@clinic.example"}
    (asked,) = google.tokens
    assert (asked["sub"], asked["scope"], asked["iss"]) == (
        "hello@clinic.example",
        READ_MAILBOX,
        "jobs@made-up.example",
    )
    assert google.heard() == [f"GET {PROFILE}"]


@pytest.mark.parametrize(
    "answer",
    [
        trouble(429),
        trouble(403, "userRateLimitExceeded"),
        trouble(500),
        trouble(503, "backendError"),
        HangUp(),
        BreakOff(),
    ],
)
def test_a_reading_call_is_tried_again_with_growing_pauses(
    google: LoopbackGoogle, service: Service, answer: Any
) -> None:
    google.script = failing(answer, answer)
    pauses: list[float] = []
    assert service.read(profile(service), pauses.append)["emailAddress"]
    assert len(google.heard()) == 3
    assert 1 <= pauses[0] <= 1.25 < 2 <= pauses[1] <= 2.5


def test_a_reading_call_gives_up_in_the_end(google: LoopbackGoogle, service: Service) -> None:
    google.script = failing(*[trouble(503, "backendError")] * 9)
    with pytest.raises(NoAnswer, match=r"^Google \(gmail\) answered 503 backendError\.$"):
        service.read(profile(service), lambda seconds: None)
    assert len(google.heard()) == TRIES


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (trouble(429, "rateLimitExceeded"), Busy, "answered 429 rateLimitExceeded: it has had enough of us for now."),
        (trouble(403, "quotaExceeded"), Busy, "answered 403 quotaExceeded: it has had enough of us for now."),
        (trouble(500), NoAnswer, "answered 500."),
        (HangUp(), NoAnswer, "Google (gmail) closed the connection without an answer."),
        (BreakOff(), NoAnswer, "Google (gmail) closed the connection without an answer."),
        (Answer(200, b"<html>"), NoAnswer, "answered something that cannot be read (ValueError)."),
        (trouble(404, "notFound"), Refused, "answered 404 notFound."),
        (trouble(400, "invalidArgument"), Refused, "answered 400 invalidArgument."),
        (trouble(403, "forbidden"), Refused, "answered 403 forbidden."),
        (trouble(403, "insufficientPermissions"), SignInNeeded, f"service account may use: {READ_MAILBOX}."),
        (trouble(403, "accessNotConfigured"), SignInNeeded, "Switch the gmail API on in the Google Cloud project."),
    ],
)
def test_a_call_that_may_have_an_effect_is_made_once_whatever_is_answered(
    google: LoopbackGoogle, service: Service, answer: Any, kind: type[GoogleTrouble], sentence: str
) -> None:
    google.script = failing(answer, answer)
    with pytest.raises(kind) as told:
        service.once(profile(service))
    assert type(told.value) is kind
    assert str(told.value).endswith(sentence)
    assert "patient@" not in str(told.value)
    assert len(google.heard()) == 1


def test_a_token_that_ran_out_is_renewed_and_the_refused_call_made_anew(
    google: LoopbackGoogle, service: Service
) -> None:
    google.valid.clear()
    assert service.once(profile(service))["emailAddress"]
    assert (len(google.tokens), len(google.heard())) == (2, 2)


def test_a_sign_in_that_does_not_count_any_more_says_what_to_do(google: LoopbackGoogle, service: Service) -> None:
    google.script = lambda call: None if call.path == "/token" else trouble(401, "authError")
    with pytest.raises(SignInNeeded, match=r"^Google \(gmail\) answered 401 authError\. Let a Google Workspace admin"):
        service.once(profile(service))


@pytest.mark.parametrize("body", [b"<html>Welcome to our guest network</html>", [], None, b""])
@pytest.mark.parametrize("when", ["first", "renewed"])
def test_a_login_page_of_the_network_in_the_place_of_a_token_is_told_in_a_sentence(
    google: LoopbackGoogle, tmp_path: Path, body: object, when: str
) -> None:
    def page(call: Call) -> Answer | None:
        return Answer(200, body) if call.path == "/token" else None

    told = (
        r"^Google \(gmail\) answered the sign-in with something else than a token\. "
        r"Does a sign-in page of this machine's network stand in between\?$"
    )
    if when == "renewed":
        service = opened(google, tmp_path)
        google.valid.clear()
    google.script = page
    with pytest.raises(NoAnswer, match=told):
        service.once(profile(service)) if when == "renewed" else opened(google, tmp_path)


def test_an_answer_that_drips_ends_with_its_time(google: LoopbackGoogle, tmp_path: Path) -> None:
    service = opened(google, tmp_path)  # the sign-in may take its time
    service.api._http.http = BoundedHttp(0.3)
    service = Service(service.api, Google(call_seconds=0.3), [READ_MAILBOX], "gmail")

    def drip(call: Call) -> Answer | None:
        call.connection.settimeout(0.05)
        while call.path == PROFILE:
            call.connection.sendall(b"H")
            try:
                if not call.connection.recv(1):
                    raise HangUp
            except TimeoutError:
                continue
        return None

    google.script = drip
    with pytest.raises(NoAnswer, match=r"^Google \(gmail\) did not answer within 0\.3 seconds\.$"):
        service.once(profile(service))


def test_a_google_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    google = LoopbackGoogle()
    service = open_service(settings_for(tmp_path, google), "gmail", "v1", [SEND_LETTERS], tmp_path)
    google.close()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = open_service_at(f"http://127.0.0.1:{nobody.getsockname()[1]}", service)
        with pytest.raises(Unreachable, match=r"^Google \(gmail\) cannot be reached: is this machine connected\?$"):
            away.once(profile(away))


def open_service_at(endpoint: str, service: Service) -> Service:
    """The same sign-in, for calls to another address."""
    from googleapiclient.discovery import build

    api = build("gmail", "v1", http=service.api._http, client_options={"api_endpoint": endpoint}, static_discovery=True)
    return Service(api, Google(), [SEND_LETTERS], "gmail")
