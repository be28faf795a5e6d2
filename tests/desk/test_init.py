"""`init`: a new clinic's config/, from a few answers."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jobs.desk.commands import cli
from jobs.desk.init import with_values
from jobs.runner.settings_loading import load_settings

SHIPPED = Path(__file__).resolve().parents[2] / "config"
ANSWERS = {
    "name": 'Dr. "Q" & Sons: Physio #1',
    "zone": "America/New_York",
    "address": "1 Main Street, Suite #5, Albany",
    "phone": "518-555-0100",
    "website": "https://quill.example",
    "booking_url": "",
    "review_url": "",
    "sender": "hello@quill.example",
    "exports": "exports/*.csv",
}


def init(home: Path, *options: str, **changes: str) -> Result:
    typed = "\n".join((ANSWERS | changes).values()) + "\n"
    return CliRunner().invoke(cli, ["-C", str(home), "init", *options], input=typed)


def check(home: Path) -> Result:
    return CliRunner().invoke(cli, ["-C", str(home), "check"])


def test_the_answers_become_settings_that_check_accepts(tmp_path: Path) -> None:
    home = tmp_path / "quill"
    assert init(home).exit_code == 0
    assert check(home).exit_code == 0, check(home).output
    settings = load_settings(home)
    assert (settings.clinic.name, settings.clinic.zone) == (ANSWERS["name"], "America/New_York")
    assert settings.clinic.address == ANSWERS["address"]
    assert (settings.clinic.id, settings.mail.sender) == ("dr-q-sons-physio-1", "hello@quill.example")
    assert [source.path for source in settings.sources] == ["exports/*.csv"]
    assert len(settings.follow_ups.rules) == 11 and len(settings.jobs) == 6


def test_a_new_clinic_sends_nothing_before_it_says_so(tmp_path: Path) -> None:
    init(tmp_path)
    assert load_settings(tmp_path).mail.mode == "preview"


def test_asked_anew_a_clinic_that_sent_letters_sends_none_before_it_says_so(tmp_path: Path) -> None:
    init(tmp_path)
    file = tmp_path / "config" / "clinic.yaml"
    live = file.read_text("utf-8").replace("mode: preview", "mode: live").replace('"preview"', "live")
    file.write_text(live.replace('host: ""', "host: mail.quill.example"), "utf-8")
    assert load_settings(tmp_path).mail.mode == "live"
    init(tmp_path, "--overwrite")
    assert load_settings(tmp_path).mail.mode == "preview"
    assert load_settings(tmp_path).mail.smtp.host == "mail.quill.example"


def test_a_new_clinic_inherits_no_address_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's own config/ may be that of a clinic at work."""
    working = tmp_path / "working"
    shutil.copytree(SHIPPED, working / "config")
    shutil.copytree(SHIPPED.parent / "templates", working / "templates")
    file = working / "config" / "clinic.yaml"
    other = {
        "host": "mail.other.example",
        "it_email": "it@other.example",
        "mode": "live",
        "reply_to": "a@other.example",
    }
    file.write_text(with_values(file.read_text("utf-8"), other), "utf-8")
    monkeypatch.setattr("jobs.desk.init._SHIPPED", working)
    init(tmp_path / "quill")
    assert "other.example" not in (tmp_path / "quill" / "config" / "clinic.yaml").read_text("utf-8")
    assert load_settings(tmp_path / "quill").mail.mode == "preview"


def test_a_new_clinic_recommends_no_article_of_another_and_keeps_its_own(tmp_path: Path) -> None:
    init(tmp_path)
    articles = tmp_path / "config" / "articles.csv"
    assert articles.read_text("utf-8").splitlines() == (SHIPPED / "articles.csv").read_text("utf-8").splitlines()[:1]
    own = articles.read_text("utf-8") + "knees,Knees,https://quill.example/knees,knee pain,,,,,\n"
    articles.write_text(own, "utf-8")
    init(tmp_path, "--overwrite")
    assert articles.read_text("utf-8") == own


def test_the_settings_are_for_their_user_alone(tmp_path: Path) -> None:
    init(tmp_path)
    files = [tmp_path / "config", *(tmp_path / "config").iterdir()]
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_every_setting_keeps_its_comment(tmp_path: Path) -> None:
    init(tmp_path)
    for name in ("clinic.yaml", "follow_ups.yaml", "jobs.yaml", "sources.yaml"):
        comments = (SHIPPED / name).read_text("utf-8").count("#")
        assert comments > 3
        added = 2 if name == "clinic.yaml" else 0  # in the name and in the address; the sender's name has it again
        assert (tmp_path / "config" / name).read_text("utf-8").count("#") in (comments + added, comments + added + 1)


