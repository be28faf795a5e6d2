"""Figures become workbooks that people read."""
