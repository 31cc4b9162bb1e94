"""The API of participants."""
