"""The library of the clinic's own articles and the choice among them, with the reason in words."""
