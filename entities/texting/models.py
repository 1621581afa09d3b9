from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TextNumber(models.Model):
    """The telephone to which a person has urgent notices sent, once a code that was sent there has come back.

    The number itself is sealed: a copy of the database tells no more of it than what pages show. A digest, which
    only who has the secret key can work out, is the address on the deliveries.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="text_number"
    )
    sealed = models.TextField(editable=False)
    digest = models.CharField(max_length=64, db_index=True, editable=False)
    shown = models.CharField(_("number"), max_length=20, help_text=_("Masked."))
    generation = models.PositiveIntegerField(default=1, help_text=_("Which code is asked for."))
    asked_at = models.DateTimeField(_("code asked for"))
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("number for text messages")
        verbose_name_plural = _("numbers for text messages")

    def __str__(self) -> str:
        return self.shown
