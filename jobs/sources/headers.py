"""How the headers of columns are compared."""

NEVER_CARRIED = frozenset(("ssn", "ssnumber", "ssnno", "patientssn", "socialsecurity", "socialsecurityno",
                           "socialsecuritynumber", "socialsecuritynum"))  # fmt: skip
"""Headers, squashed, of columns that no setting can make the program read."""


def squash(header: str) -> str:
    """A header without case, blanks, underscores and punctuation: `Start Date & Time` gives `startdatetime`."""
    return "".join(filter(str.isalnum, header.casefold()))
