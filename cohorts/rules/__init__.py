"""Pure rules of cohorts: facts in, verdict out."""
