"""Reads over several models of sessions."""
