"""Every address of the platform by its name, as Django resolves it."""

from collections.abc import Iterator

from django.urls import URLPattern, get_resolver


def routes(patterns=None, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Each route's full name, `app:name`, with its pattern. An address without a name is an error of its own."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLPattern):
            assert entry.name, f"The address {entry.pattern} has no name."
            yield ":".join((*spaces, entry.name)), entry
        else:
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from routes(entry.url_patterns, inner)
