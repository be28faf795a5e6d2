"""The way to Google: who we are there, and calls that end in time."""
