"""The commands about articles: what fits and why, what the list holds, the clinic's words, a therapist's no."""

from typing import TYPE_CHECKING

import click

from jobs.desk.place import Place, user_name, with_tools

if TYPE_CHECKING:
    from jobs.runner.tools import Tools


@click.group()
def articles() -> None:
    """The articles that letters may recommend: which fit and why, and what the clinic says about them.

    \b
    For example:
      python run_jobs.py articles match "LBP when running" --code M54.50
      python run_jobs.py articles add-word "bad wheel" "knee pain"
      python run_jobs.py articles veto "Mira Quill" running-again-after-back-pain --reason "not before June"
    """


@articles.command()
@click.argument("complaint", default="")
@click.option("--code", "codes", multiple=True, help="A diagnosis code; may be given several times.")
@click.option("--activity", default="", help="What the patient does, such as tennis.")
@click.option("--service", default="Physical Therapy", show_default=True, help="The service that is booked.")
@click.option("--type", "kind", default="", help="The appointment type, as it is typed.")
@click.option("--news", is_flag=True, help="As for a letter with news, which may carry articles that are news.")
@click.option("--most", default=5, show_default=True, type=click.IntRange(1, 100), help="Articles shown.")
@click.pass_obj
def match(
    place: Place, complaint: str, codes: tuple[str, ...], activity: str, service: str, kind: str, news: bool, most: int
) -> None:
    """Show which articles fit what a front desk typed, with all that speaks for and against each."""
    from jobs.articles.need import Need
    from jobs.clinic.steps import read_step
    from jobs.desk.articles import show_match

    show_match(place.home, Need(" ".join(codes), complaint, activity, service, kind, read_step(kind)), news, most)


@articles.command(name="list")
@click.pass_obj
def list_articles(place: Place) -> None:
    """List the articles, what each is about, and whether it may be sent."""
    from jobs.desk.articles import show_articles

    show_articles(place.home)


@articles.command()
@click.argument("part", default="")
@click.pass_obj
def words(place: Place, part: str) -> None:
    """List what the program understands, or what holds PART: each concept with its spellings."""
    from jobs.desk.articles import show_words

    show_words(place.home, part)


@articles.command(name="add-word")
@click.argument("typed", metavar="WORDS")
@click.argument("means")
@click.option("--note", default="", help="For whoever looks later.")
@click.pass_obj
def add_word(place: Place, typed: str, means: str, note: str) -> None:
    """Add words that the front desk types to config/words.csv, with what they mean (or: nothing)."""
    from jobs.desk.articles import add_own_word

    wrong = add_own_word(place.home, typed, means, note)
    if wrong:
        raise click.UsageError(wrong)


@articles.command()
@click.argument("slugs", nargs=-1, required=True, metavar="SLUG...")
@click.pass_obj
def confirm(place: Place, slugs: tuple[str, ...]) -> None:
    """Say yes to articles that were proposed, so that letters may carry them."""
    from jobs.desk.articles import confirm_articles

    wrong = confirm_articles(place.home, slugs)
    if wrong:
        raise click.UsageError(wrong)


def _about_a_patient(name: str, allowed: bool, words: str) -> None:
    @articles.command(name=name, help=words)
    @click.argument("patient")
    @click.argument("slug", default="", metavar="[SLUG]")
    @click.option("--reason", default="", help="Why; it is recorded with who and when.")
    @click.option("--who", "--by", "by", default="", help="Who decides; the user of this computer if not said.")
    @click.pass_obj
    def decide(place: Place, patient: str, slug: str, reason: str, by: str) -> None:
        def work(tools: "Tools") -> int:
            from jobs.desk.articles import rule_out

            return 0 if rule_out(tools, patient, slug, allowed, by or user_name(), reason) else 2

        with_tools(place, work)


_about_a_patient("veto", False, "A therapist's no: this patient gets no such article; without SLUG none at all.")
_about_a_patient("allow", True, "Take a therapist's no back.")
