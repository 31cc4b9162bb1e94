"""Django's backend for PostgreSQL, whose every statement runs in the scope of the moment."""
