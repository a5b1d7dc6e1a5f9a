"""Who a token belongs to, and pages: `settings.py` names both for all views."""

from rest_framework.authentication import TokenAuthentication
from rest_framework.pagination import CursorPagination


class BearerTokens(TokenAuthentication):
    keyword = "Bearer"


class Pages(CursorPagination):
    """By keyset: page numbers would count all rows for each page."""

    page_size = 20
    ordering = ("-created_at", "-id")
