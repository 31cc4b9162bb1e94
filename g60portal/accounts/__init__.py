"""Who signs in: the user, sign-in rules, second factor, API tokens."""
