"""What is asked of the machine itself: files that are whole and private, and processes that are bounded."""
