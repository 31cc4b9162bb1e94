"""Who did what to what, with before and after: append-only, held by the database."""
