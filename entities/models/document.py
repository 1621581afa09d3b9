import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def _place(document, filename: str) -> str:
    """Files lie by day under a name that tells nothing; what they are called is in the row."""
    return f"documents/{document.created_on:%Y/%m/%d}/{document.key}"


class Document(models.Model):
    """A file that somebody handed in or had made, kept as it came, with its name, size and digest."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.FileField(_("file"), upload_to=_place, max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    size = models.BigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content_type = models.CharField(_("type"), max_length=100)
    created_on = models.DateField(auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty: the platform made it for somebody who was not signed in."),
    )

    def __str__(self) -> str:
        return self.name
