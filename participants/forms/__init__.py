"""Parsing and cleaning of input of participants."""
