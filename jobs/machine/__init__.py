"""What is asked of the machine itself: whole and private files, bounded processes, how a connection hangs up, and
whether the program is still the one that it was."""
