"""Is everything well written? Every fault of every file at once."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import click

from jobs.articles.library import load_library
from jobs.clinic.faults import Fault
from jobs.clinic.follow_ups import why_pointless
from jobs.clinic.languages import language_name
from jobs.clinic.letter_names import language_of, own_letter
from jobs.clinic.profile import ClinicProfile, is_postal_address
from jobs.desk.left_unscheduled import left_unscheduled
from jobs.desk.rules_gone import line_of_rule, rules_gone
from jobs.desk.typed_words import typed_words
from jobs.desk.what_is_there import missing_files, missing_secrets, unfollowed, unusable_here
from jobs.mail.kept_versions import KeptVersions
from jobs.mail.letter_marks import only_link
from jobs.mail.letter_strays import stray_files
from jobs.mail.news_law import news_faults
from jobs.mail.templates import VERSIONS, Instead, Letters
from jobs.reports.referral_names import load_referral_names
from jobs.runner.run import FAULTY_SETTINGS, FINE
from jobs.runner.settings import Settings, SettingsFaulty
from jobs.runner.settings_loading import CONFIG_FILES, load_settings
from jobs.sending.letter_loading import load_clinic_letters


def show_check(home: Path, now: datetime | None = None) -> int:
    """Print every fault in the settings, letters, articles and names; give the exit code."""
    found = find_faults(home)
    for fault in found.faults:
        click.echo(str(fault))
    if found.faults:
        faults = found.faults
        click.echo(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}. Nothing was sent or changed.")
        if found.settings is not None:
            for earlier in found.instead:
                click.echo(f"Until then {going_on(earlier, found.settings.clinic.tzinfo)}")
        for gone in found.gone:
            click.echo(f"{gone.name} was there before; `templates restore {gone.name} {gone.number}` brings it back.")
        return FAULTY_SETTINGS
    settings = found.settings
    assert settings is not None
    counts = (("source", settings.sources), ("rule", settings.follow_ups.rules), ("job", settings.jobs))
    words = ", ".join(f"{len(of)} {name}{'' if len(of) == 1 else 's'}" for name, of in counts)
    click.echo(f"All is well: {words}. Letters go: {_way_out(settings)}.")
    for remark in (
        *missing_files(home, settings.sources),
        *missing_secrets(settings),
        *unfollowed(settings, now),
        *found.remarks,
    ):
        click.echo(remark)
    return FINE


def going_on(earlier: Instead, zone: ZoneInfo) -> str:
    """Which version of a file with faults goes on, in words."""
    return (
        f"{earlier.name} goes on as it was saved on {local_words(earlier.saved_at, zone)} (version {earlier.number})."
    )


def local_words(moment: str, zone: ZoneInfo) -> str:
    """A UTC moment as the clinic's people read it: `Wed 4 Mar 2026, 09:30`; "an unknown day" for ""."""
    return f"{datetime.fromisoformat(moment).astimezone(zone):%a %d %b %Y, %H:%M}" if moment else "an unknown day"


class Found(NamedTuple):
    """Every fault, the settings where they can be used, the letters whose earlier version goes on, the last good
    versions of those that rules name and that are no longer there, and what is no fault but worth knowing."""

    faults: list[Fault]
    settings: Settings | None
    instead: tuple[Instead, ...] = ()
    gone: tuple[Instead, ...] = ()
    remarks: tuple[str, ...] = ()


def find_faults(home: Path) -> Found:
    """Every fault under `home`, sorted by file and line. The letters are looked at anew, and their versions kept."""
    from jobs.runner.settings_check import missing_letters  # only here: it brings pydantic

    settings, faults, gone, remarks = None, list(missing_letters(home)), tuple[Instead, ...](), list[str]()
    try:
        settings = load_settings(home)
        named = settings.follow_ups.letters()
        letters = load_clinic_letters(home, settings.clinic, settings.state_dir, anew=True, named=named)
        gone = _gone(settings, letters)
    except SettingsFaulty as faulty:
        faults += faulty.faults
        stand_in = ClinicProfile("clinic", "Clinic", "UTC", "1 Main Street", website="https://clinic.example",
                                 booking_url="https://clinic.example", review_url="https://clinic.example")  # fmt: skip
        letters = load_clinic_letters(home, stand_in, None)
    faults += letters.faults
    if settings is not None:
        faults += _unlawful_news(home, settings, letters)
        faults += unusable_here(home, settings)
        faults += rules_gone(home, settings)
        rules = {rule.template for rule in settings.follow_ups.rules}
        strays, remarks = stray_files(home / "templates", rules, settings.clinic.language)
        faults += strays
        faults += _lost_translations(letters, " ".join(fault.remedy for fault in faults))
        remarks += [*left_unscheduled(settings), *_left_empty(home, settings), *_of_the_last_visit(home, settings)]
        remarks += [*typed_words(home, settings), *_not_read(home)]
    faults += load_library(home / "config" / "articles.csv")[1]
    faults += load_referral_names(home / "config" / "referral_names.csv")[1]
    return Found(sorted(set(faults)), settings, letters.instead, gone, tuple(remarks))


