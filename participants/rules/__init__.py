"""Pure rules about people: names, papers, phones, order. No database, clock or request."""
