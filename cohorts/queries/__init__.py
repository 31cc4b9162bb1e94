"""Reads over several models of cohorts."""
