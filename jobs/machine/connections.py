"""What a connection to another machine can end in."""

HUNG_UP = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
"""What is heard of another side that hangs up, instead of an end, where there were bytes that it had not read."""
