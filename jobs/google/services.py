"""Google's services (Gmail, Calendar, Sheets, Drive), and calls that end as an answer or as one sentence."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobs.google.settings import Google
from jobs.google.sign_in import credentials_for, how_to_sign_in, keep, token_path
from jobs.google.trouble import Busy, GoogleTrouble, NoAnswer, Refused, SignInNeeded, Unreachable
from jobs.machine.connections import HUNG_UP

TRIES = 4
"""So often a reading call is made at most."""
LONGEST_PAUSE = 30.0
_FIRST_PAUSE = 1.0
_SERVICE_PATHS = {"drive": "drive/v3/", "calendar": "calendar/v3/"}  # of the others the paths begin at the root
_QUOTA = frozenset({
    "userRateLimitExceeded", "rateLimitExceeded", "dailyLimitExceeded", "quotaExceeded", "RESOURCE_EXHAUSTED",
    "dailyLimitExceededUnreg", "RATE_LIMIT_EXCEEDED",
})  # fmt: skip
_NOT_ALLOWED = frozenset({
    "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "delegationDenied", "authError",
})  # fmt: skip
_BETWEEN = "Does a sign-in page of this machine's network stand in between?"
_INCOMPLETE = "The credentials do not contain"
_NO_TOKEN = f"Google ({{}}) answered the sign-in with something else than a token. {_BETWEEN}"
_SWITCHED_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})


class Service:
    """One of Google's services, signed in. `api` is google-api-python-client's object, which makes the requests."""

    def __init__(self, api: Any, settings: Google, scopes: Sequence[str], name: str) -> None:
        self.api, self._settings, self._scopes, self._name = api, settings, tuple(scopes), name

    def read(self, request: Any, wait: Callable[[float], object] = time.sleep) -> Any:
        """The answer to a call that changes nothing; tried again a few times, with growing pauses, where Google is
        busy or does not answer."""
        for tries in range(1, TRIES + 1):
            try:
                return self.once(request)
            except (Busy, NoAnswer):
                if tries == TRIES:
                    raise
            wait(min(LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (tries - 1) * (1 + random.random() / 4)))
        raise AssertionError

    def once(self, request: Any) -> Any:
        """The answer to a call that is made once and never again by itself.

        Busy, Refused and SignInNeeded: it had no effect. NoAnswer: nobody knows.
        """
        with self._in_sentences():
            answer = request.execute(num_retries=0)
            if request.headers.get("accept") == "application/json" and not isinstance(answer, dict):
                raise ValueError("The library hands over what is no JSON as it is.")
            return answer

    @contextmanager
    def _in_sentences(self) -> Iterator[None]:
        with in_sentences(self._settings, self._scopes, self._name):
            yield

    def close(self) -> None:
        self.api.close()


def open_service(
    settings: Google, name: str, version: str, scopes: Sequence[str], state_dir: Path, act_for: str = ""
) -> Service:
    """Sign in and make `gmail` `v1`, `calendar` `v3`, `sheets` `v4` or `drive` `v3` ready, by the description that the
    library brings along: nothing is asked of Google but the sign-in. GoogleTrouble where that is not possible."""
    from google_auth_httplib2 import AuthorizedHttp, Request
    from googleapiclient.discovery import build

    from jobs.google.line import BoundedHttp

    credentials = credentials_for(settings, scopes, state_dir, act_for)
    with in_sentences(settings, scopes, name):
        if not credentials.valid:
            credentials.refresh(Request(BoundedHttp(settings.call_seconds)))
            if settings.client_file:
                keep(credentials, token_path(state_dir))
    options = {"api_endpoint": _endpoint(settings, name)} if settings.endpoint else None
    line = AuthorizedHttp(credentials, http=BoundedHttp(settings.call_seconds), max_refresh_attempts=1)
    api = build(name, version, http=line, client_options=options, static_discovery=True, cache_discovery=False)
    return Service(api, settings, scopes, name)


def _endpoint(settings: Google, name: str) -> str:
    """The address that stands for the root and the path of a service."""
    return f"{settings.endpoint.rstrip('/')}/{_SERVICE_PATHS.get(name, '')}"


@contextmanager
def in_sentences(settings: Google, scopes: Sequence[str], name: str) -> Iterator[None]:
    """Whatever goes wrong within leaves as GoogleTrouble."""
    import http.client

    import httplib2
    from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
    from googleapiclient.errors import Error, HttpError

    try:
        yield
    except GoogleTrouble:
        raise
    except HttpError as error:
        raise _answered(settings, scopes, name, error) from None
    except RefreshError as error:
        raise _not_refreshed(settings, scopes, name, error) from None
    except (TransportError, httplib2.HttpLib2Error, http.client.HTTPException, OSError) as error:
        cause = error.args[0] if isinstance(error, TransportError) and error.args else error
        if isinstance(cause, (httplib2.ServerNotFoundError, ConnectionRefusedError)):
            raise Unreachable(f"Google ({name}) cannot be reached: is this machine connected?") from None
        if isinstance(cause, TimeoutError):
            raise NoAnswer(f"Google ({name}) did not answer within {settings.call_seconds:g} seconds.") from None
        if isinstance(cause, HUNG_UP):
            raise NoAnswer(f"Google ({name}) closed the connection without an answer.") from None
        why = getattr(cause, "strerror", "") or type(cause).__name__
        raise NoAnswer(f"The connection to Google ({name}) was lost: {why}.") from None
    except (TypeError, AttributeError):  # google-auth, of a token that is no JSON object
        raise NoAnswer(_NO_TOKEN.format(name)) from None
    except (GoogleAuthError, Error, ValueError) as error:
        raise NoAnswer(f"Google ({name}) answered something that cannot be read ({type(error).__name__}).") from None


def _answered(settings: Google, scopes: Sequence[str], name: str, error: Any) -> GoogleTrouble:
    """What an answer that is no success means."""
    status, reason = int(error.resp.status), _reason(error)
    words = f"Google ({name}) answered {status}{f' {reason}' if reason else ''}"
    if status == 401 or (status == 403 and reason in _NOT_ALLOWED):
        return SignInNeeded(f"{words}. {how_to_sign_in(settings, scopes)}")
    if status == 403 and reason in _SWITCHED_OFF:
        return SignInNeeded(f"{words}. Switch the {name} API on in the Google Cloud project.")
    if status == 429 or (status == 403 and reason in _QUOTA):
        return Busy(f"{words}: it has had enough of us for now.")
    if status >= 500 or status == 408:
        return NoAnswer(f"{words}.")
    return Refused(f"{words}.", status, reason)


def _reason(error: Any) -> str:
    """The short word with which Google says why; never its sentences, which can quote what was sent."""
    import json

    try:
        told = json.loads(error.content)["error"]
        words = [each.get("reason", "") for each in (*told.get("details", ()), *told.get("errors", ()))]
        found = next((word for word in words if word), "") or told.get("status", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return found if isinstance(found, str) and found.isascii() and found.isidentifier() else ""


def _not_refreshed(settings: Google, scopes: Sequence[str], name: str, error: Any) -> GoogleTrouble:
    """Google gave no token: for the time being, or because nobody is signed in any more. A refusal of Google's own has
    a word for why (RFC 6749, section 5.2); what has none comes from somebody in between."""
    if error.retryable:
        return NoAnswer("Google could not check the sign-in just now.")
    answer = error.args[-1] if error.args else ""  # a text is the whole of it, or google-auth's own: it did not ask
    if not isinstance(answer.get("error") if isinstance(answer, dict) else None, str):
        if not str(answer).startswith(_INCOMPLETE):
            return NoAnswer(_NO_TOKEN.format(name))
    word = str(error.args[0] if error.args else "").partition(":")[0].strip()
    told = f" ({word})" if word.isidentifier() and word.isascii() else ""
    return SignInNeeded(f"Google does not accept the sign-in{told}. {how_to_sign_in(settings, scopes)}")
