"""The small program that parses one spreadsheet in a process of its own, under hard limits.

Run by `g60portal.common.tables.reading`. Knows neither Django nor the rest of the portal.
"""
