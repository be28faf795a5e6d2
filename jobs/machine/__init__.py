"""What is asked of the machine itself: whole and private files, bounded processes, and connections that end."""
