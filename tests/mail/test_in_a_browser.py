"""Every letter as a browser shows it: on a phone and a desktop, light and dark, for whom much or little is known."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from jobs.clinic.profile import ClinicProfile
from jobs.mail.letter_trials import MADE_UP
from jobs.mail.templates import load_letters

SHIPPED = Path(__file__).resolve().parents[2] / "templates"
LOOK = Path(__file__).with_name("letters_in_a_browser.js")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CLINIC = ClinicProfile(
    "riverbend", "Riverbend Therapy & Pilates", "America/Los_Angeles", "1 Main Street, Springfield", "555-0100",
    "https://riverbend.example", "https://riverbend.example/book", "https://riverbend.example/review",
)  # fmt: skip

PATIENTS = {who: MADE_UP[who] for who in ("a patient with everything", "a patient with a long name")}


def frame(title: str, letter: str, width: int, shade: str) -> str:
    style = f"width:{width}px;height:900px;border:0;color-scheme:{shade}"
    return f'<iframe title="{html.escape(title)}" style="{style}" srcdoc="{html.escape(letter)}"></iframe>'


def looked_at(page: str, folder: Path) -> dict[str, object]:
    """What the browser found wrong with the letters in the frames of a page."""
    file = folder / "page.html"
    file.write_text(f"<!doctype html><body>{page}<script>{LOOK.read_text('utf-8')}</script>", "utf-8")
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
               f"--user-data-dir={folder / 'profile'}",
               "--window-size=1400,1000", "--dump-dom", file.as_uri()]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    answer = re.search(r"<pre>(.*)</pre>", done.stdout, re.DOTALL)
    assert answer, done.stdout[:500]
    return dict(json.loads(html.unescape(answer[1])))


@pytest.mark.skipif(BROWSER is None, reason="chromium is not on this machine")
def test_every_letter_reads_well_on_every_screen(tmp_path: Path) -> None:
    letters = load_letters(SHIPPED, CLINIC, None)
    assert letters.faults == []
    names = sorted(letters.usable)
    shown = [
        frame(f"{name} for {who}, {width} px, {shade}:", letters.write(name, values).html, width, shade)
        for name in names
        for who, values in PATIENTS.items()
        for width, shade in ((360, "light"), (360, "dark"), (1200, "light"), (1200, "dark"))
    ]
    assert looked_at("".join(shown), tmp_path) == {"looked_at": len(names) * len(PATIENTS) * 4, "found": []}


@pytest.mark.skipif(BROWSER is None, reason="chromium is not on this machine")
def test_what_reads_badly_is_found(tmp_path: Path) -> None:
    bad = '<html lang="en"><title>Bad</title><style>body{color-scheme:light dark}</style><body><table><tr><td>'
    bad += '<p style="color:#aaa;background:#fff">pale</p><p style="width:900px">wide</p><img src="x"><a href=""></a>'
    found = looked_at(frame("It", bad, 360, "light"), tmp_path)["found"]
    assert found == [
        "It is wider than its frame",
        "It has a table that is read out as one",
        "It has a picture without words",
        "It has a link without words or address",
        'It says "pale" with a contrast of 2.32',
    ]
