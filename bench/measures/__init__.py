"""The measures, a module a subject. Importing this registers all of them."""

from bench.measures import intake, search

__all__ = ("intake", "search")
