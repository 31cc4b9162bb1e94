"""The only writers of cohorts."""
