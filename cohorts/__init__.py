"""Cohorts: cities, organizations, legs, quotas, roles, and the state machine of a class."""
