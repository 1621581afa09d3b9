"""Many values as one parameter of a statement."""

from collections.abc import Iterable


def array_of(values: Iterable[str] | Iterable[int]) -> str:
    """The values as PostgreSQL writes an array of them, to be cast: `= ANY(%s::text[])`.

    The driver writes lists value by value, which for ten thousand of them takes longer than the statement.
    """
    texts = list(map(str, values))
    together = "".join(texts)
    if '"' in together or "\\" in together:
        texts = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"
