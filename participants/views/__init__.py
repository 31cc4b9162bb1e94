"""Pages of participants."""