def test_enter_takes_the_default_and_a_wrong_answer_is_asked_again(tmp_path: Path) -> None:
    result = init(
        tmp_path, zone="America/New_Yrok\n", sender="Mira <m@quill.example>\nhello@quill.example", name="\n \nX"
    )
    assert result.exit_code == 0, result.output
    assert '"America/New_Yrok" is no time zone. Did you mean "America/New_York"?' in result.output
    assert "is not one bare address, such as hello@clinic.example." in result.output
    assert load_settings(tmp_path).clinic.zone == "America/Los_Angeles"
    assert load_settings(tmp_path).clinic.name == "X"


def test_what_is_there_is_not_overwritten_without_being_told(tmp_path: Path) -> None:
    init(tmp_path)
    before = (tmp_path / "config" / "clinic.yaml").read_bytes()
    refused = init(tmp_path, name="Another")
    assert refused.exit_code == 1
    assert "is there already and stays as it is" in refused.output and "init --overwrite" in refused.output
    assert (tmp_path / "config" / "clinic.yaml").read_bytes() == before


def test_told_to_overwrite_it_keeps_the_old_files_the_rules_and_the_id(tmp_path: Path) -> None:
    init(tmp_path)
    rules = tmp_path / "config" / "follow_ups.yaml"
    rules.write_text(rules.read_text("utf-8").replace("priority: 95", "priority: 81"), "utf-8")
    before = (tmp_path / "config" / "clinic.yaml").read_bytes()
    assert init(tmp_path, "--overwrite", name="Another", zone="").exit_code == 0
    settings = load_settings(tmp_path)
    assert (settings.clinic.name, settings.clinic.id) == ("Another", "dr-q-sons-physio-1")
    assert settings.clinic.zone == "America/New_York"
    assert settings.follow_ups.rules[0].priority == 81
    assert (tmp_path / "config.old" / "clinic.yaml").read_bytes() == before
    assert init(tmp_path, "--overwrite").exit_code == 0
    assert (tmp_path / "config.old.2").is_dir() and not (tmp_path / "config.new").exists()


def test_enter_for_everything_leaves_the_sources_as_they_are(tmp_path: Path) -> None:
    init(tmp_path)
    file = tmp_path / "config" / "sources.yaml"
    text = "# ask Dana\nsources:\n  - path: from-webpt/*.csv\n    name: webpt\n"
    file.write_text(text + "    join: {path: patients.csv, on: id}\n", "utf-8")
    before = file.read_bytes()
    enter = dict.fromkeys(ANSWERS, "")
    told = init(tmp_path, "--overwrite", **enter)
    assert (told.exit_code, file.read_bytes()) == (0, before)
    assert "(a file or a pattern) [from-webpt/*.csv]" in told.output
    assert init(tmp_path, "--overwrite", **{**enter, "exports": "new/*.csv"}).exit_code == 0
    assert file.read_text("utf-8").startswith("# ask Dana\nsources:\n  - path: new/*.csv\n    name: webpt\n")
    assert "path: patients.csv" in file.read_text("utf-8")


def test_breaking_off_writes_nothing(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["-C", str(tmp_path), "init"], input="Quill\n")
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_letter_that_was_edited_stays(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "welcome.md").write_text("---\nsubject: Mine\n---\nMine\n", "utf-8")
    init(tmp_path)
    assert "Mine" in (tmp_path / "templates" / "welcome.md").read_text("utf-8")
    assert (tmp_path / "templates" / "reminder.md").exists()


@pytest.mark.parametrize("value", ['a "b" c', "back\\slash", "# no comment", "colon: here", "", "it's"])
def test_a_value_survives_being_written_twice(value: str) -> None:
    from jobs.runner.yaml_file import read_yaml

    text = 'clinic:\n  name: "first \\"one\\" #1"   # how patients know it\n  phone: ""\n'
    for _ in range(2):
        text = with_values(text, {"name": value})
    assert read_yaml("clinic.yaml", text.encode()).plain == {"clinic": {"name": value, "phone": ""}}
    assert "# how patients know it" in text
