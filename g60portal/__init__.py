"""The two ends of the house: what every app stands on, and what joins the apps together."""
