"""Printed documents about people. Facts in, bytes out; nothing here reads the database."""
