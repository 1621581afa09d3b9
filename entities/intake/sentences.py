"""Sentences that are written by a worker and read by people of either language, kept in both."""

from django.utils import translation

LANGUAGES = {"en": "en", "zh": "zh-hans"}


def said(message, **params) -> dict[str, str]:
    """A lazily translated sentence with its places filled in, in each language."""
    sentences = {}
    for short, language in LANGUAGES.items():
        with translation.override(language):
            sentences[short] = (
                str(message) % {name: str(value) for name, value in params.items()}
                if params
                else str(message)
            )
    return sentences


def for_reader(sentences: dict[str, str]) -> str:
    """The sentence in the language of whoever reads now; "" where there is none."""
    short = "zh" if (translation.get_language() or "").startswith("zh") else "en"
    return sentences.get(short) or sentences.get("en", "")
