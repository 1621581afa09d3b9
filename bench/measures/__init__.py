"""The measures, a module a subject. Importing this registers all of them."""

from bench.measures import boards, intake, lag, portal, rating, search

__all__ = ("boards", "intake", "lag", "portal", "rating", "search")
