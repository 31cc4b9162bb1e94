"""Pure rules of sessions."""
