"""A made-up clinic with six months of appointments, for the demonstration and the tests."""

from jobs.made_up.lakeside import CLINIC, SOURCES_YAML
from jobs.made_up.make import MadeUp, make_clinic

__all__ = ["CLINIC", "SOURCES_YAML", "MadeUp", "make_clinic"]
