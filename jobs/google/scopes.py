"""What the clinic may be allowed to do at Google: the narrowest permissions there are, and what each means."""

SEND_LETTERS = "https://www.googleapis.com/auth/gmail.compose"
READ_MAILBOX = "https://www.googleapis.com/auth/gmail.readonly"
READ_CALENDARS = "https://www.googleapis.com/auth/calendar.events.readonly"
READ_SHEETS = "https://www.googleapis.com/auth/spreadsheets.readonly"
READ_DRIVE = "https://www.googleapis.com/auth/drive.readonly"
OWN_FILES = "https://www.googleapis.com/auth/drive.file"

MEANINGS = {
    SEND_LETTERS: "write and send letters from the mailbox",
    READ_MAILBOX: "read what comes back to the mailbox",
    READ_CALENDARS: "read the appointments in calendars",
    READ_SHEETS: "read spreadsheets",
    READ_DRIVE: "read files in Drive",
    OWN_FILES: "keep files that this program made itself, and see no others",
}


def in_words(scopes: list[str]) -> str:
    """`read spreadsheets; send letters`"""
    return "; ".join(MEANINGS.get(scope, scope) for scope in scopes)
