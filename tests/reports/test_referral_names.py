"""The list of names as the office manager leaves it: every fault at once, with line and remedy."""

from pathlib import Path

import pytest

from jobs.reports.referral_names import load_referral_names

HEADER = "as_typed,name,channel,added_on,added_by\n"
SHIPPED = Path(__file__).resolve().parents[2] / "config" / "referral_names.csv"


def faults_of(folder: Path, content: str | bytes) -> list[str]:
    path = folder / "config" / "referral_names.csv"
    path.parent.mkdir()
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [str(fault) for fault in load_referral_names(path)[1]]


def test_the_list_that_is_shipped_has_no_fault_and_knows_the_usual_texts() -> None:
    names, faults = load_referral_names(SHIPPED)
    assert faults == []
    said = ["Googled us", "GOOGLE", "a friend", "Yelp!", "insta", "Insurance", "my doctor", "n/a", "", "Dr. Sample"]
    assert [names.name_of(text) for text in said] == [
        "Google search", "Google search", "Friend or family", "Yelp", "Instagram", "Insurance directory",
        "Doctor (not named)", "Not recorded", "Not recorded", None,
    ]  # fmt: skip
    assert names.channel_of("Yelp") == "online"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("gym,,practice", 'line 3: "gym" has no name.\nWrite the source it stands for, or delete it.'),
        ("gym,Example Gym,onlin", 'line 3: channel "onlin" is not one of the channels.\nDid you mean "online"?'),
        (
            "YELP.,Example Gym,practice",
            'line 3: "YELP." stands for "Example Gym" here and for "Yelp" in line 2.\n'
            "Keep one of the two lines; the first one counts until then.",
        ),
        (
            "yelp app,Yelp,event",
            'line 3: "Yelp" has channel "event" here and "online" in line 2.\nGive it the same channel everywhere.',
        ),
        (
            "--,Example Gym,practice",
            'line 3: as_typed "--" has no letter and no digit; such texts always count as not recorded.\n'
            "Delete the line.",
        ),
    ],
)
def test_a_faulty_row_is_named_with_its_line_and_the_remedy(tmp_path: Path, row: str, fault: str) -> None:
    assert faults_of(tmp_path, HEADER + "yelp,Yelp,online,,\n" + row) == [f"config/referral_names.csv, {fault}"]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "as_typed,name\nyelp,Yelp\n") == [
        "config/referral_names.csv, line 1: The first line has no column channel.\n"
        "The first line must be: as_typed,name,channel,added_on,added_by"
    ]


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    names, faults = load_referral_names(tmp_path / "config" / "referral_names.csv")
    assert names.names == {}
    assert [str(fault) for fault in faults] == [
        "config/referral_names.csv: The file cannot be read (No such file or directory).\n"
        "Put the file back, or copy the one that came with the program."
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_excel_saves_is_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "referral_names.csv"
    text = HEADER + "café,Café Éxample,event,,\r\n\r\n,,,,\r\n"
    path.write_bytes(text.replace(",", delimiter).encode(encoding))
    names, faults = load_referral_names(path)
    assert (names.name_of("CAFÉ"), faults) == ("Café Éxample", [])


@pytest.mark.parametrize(
    "saved",
    [
        "sep=;\n" + HEADER.replace(",", ";") + "café;Café Éxample;event;;\n",
        '"sep=|"\r\n' + HEADER.replace(",", "|") + "café|Café Éxample|event||\r\n",
        "\n" + HEADER + "café,Café Éxample,event,,\n",
        ",,,,\r\n" + HEADER + "café,Café Éxample,event,,\r\n",
        "As Typed,Name,Channel ,Added on,Added by\ncafé,Café Éxample,event,,\n",
        "AS-TYPED,NAME,CHANNEL\ncafé,Café Éxample,Event\n",
        HEADER.replace("\n", "\r") + "café,Café Éxample,event,,\r",
        HEADER + "café,Café Éxample,event,,,,\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_list_is_read_in_whatever_way_it_was_saved(tmp_path: Path, saved: str, encoding: str) -> None:
    path = tmp_path / "referral_names.csv"
    path.write_bytes(saved.encode(encoding))
    names, faults = load_referral_names(path)
    assert (faults, names.name_of("CAFÉ"), names.channel_of("Café Éxample")) == ([], "Café Éxample", "event")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", ": The file is empty.\nIts first line must be: as_typed,name,channel,added_on,added_by"),
        (
            "as_typed,name,chanel\nyelp,Yelp,online\n",
            ', line 1: The first line has no column channel.\nRename the column "chanel" to channel.',
        ),
        (
            HEADER.strip() + ",name\nyelp,Yelp,online,,,\n",
            ", line 1: The first line has the column name 2 times.\nKeep one of them.",
        ),
        (
            HEADER + "gym,Example Gym,practice,2026-03-02,Fern,see above\n",
            ", line 2: This line has 6 cells, and the first line has 5 columns.\n"
            'Put a text that holds a comma between quotation marks: "so, too".',
        ),
        (
            (HEADER + "yelp,Yelp,online,,\ncafé,Café Example,practice,,\nbrûlé,Brûlé,practice,,\n").encode("mac-roman"),
            ', line 3: The line holds garbled characters, such as "cafŽ". So does one more line.\n'
            "Type them anew and save the list as CSV UTF-8; until then they count as they stand.",
        ),
    ],
)
def test_what_is_wrong_with_the_list_is_told_as_of_the_list_of_articles(
    tmp_path: Path, content: str | bytes, fault: str
) -> None:
    assert faults_of(tmp_path, content) == [f"config/referral_names.csv{fault}"]


@pytest.mark.parametrize("later", ["gym,Example Gym,practice,,", 'gym,"Example, Gym",practice,,'])
def test_a_list_that_a_quotation_mark_runs_through_cannot_be_read(tmp_path: Path, later: str) -> None:
    path = tmp_path / "config" / "referral_names.csv"
    path.parent.mkdir()
    path.write_text(HEADER + f'yelp,Yelp,online,,\n"insta,Instagram,online,,\n{later}\n', "utf-8")
    names, faults = load_referral_names(path)
    assert [str(fault) for fault in faults] == [
        "config/referral_names.csv, line 3: A quotation mark opens in this line and is never closed; "
        "nothing after it can be read.\nClose it, or delete it."
    ]
    assert names.cannot_be_read
