"""A made-up clinic with six months of appointments, for the demonstration and the tests."""
