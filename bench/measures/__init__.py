"""The measures, a module a subject. Importing this registers all of them."""

from bench.measures import intake, rating, search

__all__ = ("intake", "rating", "search")
