"""Parsing and cleaning of input of sessions."""
