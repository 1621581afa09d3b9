"""The measures, a module a subject. Importing this registers all of them."""

from bench.measures import intake, lag, rating, search

__all__ = ("intake", "lag", "rating", "search")
