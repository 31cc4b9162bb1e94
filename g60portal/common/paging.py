"""Keyset pages of the API: `next`, `previous`, `results`; no COUNT, the same cost at any depth."""

from rest_framework.pagination import CursorPagination


class KeysetPages(CursorPagination):
    """A view sets `ordering` to fields that end in a unique one."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
    ordering: tuple[str, ...] = ("pk",)
