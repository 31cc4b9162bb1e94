"""Training sessions: venues, speakers, the timetable and its releases, attendance, completion."""
