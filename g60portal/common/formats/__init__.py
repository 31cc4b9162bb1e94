"""Dates as people say them, by language."""
