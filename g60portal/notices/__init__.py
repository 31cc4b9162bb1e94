"""The outbox: notice rows are the truth, delivery claims and sends them, channels carry them.

Kinds of notices live in the apps (`<app>/notices/`, one module a kind) and register here.
"""
