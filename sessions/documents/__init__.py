"""Printed documents that read the timetable, and the catalogue of all documents of a cohort."""
