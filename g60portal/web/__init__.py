"""The top end for browsers: home by role, errors, health, the demo."""
