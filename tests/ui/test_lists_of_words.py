"""Words one after the other stand as the reader's language has them, wherever a sentence lists some."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from credit_platform.ui.formats import listed

ROOT = Path(__file__).resolve().parents[2]
APPS = ("agencies", "associations", "entities", "evaluation", "repair", "credit_platform")


@pytest.mark.parametrize(("language", "said"), [("en", "警告, 罚款"), ("zh-hans", "警告、罚款")])
def test_words_are_parted_as_the_language_parts_them(language, said):
    with translation.override(language):
        assert listed(["警告", "罚款"]) == said


def test_no_sentence_brings_a_comma_of_its_own():
    """One helper knows how a language lists; a comma handed to the translators would be a second."""
    by_itself = re.compile(r"""(gettext|_)\((["']list["'], )?["'], ["']\)""")
    found = {
        str(file.relative_to(ROOT))
        for app in APPS
        for file in (ROOT / app).rglob("*.py")
        if by_itself.search(file.read_text("utf-8"))
    }
    assert found == set()
