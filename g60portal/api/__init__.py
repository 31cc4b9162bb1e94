"""The top end for programs: router, problem responses, schema."""
