"""The command `google sign-in`: what this clinic asks of Google, allowed by a person once."""

from functools import partial

import click

from jobs.google.scopes import MEANINGS, READ_MAILBOX, SEND_LETTERS
from jobs.runner.settings import Settings
from jobs.sources.google_reading import scopes_of

_FINE, _FAILED, _FAULTY_SETTINGS = 0, 1, 3


def scopes_needed(settings: Settings) -> list[str]:
    """What config/ asks of Google, and no more."""
    needed = []
    if settings.mail.transport == "gmail":
        needed.append(SEND_LETTERS)
    if settings.mail.mailbox.by == "gmail":
        needed.append(READ_MAILBOX)
    return [*needed, *dict.fromkeys(scope for source in settings.sources for scope in scopes_of(source))]


def show_sign_in(settings: Settings, no_browser: bool, port: int) -> int:
    """Sign in and say what is allowed now; the exit code."""
    from jobs.google.trouble import GoogleTrouble

    scopes = scopes_needed(settings)
    if not settings.google.configured:
        click.echo("Write client_file or service_account_file under google in config/clinic.yaml first.", err=True)
        return _FAULTY_SETTINGS
    if not scopes:
        click.echo("config/ asks nothing of Google, so there is nothing to sign in for.", err=True)
        return _FAULTY_SETTINGS
    try:
        if settings.google.client_file:
            _by_a_person(settings, scopes, no_browser, port)
        else:
            _by_the_key(settings, scopes)
    except GoogleTrouble as trouble:
        click.echo(str(trouble), err=True)
        return _FAILED
    click.echo("Signed in. The program may now:")
    for scope in scopes:
        click.echo(f"  - {MEANINGS[scope]}")
    return _FINE


def _by_a_person(settings: Settings, scopes: list[str], no_browser: bool, port: int) -> None:
    from jobs.google.sign_in import sign_in

    ask = partial(click.prompt, type=str) if no_browser else None
    sign_in(settings.google, scopes, settings.state_dir, port=port, ask=ask, show=click.echo)


def _by_the_key(settings: Settings, scopes: list[str]) -> None:
    """Nobody signs in; whether Google takes the key is found out here instead of by the first letter."""
    from jobs.google.services import open_service

    of_mail = [scope for scope in scopes if scope in (SEND_LETTERS, READ_MAILBOX)]
    if of_mail:
        act_for = settings.google.act_for or settings.mail.sender
        open_service(settings.google, "gmail", "v1", of_mail, settings.state_dir, act_for).close()
    of_sources = [scope for scope in scopes if scope not in of_mail]
    if of_sources:
        open_service(settings.google, "drive", "v3", of_sources, settings.state_dir, settings.google.act_for).close()
