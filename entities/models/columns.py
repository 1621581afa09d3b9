from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from entities import policies
from entities.models.body import SubmittingBody


class ColumnMappingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What the bodies have said for which this user acts."""
        return self.filter(policies.submissions_visible_to(user))


class ColumnMapping(models.Model):
    """What a body has said of the columns of its own files, for one format."""

    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="column_mappings")
    format_code = models.SlugField(_("format"), max_length=60)
    names = models.JSONField(
        _("column names"),
        default=dict,
        help_text=_(
            "From each name, as the file writes it, to the field that takes it; empty where none does."
        ),
    )
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    objects = ColumnMappingQuerySet.as_manager()

    class Meta:
        verbose_name = _("column mapping")
        constraints = [
            models.UniqueConstraint(
                fields=("body", "format_code"), name="a_body_has_one_column_mapping_per_format"
            )
        ]

    def __str__(self) -> str:
        return f"{self.body}: {self.format_code}"
