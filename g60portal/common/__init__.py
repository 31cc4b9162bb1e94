"""What every app stands on: clock, locks, refusals, tables, sealing. No programme rules."""
