"""Names kept in two languages, shown in the reader's."""

from django.db import models
from django.utils.translation import get_language, gettext_lazy as _


def in_readers_language(chinese: str, english: str) -> str:
    """The text in the reader's language, or the other where that one is empty."""
    if (get_language() or "").startswith("zh"):
        return chinese or english
    return english or chinese


class BilingualName(models.Model):
    """A thing with an official Chinese name and, where there is one, an English name."""

    name_zh = models.CharField(_("name in Chinese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_readers_language(self.name_zh, self.name_en)
