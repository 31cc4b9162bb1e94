"""What the portal costs beside what it cannot cost less than: `make bench` (ONLY=name).

Each module measures one promise of `docs/performance.md` and its limit in turns, on a database of
its own, and yields lines. Nothing here is needed to run the portal.
"""
