"""The clinic's jobs: a file here is a job and reads as a recipe; a folder is a room that jobs use."""

VERSION = "0.1.0"  # as in pyproject.toml
