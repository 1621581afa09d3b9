"""Stories of honest entities: what is told, on which records it rests, who consented, and until when it stands."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from credit_platform.common.bilingual import in_readers_language
from credit_platform.portal.stories import policies
from entities.models import CreditRecord, Entity, SubmittingBody

LONGEST = 3000


class StoryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All for the lead office, a body's own for its members, those about its entities for an agent."""
        return self.filter(policies.stories_visible_to(user))

    def public_on(self, day):
        """What anybody may read on that day: published, and still true of its entity."""
        return self.filter(
            ~Exists(speaking_against(day, of=OuterRef("entity"))),
            ~Exists(no_longer_public(day, of=OuterRef("pk"))),
            policies.may_be_told_of(),
            state=Story.State.PUBLISHED,
            published_on__lte=day,
            shown_until__gte=day,
        )


def speaking_against(day, of):
    """Records in force for which no story of their entity is told: those that list it under misconduct, and serious ones.

    Also such as are not public for now, because an objection to them is being checked. `of` names the entity.
    """
    return CreditRecord.objects.counting_on(day).filter(policies.records_against_a_story(), entity=of)


def no_longer_public(day, of):
    """Records on which the story `of` rests and which nobody may read on that day."""
    still = CreditRecord.objects.public_on(day).filter(pk=OuterRef("pk"))
    return CreditRecord.objects.filter(~Exists(still), stories=of)


class Story(models.Model):
    """What a body tells of an entity, in both languages. Its wording never changes: another one is another story,
    for the entity consented to this one."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("a story", "Proposed")
        PUBLISHED = "published", pgettext_lazy("a story", "Published")
        ENDED = "ended", pgettext_lazy("a story", "Not told, or no longer")

    class Ending(models.TextChoices):
        RETURNED = "returned", _("The lead office returned it")
        CONSENT = "consent", _("The business does not want it told")
        TAKEN_DOWN = "taken_down", _("It was taken down")
        AGAINST = "against", _("A record in force speaks against it")
        BASIS = "basis", _("A record on which it rests has ended")
        ENTITY = "entity", _("The business is no longer in business")
        OVER = "over", _("Its time was over")

    number = models.CharField(_("number"), max_length=40, unique=True)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="stories")
    body = models.ForeignKey(
        SubmittingBody, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="stories"
    )
    title_zh = models.CharField(_("title in Chinese"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    text_zh = models.TextField(_("text in Chinese"), max_length=LONGEST)
    text_en = models.TextField(_("text in English"), max_length=LONGEST)
    rests_on = models.ManyToManyField(CreditRecord, verbose_name=_("rests on"), related_name="stories")
    shown_until = models.DateField(_("shown until"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    consented_on = models.DateField(_("consented on"), null=True, blank=True)
    consent_signed_as = models.CharField(_("who consented"), max_length=80, blank=True)
    consent_paper = models.CharField(
        _("where the signed paper is"),
        max_length=200,
        blank=True,
        help_text=_("Such as the number of the file. Empty: the consent was given here."),
    )
    consent_noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_on = models.DateField(_("published on"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ending = models.CharField(_("why it ended"), max_length=12, choices=Ending, blank=True)
    ended_because = models.CharField(_("reason"), max_length=500, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("story of an honest entity")
        ordering = ("-published_on", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(
                    published_by__isnull=False,
                    published_on__isnull=False,
                    consented_on__isnull=False,
                    consent_noted_by__isnull=False,
                ),
                name="a_story_is_published_with_consent",
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("proposed_by")),
                name="a_story_is_published_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_on__isnull=False) & ~Q(ending="")
                | ~Q(state="ended") & Q(ended_on=None, ending=""),
                name="a_story_that_ended_says_why",
            ),
        ]
        indexes = [models.Index(fields=("state", "-published_on"), name="stories_by_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        return in_readers_language(self.title_zh, self.title_en)

    @property
    def text(self) -> str:
        return in_readers_language(self.text_zh, self.text_en)

    @property
    def is_open(self) -> bool:
        return self.state != self.State.ENDED
