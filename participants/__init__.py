"""Participants: persons, enrollments, groups, the roster, certificates."""
