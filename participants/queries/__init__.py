"""Reads over several models of participants."""
