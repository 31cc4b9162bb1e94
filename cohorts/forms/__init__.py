"""Parsing and cleaning of input of cohorts."""
