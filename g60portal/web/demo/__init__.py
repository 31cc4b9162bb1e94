"""The demo: edition 1 finished, edition 2 running this week, edition 3 taking nominations. Hosts,
sites and halls are real ones; every person, employer, number and address is invented and belongs to
nobody.
"""
