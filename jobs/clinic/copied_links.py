"""Links that were copied out of a mail: programs that guard mailboxes lead them through pages of their own."""

import re

_GUARDED = (
    r"https?://((?:[\w.-]{0,200}\.)?(?:safelinks\.protection\.outlook\.com|urldefense\.(?:com|us|proofpoint\.com)"
    r"|linkprotect\.cudasvc\.com|protect-[\w-]{1,20}\.mimecast\.com|google\.com(?=/url\?)))"
)


def guard_of(address: str) -> str:
    """The host that an address leads through and that may learn who follows it; "" where it leads straight."""
    found = re.match(_GUARDED, address, re.IGNORECASE)
    return found[1] if found else ""
