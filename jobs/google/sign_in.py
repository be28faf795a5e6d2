"""Who the clinic is at Google: a service account that acts for a mailbox, or a person who signed in once."""

import json
import os
import stat
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs.google.scopes import in_words
from jobs.google.settings import Google
from jobs.google.trouble import SignInNeeded
from jobs.machine.whole_files import write_whole

SIGN_IN = "`run_jobs.py google sign-in`"
_PATIENCE_SECONDS = 600


def token_path(state_dir: Path) -> Path:
    """Where the sign-in of a person is kept; readable by this user only."""
    return state_dir / "google-token.json"


def how_to_sign_in(settings: Google, scopes: Sequence[str]) -> str:
    """What a person does where Google does not let the clinic in."""
    if settings.service_account_file:
        return (
            f"Let a Google Workspace administrator check that the key {settings.service_account_file} is still valid "
            f"and that its service account may use: {' '.join(scopes)}."
        )
    return f"Run {SIGN_IN} and sign in again."


def credentials_for(settings: Google, scopes: Sequence[str], state_dir: Path, act_for: str = "") -> Any:
    """The credentials of google-auth for these permissions. SignInNeeded where there are none or not enough.

    `act_for` is the mailbox that a service account acts for; "" is the service account itself.
    """
    if settings.service_account_file:
        return _service_account(settings, scopes, act_for)
    if not settings.client_file:
        raise SignInNeeded(
            "Nobody is signed in at Google. Write service_account_file or client_file under google in "
            "config/clinic.yaml."
        )
    return _signed_in(settings, scopes, token_path(state_dir))


def _service_account(settings: Google, scopes: Sequence[str], act_for: str) -> Any:
    from google.auth.exceptions import GoogleAuthError
    from google.oauth2.service_account import Credentials

    path = Path(settings.service_account_file)
    key = _read_private(path)
    try:
        info = json.loads(key)
        if info.get("type", "service_account") != "service_account":
            raise ValueError
        made = Credentials.from_service_account_info(info, scopes=list(scopes))  # type: ignore[no-untyped-call]
    except (ValueError, KeyError, TypeError, AttributeError, GoogleAuthError):
        raise SignInNeeded(
            f"{path} is not the key of a service account. Download it anew from the Google Cloud console, as JSON."
        ) from None
    return made.with_subject(act_for) if act_for else made


def _signed_in(settings: Google, scopes: Sequence[str], path: Path) -> Any:
    from google.oauth2.credentials import Credentials

    if not path.exists():
        raise SignInNeeded(f"Nobody has signed in at Google yet. Run {SIGN_IN}.")
    try:
        kept = json.loads(_read_private(path))
        granted = set(kept["scopes"])
        expiry = datetime.fromisoformat(kept["expiry"]).astimezone(UTC).replace(tzinfo=None)  # google-auth's own form
        credentials = Credentials(
            **{name: kept[name] for name in ("token", "refresh_token", "token_uri", "client_id", "client_secret")},
            scopes=sorted(granted),
            expiry=expiry,
        )  # type: ignore[no-untyped-call]
    except (ValueError, KeyError, TypeError):
        raise SignInNeeded(f"{path} cannot be read as a sign-in. Run {SIGN_IN} and sign in again.") from None
    missing = [scope for scope in scopes if scope not in granted]
    if missing:
        raise SignInNeeded(f"The sign-in at Google does not allow to: {in_words(missing)}. Run {SIGN_IN} again.")
    return credentials


def keep(credentials: Any, path: Path) -> None:
    """Keep a sign-in in a file that only this user can read; whole or not at all."""
    granted = getattr(credentials, "granted_scopes", None) or credentials.scopes
    kept = json.loads(credentials.to_json()) | {"scopes": sorted(granted)}
    write_whole(path, json.dumps(kept).encode())


def sign_in(
    settings: Google,
    scopes: Sequence[str],
    state_dir: Path,
    *,
    port: int = 0,
    ask: Callable[[str], str] | None = None,
    show: Callable[[str], object] = print,
    open_browser: bool = True,
) -> None:
    """Let a person allow these permissions in the browser, and keep the sign-in.

    The browser comes back to a small server on this machine; `port` fixes where (0: any). With `ask` there is no such
    server: the person copies the address at which the browser ended, for a machine that has no browser.
    """
    os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"  # what was not allowed is said below, in words
    flow = _flow(settings, scopes)
    try:
        credentials = _pasted(flow, ask, show) if ask else _browsed(flow, port, show, open_browser)
    except Exception as trouble:  # oauthlib, requests and google-auth have each their own
        kind = getattr(trouble, "error", "") or type(trouble).__name__
        raise SignInNeeded(f"The sign-in did not succeed ({kind}). Nothing was changed. Run {SIGN_IN} again.") from None
    granted = set(getattr(credentials, "granted_scopes", None) or credentials.scopes or ())
    missing = [scope for scope in scopes if scope not in granted]
    if missing:
        raise SignInNeeded(
            f"It was not allowed to: {in_words(missing)}. Nothing was changed. "
            f"Run {SIGN_IN} again and leave every box ticked."
        )
    keep(credentials, token_path(state_dir))


def _flow(settings: Google, scopes: Sequence[str]) -> Any:
    from google_auth_oauthlib.flow import InstalledAppFlow

    path = Path(settings.client_file)
    try:
        client = json.loads(path.read_text("utf-8"))
        if "installed" not in client:
            raise ValueError
        return InstalledAppFlow.from_client_config(client, list(scopes))
    except OSError as trouble:
        raise SignInNeeded(f"{path} cannot be read: {trouble.strerror}.") from None
    except ValueError:
        raise SignInNeeded(
            f"{path} is not the OAuth client of a desktop app. "
            "Download it from the Google Cloud console (Credentials, OAuth client ID, Desktop app), as JSON."
        ) from None


def _browsed(flow: Any, port: int, show: Callable[[str], object], open_browser: bool) -> Any:
    """The way over a browser on this machine, or one that reaches this machine's port."""
    show("Your browser opens a page of Google. If it does not, open the address below.")
    return flow.run_local_server(
        port=port,
        open_browser=open_browser,
        timeout_seconds=_PATIENCE_SECONDS,
        authorization_prompt_message="{url}",
        success_message="You are signed in. You can close this page.",
        access_type="offline",
        prompt="consent",  # without it a second sign-in brings no lasting token
    )


def _pasted(flow: Any, ask: Callable[[str], str], show: Callable[[str], object]) -> Any:
    flow.redirect_uri = "http://localhost:1/"
    address, _ = flow.authorization_url(access_type="offline", prompt="consent")
    show("Open this address in a browser on any computer and allow what is asked:")
    show(address)
    show("The browser then shows a page that cannot be reached. Copy its whole address from the address bar.")
    answer = ask("The address").strip()
    flow.fetch_token(authorization_response=answer.replace("http://", "https://", 1))
    return flow.credentials


def _read_private(path: Path) -> str:
    """A file that holds a secret; SignInNeeded where others can read it or nobody can."""
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise SignInNeeded(f"Others can read {path}, which lets in whoever has it. Run: chmod 600 {path}")
            return file.read()
    except OSError as trouble:
        raise SignInNeeded(f"{path} cannot be read: {trouble.strerror}.") from None
