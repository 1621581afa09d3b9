"""The registry of verbs. Apps register theirs in `AppConfig.ready()`; an unknown verb is a programming error."""

from django.utils.functional import Promise

_SENTENCES: dict[str, str | Promise] = {}


def register(**sentences: str | Promise) -> None:
    """Make verbs known, with the sentence shown to a reader.

    Keyword names use two underscores for a dot: `entities__record__submitted=_("submitted the record")`.
    """
    _SENTENCES.update({name.replace("__", "."): sentence for name, sentence in sentences.items()})


def sentence(verb: str) -> str:
    """What a reader sees for a verb. Raises `KeyError` for one that nobody registered."""
    return str(_SENTENCES[verb])


def is_known(verb: str) -> bool:
    return verb in _SENTENCES
