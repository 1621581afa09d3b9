from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import get_language, gettext_lazy as _


class User(AbstractUser):
    """A person who signs in. What they may do follows from the bodies and entities they act for."""

    # A person has one name in each language instead.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)

    REQUIRED_FIELDS = ["email"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_full_name(self) -> str:
        """The name in the reader's language, or the other one where that is missing."""
        chinese_reader = (get_language() or "").startswith("zh")
        return (self.name_zh or self.name_en) if chinese_reader else (self.name_en or self.name_zh)

    def get_short_name(self) -> str:
        return self.get_full_name()


class SecretHolder(models.Model):
    """Who has read a secret with which another account signs in: what that account does, they may have done.

    Kept for good, for a secret that is renewed does not undo what was done with it.
    """

    account = models.ForeignKey(User, on_delete=models.PROTECT, related_name="secret_holders")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="secrets_held")

    class Meta:
        verbose_name = _("holder of a secret")
        constraints = [
            models.UniqueConstraint(
                fields=("account", "person"), name="a_person_is_noted_once_as_holder_of_a_secret"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.account}"
