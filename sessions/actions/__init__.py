"""The only writers of sessions."""
