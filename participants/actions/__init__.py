"""The only writers of participants."""
