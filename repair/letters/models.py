from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from entities.models import Document
from repair.models import Case, CaseStep


class SigningKey(models.Model):
    """The public half of a key that signed something here; kept for good, so that old papers can still be checked.

    The private half is in no database (`repair.letters.signing`).
    """

    code = models.CharField(
        _("key"),
        max_length=16,
        primary_key=True,
        help_text=_("The beginning of the SHA-256 of the public key."),
    )
    public_pem = models.TextField(_("public key"))
    first_used_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(_("why it is revoked"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("signing key")
        ordering = ("-first_used_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_because="")
                | Q(revoked_at__isnull=False) & ~Q(revoked_because=""),
                name="a_revoked_key_says_why",
            )
        ]
        triggers = [pgtrigger.Protect(name="signing_keys_are_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.code


def typed_and_signed_or_waits(name: str) -> models.CheckConstraint:
    """What holds of every paper: it has its PDF, statement and signature, or none of them and waits for all."""
    return models.CheckConstraint(
        condition=Q(document=None, statement="", signature="", key=None, next_attempt_at__isnull=False)
        | Q(document__isnull=False, key__isnull=False, next_attempt_at=None)
        & ~Q(statement="")
        & ~Q(signature=""),
        name=name,
    )


class Paper(models.Model):
    """What every paper has that the platform issues: a number, its words, and the PDF and signature that follow.

    What it says is fixed when it is written. Typing it again gives the same words under the same number. Whoever
    adds a model of papers gives it a `kind` with choices and an `asked_by`, and tells `repair.letters.papers` of it.
    """

    kind: Any
    asked_by: Any
    get_kind_display: Any

    number = models.CharField(_("number"), max_length=40, unique=True)
    issued_at = models.DateTimeField(_("issued"))
    content = models.JSONField(
        _("what it says"), help_text=_("In each language, and what is signed with it.")
    )
    statement = models.TextField(_("signed statement"), blank=True)
    signature = models.CharField(_("signature"), max_length=120, blank=True)
    key = models.ForeignKey(
        SigningKey, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss"
    )
    document = models.OneToOneField(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)s"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    deleted_on = models.DateField(
        _("deleted"),
        null=True,
        blank=True,
        help_text=_("Its words and its PDF; number, day and digests stay."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number


class Letter(Paper):
    """A paper in a case: written with the step that it tells of, typed and signed afterwards."""

    class Kind(models.TextChoices):
        ACCEPTANCE = "acceptance", _("Notice of acceptance")
        MATERIAL = "material", _("Request for material")
        DECISION = "decision", _("Decision")
        RESULT = "result", _("Notice that the case is closed")
        CERTIFICATE = "certificate", pgettext_lazy("a paper that was issued", "Certificate")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="letters")
    step = models.OneToOneField(
        CaseStep, null=True, blank=True, on_delete=models.PROTECT, related_name="letter"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Who took the step, or asked for the certificate."),
    )
    fingerprint = models.CharField(
        _("what it rests on"),
        max_length=64,
        blank=True,
        help_text=_("Of a certificate: asked again, the same."),
    )

    class Meta:
        verbose_name = _("letter")
        ordering = ("-issued_at", "-pk")
        constraints = [
            typed_and_signed_or_waits("a_letter_is_typed_and_signed_or_waits"),
            models.CheckConstraint(
                condition=Q(kind="certificate", step=None) & ~Q(fingerprint="")
                | ~Q(kind="certificate") & Q(step__isnull=False, fingerprint=""),
                name="a_letter_tells_of_a_step_and_a_certificate_of_none",
            ),
            models.UniqueConstraint(
                F("case"),
                F("fingerprint"),
                condition=Q(kind="certificate"),
                name="one_certificate_of_what_it_rests_on",
            ),
        ]
        indexes = [
            models.Index(fields=("next_attempt_at",), condition=Q(document=None), name="letters_that_wait")
        ]
