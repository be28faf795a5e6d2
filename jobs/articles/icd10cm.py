"""ICD-10-CM: what a code means in the classification's own words, and codes that were typed in another way.

icd10cm_titles.tsv.gz holds each category and subcategory of three or four characters with its title, from the library
simple-icd-10-cm (release of April 2026; the classification is a work of the US government in the public domain:
www.cdc.gov/nchs/icd/icd-10-cm). The library itself takes more than a second to load, which is too long for a run that
meets one odd code; a test compares the file with it.
"""

import gzip
import re
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("icd10cm_titles.tsv.gz")
_LOOKS_LIKE_ONE = re.compile(
    r"\b[A-Z][0-9OIL][0-9OILAB][-.,–·]{0,2}[0-9OILX][0-9A-Z]{0,3}(?:[-.–][0-9A-Z]{1,3})?\b", re.I
)
_AS_WRITTEN = re.compile(r"[A-Z]\d[0-9AB](?:\.?[0-9A-HJKMNP-Z]{1,4})?")
_LEAST_DIGITS = 3  # `dolor` is no D01.0
_MISREAD = str.maketrans("OIL", "011")  # the letters O, I and L stand nowhere behind the first place of a code


def title_of(code: str) -> str:
    """The title of a code, or of the category that it begins with; "" where the classification has none."""
    plain = code.replace(".", "").upper()
    return next((found for end in (4, 3) if len(plain) >= end and (found := _title(plain[:end]))), "")


def is_known(code: str) -> bool:
    """Whether a code begins as one of the classification does."""
    return bool(_title(code.replace(".", "").upper()[:4]))


def mend_codes(text: str) -> tuple[str, dict[str, str]]:
    """The text with codes that were typed in another way as they should be, and for each what was typed.

    `G560.1` is G56.01, `M54-50` is M54.50, `S83.2O5A` is S83.205A; what is no code of the classification stays.
    """
    typed: dict[str, str] = {}

    def mend(found: re.Match[str]) -> str:
        plain = re.sub(r"[^0-9A-Z]", "", found[0].upper())
        plain = plain[0] + plain[1:].translate(_MISREAD)
        code = f"{plain[:3]}.{plain[3:]}"
        digits = sum(map(str.isdigit, found[0]))
        if _AS_WRITTEN.fullmatch(found[0].upper()) or digits < _LEAST_DIGITS or len(plain) > 7 or not is_known(code):
            return found[0]
        typed[code] = found[0]
        return code

    return _LOOKS_LIKE_ONE.sub(mend, text), typed


def _title(plain: str) -> str:
    titles = _titles()
    start = titles.find(f"\n{plain}\t".encode())
    if start < 0:
        return ""
    return titles[start + len(plain) + 2 : titles.index(b"\n", start + 1)].decode()


@lru_cache(maxsize=1)
def _titles() -> bytes:
    return b"\n" + gzip.decompress(FILE.read_bytes())
