"""Reads the outside: workbooks, CSV and calendars become columns of text with their file, sheet and row."""