def _gone(settings: Settings, letters: Letters) -> tuple[Instead, ...]:
    """The last good versions of the letters that rules name in vain, also rules that are switched off."""
    kept = KeptVersions(settings.state_dir / VERSIONS)
    missing = {rule.template for rule in settings.follow_ups.rules} - set(letters.names) | letters.gone
    good = [(name, found.version) for name in sorted(missing) if (found := kept.last_good(name))]
    return tuple(Instead(name, version.number, version.saved_at) for name, version in good)


def _lost_translations(letters: Letters, remedies: str) -> Iterator[Fault]:
    """The letters in other languages that were there before and are gone, though nobody has retired them and no remedy
    says which file is to be renamed."""
    for name in sorted(name for name in letters.gone if language_of(name) and f" to {name}." not in remedies):
        what = f"The letter in {language_name(language_of(name))} is gone."
        yield Fault(f"templates/{name}", 0, what, f"If {own_letter(name)} is to go instead: `templates retire {name}`.")


def _not_read(home: Path) -> Iterator[str]:
    """Copies of the lists and settings beside them: whoever edits one changes nothing."""
    known = (*CONFIG_FILES, "articles.csv", "referral_names.csv", "words.csv")
    there = sorted(path.name for path in (home / "config").glob("*") if not path.name.startswith((".", "~")))
    for name in there:
        words = re.split(r"[\s.()-]+", name.lower())
        meant = next((file for file in known if file.partition(".")[0] in words and file in there), "")
        if name not in known and meant and not name.endswith(("~", ".bak", ".old", ".orig")):
            yield f"config/{name} is not read: what counts stands in config/{meant}."


def _left_empty(home: Path, settings: Settings) -> Iterator[str]:
    """The rules that send nothing, and the letters whose only link is left out, as the clinic lacks what they need."""
    empty = settings.clinic.unfilled
    for rule in settings.follow_ups.rules:
        if rule.on and (pointless := why_pointless(rule, empty)):
            yield f"Rule {rule.name} sends nothing: {pointless}."
        elif rule.on and (field := only_link(home / "templates" / rule.template)) in empty:
            line = line_of_rule(home, rule.name)
            yield (
                f"templates/{rule.template} leaves without its only link, as config/clinic.yaml leaves {field} empty. "
                f"If it shall not leave then, write the line `needs: [{field}]` below line {line} "
                f"of config/follow_ups.yaml (name: {rule.name}), as far in as that name."
            )


def _of_the_last_visit(home: Path, settings: Settings) -> Iterator[str]:
    """The letters after a certain visit that speak of care which goes on, and leave also where that visit was the
    discharge: in a plan of three visits "How is it going?" would come with the thanks for all of them."""
    for rule in settings.follow_ups.rules:
        if rule.on and rule.when == "visit" and rule.visit_number and rule.category == "care":
            if "discharged" in rule.unless:
                continue
            line = f"unless: [{', '.join((*rule.unless, 'discharged'))}]"
            where = f"line {line_of_rule(home, rule.name)} of config/follow_ups.yaml (name: {rule.name})"
            remedy = (
                f"instead of its `unless:` below {where}." if rule.unless else f"below {where}, as far in as that name."
            )
            yield (
                f"templates/{rule.template} leaves also where visit {rule.visit_number} was the discharge. "
                f"If it shall not leave then, write the line `{line}` {remedy}"
            )


def _unlawful_news(home: Path, settings: Settings, letters: Letters) -> Iterator[Fault]:
    """What the law asks of letters with news and is missing: in a letter, or of the clinic once letters leave."""
    clinic = settings.clinic
    names = {rule.template for rule in settings.follow_ups.rules if rule.on and rule.category == "news"}
    for name in sorted(names & letters.usable):
        yield from news_faults(name, f"templates/{name}", clinic.address, letters.write)
    if names and settings.mail.mode != "preview" and not is_postal_address(clinic.address):
        lines = (home / "config" / "clinic.yaml").read_text("utf-8-sig").splitlines()
        place = next((number for number, line in enumerate(lines, 1) if line.strip().startswith("address:")), 0)
        what = f'address is "{clinic.address}"; the law asks for the full postal address in every letter with news.'
        yield Fault("config/clinic.yaml", place, what, "Write street and number, town, state and ZIP code.")


def _way_out(settings: Settings) -> str:
    mail = settings.mail
    if mail.mode == "preview":
        return f"nowhere; mode is preview, and they are written to {settings.state_dir / mail.folder}"
    return (
        f"all to one address ({mail.redirect_to})" if mail.mode == "redirect" else f"to patients, by {mail.transport}"
    )
