"""PostgreSQL and Redis for a machine that has neither, and the supervisor of the whole portal.

Standard library only: everything here runs before Django is configured, and without it.
`python -m g60portal.embedded` is the entry; settings import nothing but `urls`.
"""
