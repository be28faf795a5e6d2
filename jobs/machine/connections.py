"""What a connection to another machine can end in."""

import re

HUNG_UP = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
"""What is heard of another side that hangs up, instead of an end, where there were bytes that it had not read."""
_MARKS = re.compile(r"^\[[^]]*\] | \(_ssl\.c:\d+\)|\.$")


def line_words(trouble: OSError) -> str:
    """What the system says of a connection that failed, or the library that encrypts it, as part of a sentence: without
    the marks by which only programmers find their way, and without a full stop."""
    said = getattr(trouble, "verify_message", "") or trouble.strerror or type(trouble).__name__
    return _MARKS.sub("", said)
