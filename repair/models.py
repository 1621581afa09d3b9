import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from credit_platform.common.bilingual import in_readers_language
from entities.models import (
    CreditRecord,
    Document,
    Entity,
    LegalInstrument,
    RecordType,
    SubmittingBody,
    Verification,
)
from repair import policies
from repair.deadlines import Term, Unit


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The cases that the case policy lets this user see."""
        return self.filter(policies.cases_visible_to(user))

    def open(self):
        """Cases in which somebody still has something to do."""
        return self.filter(state__in=Case.OPEN)


class JointFilingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What was filed together, to whoever sees one case of it."""
        return self.filter(policies.filings_visible_to(user))


class Case(models.Model):
    """An entity's request about one record, from the first draft to the last decision.

    Its states and what leads from one to another stand in `repair.workflow`; nothing else moves it.
    """

    class Kind(models.TextChoices):
        REPAIR = "repair", _("Credit repair")
        OBJECTION = "objection", _("Objection")
        BASIS = "basis", _("Withdrawal of the basis")

    class Outcome(models.TextChoices):
        """What became of the decision on which a record stands: the four cases of the Penalty Law, article 48."""

        NONE = "", _("No withdrawal of a basis")
        REVOKED = "revoked", _("Revoked")
        CHANGED = "changed", pgettext_lazy("what became of a decision", "Changed")
        UNLAWFUL = "unlawful", _("Found unlawful")
        VOID = "void", _("Found void")

    class Forum(models.TextChoices):
        """Who decided that the basis falls."""

        NONE = "", _("No withdrawal of a basis")
        RECONSIDERATION = "reconsideration", _("Administrative reconsideration")
        COURT = "court", _("Court")
        ITSELF = "itself", _("The authority itself")

    class Ground(models.TextChoices):
        """What an objection says of the record: the four cases that the local regulations name."""

        NONE = "", _("No objection")
        WRONG = "wrong", _("Something in it is wrong")
        MISSING = "missing", _("Something is missing in it")
        EXPIRED = "expired", _("It is still shown although its time is over")
        WRONGLY_LISTED = "wrongly_listed", _("It should not be listed, or was not taken off")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("With the department")
        MORE_MATERIAL = "more_material", _("Waiting for material")
        PROPOSED = "proposed", _("Proposed for decision")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", pgettext_lazy("outcome of a case", "Refused")
        UPHELD = "upheld", pgettext_lazy("outcome of an objection", "Upheld")
        DISMISSED = "dismissed", pgettext_lazy("outcome of an objection", "Dismissed")
        REMOVED = "removed", pgettext_lazy("outcome of a case", "Removed: the basis has fallen")
        KEPT = "kept", pgettext_lazy("outcome of a case", "Left as it is")
        APPEALED = "appealed", _("Under appeal")
        APPEAL_DISMISSED = "appeal_dismissed", _("Appeal dismissed")
        WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")
        RECORD_WITHDRAWN = "record_withdrawn", _("The department withdrew the record")
        SETTLED = "settled", _("Settled: the record has ended")

    OPEN = (State.DRAFT, State.SUBMITTED, State.MORE_MATERIAL, State.PROPOSED, State.APPEALED)

    class Proposal(models.TextChoices):
        GRANT = "grant", _("Grant")
        REFUSE = "refuse", _("Refuse")
        CORRECT = "correct", _("Uphold and correct the record")
        END = "end", _("Uphold and take the record back")
        DISMISS = "dismiss", _("Dismiss the objection")
        REMOVE = "remove", _("Remove the record, whose basis has fallen")
        KEEP = "keep", _("Leave the record as it is")

    number = models.CharField(_("case number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    record = models.ForeignKey(
        CreditRecord,
        on_delete=models.PROTECT,
        related_name="cases",
        help_text=_("A correction takes the place of the record that it replaces."),
    )
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="cases")
    deciding_body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="cases")
    joint = models.ForeignKey(
        "JointFiling",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
        help_text=_("With which others it is filed together."),
    )
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    ground = models.CharField(_("ground of the objection"), max_length=15, choices=Ground, blank=True)
    suspended_by = models.SlugField(
        _("disclosure suspended by"),
        max_length=60,
        blank=True,
        help_text=_("The rule by which the record is not disclosed while the objection runs."),
    )
    correction = models.JSONField(
        _("correction"),
        default=dict,
        blank=True,
        help_text=_("By field of the record, what it says and what it is to say: {field: [old, new]}."),
    )
    basis_outcome = models.CharField(
        _("what became of the basis"), max_length=10, choices=Outcome, blank=True
    )
    basis_forum = models.CharField(_("who decided that"), max_length=15, choices=Forum, blank=True)
    basis_authority = models.CharField(_("authority or court"), max_length=200, blank=True)
    basis_number = models.CharField(_("number of that decision"), max_length=128, blank=True)
    basis_decided_on = models.DateField(_("day of that decision"), null=True, blank=True)
    filed_by_body = models.BooleanField(
        _("filed by the department"), default=False, help_text=_("And not by the entity.")
    )
    statement = models.TextField(_("what the applicant says"), blank=True)
    commitment_signed_by = models.CharField(_("commitment signed by"), max_length=80, blank=True)
    commitment_signed_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    papers_asked_by = ArrayField(
        models.SlugField(max_length=60),
        verbose_name=_("papers asked for by"),
        default=list,
        blank=True,
        db_default=[],
        help_text=_("The rules of papers in force when it was filed, by which it was found complete."),
    )
    proposal = models.CharField(_("proposal"), max_length=10, choices=Proposal, blank=True)
    proposal_reasons = models.TextField(_("reasons proposed"), blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reasons = models.TextField(_("reasons of the decision"), blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_statement = models.TextField(_("reasons of the appeal"), blank=True)
    appeal_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    appeal_decided_at = models.DateTimeField(null=True, blank=True)
    appeal_reasons = models.TextField(_("reasons of the decision on the appeal"), blank=True)
    sector_rule = models.SlugField(
        _("rule of its sector"),
        max_length=60,
        blank=True,
        db_default="",
        help_text=_("By which rule of tax or customs it was filed; none: by the rules of publicity."),
    )
    corrected_on = models.DateField(
        _("corrected on"),
        null=True,
        blank=True,
        help_text=_("As the applicant says; points come back by it."),
    )
    papers_deleted_on = models.DateField(_("papers deleted"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True, help_text=_("Of the step it is in."))
    due_is_provisional = models.BooleanField(
        default=False,
        help_text=_("The State Council has not yet published the calendar of a year it crosses."),
    )
    version = models.PositiveIntegerField(
        default=0, help_text=_("Rises with every step: a stale page is refused.")
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        permissions = [("lent_case", "May read this case by name")]
        constraints = [
            models.UniqueConstraint(
                fields=("record", "kind"),
                condition=Q(state__in=("draft", "submitted", "more_material", "proposed", "appealed")),
                name="one_open_case_of_a_kind_per_record",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=(
                        "granted",
                        "refused",
                        "appealed",
                        "appeal_dismissed",
                        "upheld",
                        "dismissed",
                        "removed",
                        "kept",
                        "record_withdrawn",
                    )
                )
                | ~Q(reasons=""),
                name="a_decision_has_reasons",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="objection") & (~Q(ground="") | Q(state__in=("draft", "withdrawn", "settled")))
                )
                | (~Q(kind="objection") & Q(ground="")),
                name="an_objection_and_nothing_else_has_a_ground",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="basis", basis_decided_on__isnull=False)
                    & ~Q(basis_outcome="")
                    & ~Q(basis_forum="")
                    & ~Q(basis_authority="")
                    & ~Q(basis_number="")
                )
                | (
                    ~Q(kind="basis")
                    & Q(
                        basis_outcome="",
                        basis_forum="",
                        basis_authority="",
                        basis_number="",
                        basis_decided_on=None,
                        filed_by_body=False,
                    )
                ),
                name="a_withdrawal_of_the_basis_names_the_decision",
            ),
            models.CheckConstraint(
                condition=Q(appeal_decided_at=None) | ~Q(appeal_reasons=""),
                name="a_decision_on_an_appeal_has_reasons",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(proposed_by=None) | ~Q(decided_by=F("proposed_by")),
                name="who_proposes_does_not_decide",
            ),
            models.CheckConstraint(
                condition=Q(appeal_decided_by=None)
                | (~Q(appeal_decided_by=F("decided_by")) & ~Q(appeal_decided_by=F("proposed_by"))),
                name="who_decided_does_not_hear_the_appeal",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "withdrawn", "settled")) | Q(submitted_at__isnull=False),
                name="a_case_with_a_department_was_filed",
            ),
        ]
        indexes = [
            models.Index(fields=("deciding_body", "state", "due_on"), name="cases_of_body"),
            models.Index(fields=("entity", "-opened_at"), name="cases_of_entity"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_of_market_information(self) -> bool:
        """Whether it is about what an association records of its members, on which nobody else decides."""
        return self.record.record_type.family == RecordType.Family.MARKET


class JointFiling(models.Model):
    """What an entity files in one sitting about several records, of one body or of several: repairs, or objections.

    It moves nothing: each record has a case of its own with its own body, clocks and decision. Filed together,
    they have one number to follow, the words and papers they share, and an end when all of them have ended.
    """

    #: What can be filed together; that a basis has fallen is told of one record at a time.
    KINDS = [(kind.value, kind.label) for kind in (Case.Kind.REPAIR, Case.Kind.OBJECTION)]

    number = models.CharField(_("number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS, default=Case.Kind.REPAIR)
    ground = models.CharField(_("ground of the objections"), max_length=15, choices=Case.Ground, blank=True)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="joint_filings")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    statement = models.TextField(_("what the applicant says of all of them"), blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when every case of it is over and gone everywhere.")
    )
    version = models.PositiveIntegerField(
        default=0, help_text=_("Rises with every draft saved: a stale page is refused.")
    )

    objects = JointFilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint filing")
        ordering = ("-opened_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(submitted_at__isnull=False),
                name="what_is_done_was_filed",
            ),
            models.CheckConstraint(
                condition=Q(ground="", kind="repair")
                | (Q(kind="objection") & (~Q(ground="") | Q(submitted_at=None))),
                name="objections_filed_together_share_a_ground",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_objection(self) -> bool:
        return self.kind == Case.Kind.OBJECTION


class Profile(models.TextChoices):
    """Whose local regulation a city follows; the codes are those of the instruments."""

    NATIONAL = "", _("National rules only")
    SHANGHAI = "shanghai-2017", _("Shanghai 2017")
    SHANDONG = "shandong-2020", _("Shandong 2020")
    HENAN = "henan-2019", _("Henan 2019")
    ZHEJIANG = "zhejiang-2017", _("Zhejiang 2017")
    SHENZHEN = "shenzhen-2023", _("Shenzhen 2023")
    TAIZHOU = "taizhou-2020", _("Taizhou 2020")


class DatedRule(models.Model):
    """What an instrument sets from one day to another, for a kind of case, somewhere only for some records.

    A rule that changes is ended and followed by another row with a code of its own, so that a code written
    down with a day names for good what held on it.
    """

    class CaseKind(models.TextChoices):
        ANY = "", _("Every case")
        REPAIR = "repair", _("Credit repair")
        OBJECTION = "objection", _("Objection")
        BASIS = "basis", _("Withdrawal of the basis")
        REPORT = "report", _("Report from the public")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    case_kind = models.CharField(_("kind of case"), max_length=12, choices=CaseKind, blank=True)
    profile = models.CharField(_("city profile"), max_length=20, choices=Profile, blank=True)
    body_code = models.SlugField(
        _("only of the department"), max_length=60, blank=True, help_text=_("A rule so limited goes first.")
    )
    type_codes = ArrayField(
        models.SlugField(max_length=60), verbose_name=_("only of the types"), default=list, blank=True
    )
    instrument = models.ForeignKey(
        LegalInstrument,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("None: the procedure of this platform."),
    )
    article = models.CharField(_("article"), max_length=60, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verification = models.CharField(_("verification"), max_length=1, choices=Verification, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code


class ClockRule(DatedRule):
    """One term, as one instrument sets it from one day to another, for a kind of case."""

    class Clock(models.TextChoices):
        RESULT = "result", _("Result to the applicant")
        DECISION = "decision", _("Decision of the department")
        ANSWER = "answer", _("Answer of the applicant")
        APPEAL = "appeal", _("Decision on the appeal")
        MARK = "mark", _("Mark on the record")
        CHECK = "check", _("Check by the platform itself")
        FORWARD = "forward", _("Passing on to the department")
        REMOVAL = "removal", _("Removal after the decision")
        WITHDRAWAL = "withdrawal", _("Removal after the basis has gone")

    class Unit(models.TextChoices):
        WORKING_DAY = Unit.WORKING_DAY.value, _("working days")
        CALENDAR_DAY = Unit.CALENDAR_DAY.value, _("calendar days")
        MONTH = Unit.MONTH.value, _("months")
        YEAR = Unit.YEAR.value, _("years")

    clock = models.CharField(_("clock"), max_length=12, choices=Clock)
    value = models.PositiveSmallIntegerField(_("term"))
    unit = models.CharField(_("unit"), max_length=12, choices=Unit, default=Unit.WORKING_DAY)
    extend_by = models.PositiveSmallIntegerField(
        _("may be extended by"),
        null=True,
        blank=True,
        help_text=_("Of its unit; by a supervisor, with reasons."),
    )
    at_most = models.PositiveSmallIntegerField(_("at most in all"), null=True, blank=True)
    suspends = models.BooleanField(
        _("suspends disclosure"),
        default=False,
        help_text=_("While the department checks an objection, the record is not shown to the public."),
    )
    compares = models.BooleanField(
        _("tells what comparing found"),
        default=False,
        db_default=False,
        help_text=_(
            "What is shown is compared with what was sent, and the applicant is told what came of it."
        ),
    )

    class Meta:
        verbose_name = _("rule of a clock")
        ordering = ("profile", "case_kind", "clock", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_clock_rule_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=(Q(instrument=None) & Q(verification=""))
                | (Q(instrument__isnull=False) & ~Q(verification="")),
                name="a_clock_rule_of_an_instrument_says_how_far_it_is_verified",
            ),
        ]

    @property
    def term(self) -> Term:
        return Term(self.value, Unit(self.unit))


class SectorRule(models.Model):
    """How a sector with a repair of its own, tax or customs, repairs records of a type, from one day to another.

    Like those of clocks these rows are ended and followed, not changed, so that the code written down in a case
    names for good by what it was filed.
    """

    class Effect(models.TextChoices):
        """What a repair does to the record."""

        POINTS = "points", _("Points come back; the record stays and says when it was corrected")
        LEVEL = "level", _("The level ends; the department says which one holds instead")
        FOLLOWS = "follows", _("Follows from the points of other records")
        NONE = "none", _("What was read gives nothing back")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    record_type = models.SlugField(_("type of record"), max_length=60)
    field_name = models.SlugField(
        _("field"), max_length=60, help_text=_("Of the type: what it says decides whether the rule fits.")
    )
    values = ArrayField(models.CharField(max_length=60), verbose_name=_("values"))
    absent_field = models.SlugField(
        _("absent field"),
        max_length=60,
        blank=True,
        help_text=_("It fits only where this field says nothing."),
    )
    barred = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("shut out"),
        default=list,
        blank=True,
        help_text=_("What the department cannot put in the place of the level that ends."),
    )
    effect = models.CharField(_("effect"), max_length=10, choices=Effect)
    scheme = models.SlugField(
        _("scheme"),
        max_length=60,
        blank=True,
        help_text=_("The published scheme whose table gives points back."),
    )
    conditions_zh = models.TextField(_("conditions in Chinese"), blank=True)
    conditions_en = models.TextField(_("conditions in English"), blank=True)
    instrument = models.ForeignKey(LegalInstrument, on_delete=models.PROTECT, related_name="+")
    article = models.CharField(_("article"), max_length=60, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)
    verification = models.CharField(_("verification"), max_length=1, choices=Verification)

    class Meta:
        verbose_name = _("rule of a sector")
        ordering = ("record_type", "valid_from", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_sector_rule_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=(Q(effect="points") & ~Q(scheme="")) | (~Q(effect="points") & Q(scheme="")),
                name="points_and_nothing_else_come_back_by_a_scheme",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def conditions(self) -> str:
        return in_readers_language(self.conditions_zh, self.conditions_en)

    @property
    def cited(self) -> str:
        """The instrument and the article, as a reader cites them."""
        return f"{self.instrument.number or self.instrument} {self.article}".strip()


class PaperRule(DatedRule):
    """One paper that is handed in with what is filed, as one instrument asks for it from one day to another.

    All that an instrument asks for on a day are its rows for that day; which instrument governs says
    `repair.paper_rules`. A case keeps the codes of the rows by which it was found complete.
    """

    class Paper(models.TextChoices):
        APPLICATION = "application", _("Application")
        PROOF = "proof", _("Proof of performance")
        EVIDENCE = "evidence", _("Papers that show it")
        DECISION = "decision", _("Decision by which the basis falls")
        COMMITMENT = "commitment", _("Credit commitment letter")
        LICENCE = "licence", _("Copy of the business licence")
        IDENTITY = "identity", _("Proof of who applies")
        OTHER = "other", _("What else the law asks for")

    paper = models.CharField(_("paper"), max_length=12, choices=Paper)

    class Meta:
        verbose_name = _("rule of papers")
        ordering = ("profile", "case_kind", "valid_from", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_paper_rule_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=(Q(instrument=None) & Q(verification=""))
                | (Q(instrument__isnull=False) & ~Q(verification="") & ~Q(source="")),
                name="a_paper_rule_of_an_instrument_says_where_it_was_read",
            ),
        ]


class ProfileChoice(models.Model):
    """From which day the city follows which local regulation: append-only, the last one for a day holds."""

    profile = models.CharField(_("city profile"), max_length=20, choices=Profile, blank=True)
    since = models.DateField(_("from"))
    reason = models.CharField(_("why"), max_length=500)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("choice of a city profile")
        ordering = ("-since", "-pk")
        triggers = [
            pgtrigger.Protect(
                name="choices_of_profile_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_profile_display()}, {self.since}"


class CaseClock(models.Model):
    """A term that runs in a case: for the department, for the applicant, for the whole.

    The day follows from where it counts from and how long it has (`repair.deadlines`); both are kept with the
    rule, so that it can be reckoned anew once the State Council publishes a year that it crosses, or the rules
    change.
    """

    class Kind(models.TextChoices):
        RESULT = "result", _("Result to the applicant")
        DECISION = "decision", _("Decision of the department")
        ANSWER = "answer", _("Answer of the applicant")
        APPEAL = "appeal", _("Decision on the appeal")
        WITHDRAWAL = "withdrawal", _("Removal after the basis has gone")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(_("clock"), max_length=10, choices=Kind)
    rule = models.SlugField(_("rule"), max_length=60, help_text=_("Its row among the rules of clocks."))
    started_on = models.DateField(_("started on"))
    given = models.PositiveSmallIntegerField(_("term given by the rule"))
    counts_from = models.DateField(_("counts from"), help_text=_("The day itself is not counted."))
    days = models.SmallIntegerField(
        _("days"),
        help_text=_("Less than nothing when a clock that was already over stood still and goes on."),
    )
    unit = models.CharField(_("unit"), max_length=12, choices=ClockRule.Unit, default=Unit.WORKING_DAY.value)
    due_on = models.DateField(_("due on"))
    is_provisional = models.BooleanField(default=False)
    may_extend_by = models.PositiveSmallIntegerField(_("may be extended by"), null=True, blank=True)
    at_most = models.PositiveSmallIntegerField(_("at most in all"), null=True, blank=True)
    extended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    extended_because = models.TextField(_("why it was extended"), blank=True)
    paused_on = models.DateField(_("stands still since"), null=True, blank=True)
    days_left = models.SmallIntegerField(_("days left while it stands still"), null=True, blank=True)
    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    overdue_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("clock of a case")
        constraints = [
            models.UniqueConstraint(
                fields=("case", "kind"),
                condition=Q(stopped_on=None),
                name="one_running_clock_of_a_kind_per_case",
            ),
            models.CheckConstraint(
                condition=Q(paused_on=None, days_left=None)
                | Q(paused_on__isnull=False, days_left__isnull=False),
                name="a_clock_that_stands_still_knows_what_is_left",
            ),
            models.CheckConstraint(
                condition=Q(extended_by=None, extended_because="")
                | (Q(extended_by__isnull=False) & ~Q(extended_because="")),
                name="an_extension_has_an_approver_and_reasons",
            ),
        ]
        indexes = [models.Index(fields=("due_on",), condition=Q(stopped_on=None), name="clocks_that_run")]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_kind_display()}, {self.due_on}"

    @property
    def term(self) -> Term:
        return Term(self.days, Unit(self.unit))


class CaseStep(models.Model):
    """One step that a case took: append-only, the memory that everyone touched can read."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=120)
    actor_body = models.ForeignKey(
        SubmittingBody, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=30)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    version = models.PositiveIntegerField(help_text=_("The version of the case after the step."))
    note = models.TextField(blank=True)
    is_internal = models.BooleanField(default=False, help_text=_("Hidden from the applicant."))

    class Meta:
        ordering = ("at", "pk")
        triggers = [
            pgtrigger.Protect(
                name="case_steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.action}"

    @property
    def who(self) -> str:
        """The actor's name in the reader's language; a step without actor the platform took by itself."""
        return str(self.actor) if self.actor else gettext("The platform")


class CaseDocument(models.Model):
    """A paper that belongs to a case."""

    class Kind(models.TextChoices):
        COMMITMENT = "commitment", _("Credit commitment letter")
        PROOF = "proof", _("Proof of performance")
        DECISION = "decision", _("Decision by which the basis falls")
        TRAINING = "training", _("Certificate of training")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    document = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        related_name="case_documents",
        help_text=_("Cases that are filed together may share it."),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("document of a case")
        ordering = ("kind", "added_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("case",), condition=Q(kind="commitment"), name="a_case_has_one_commitment_letter"
            ),
            models.UniqueConstraint(fields=("case", "document"), name="a_paper_belongs_to_a_case_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.document}"


class CaseNumber(models.Model):
    """The last number given to a case of a kind in a year; locked while the next one is taken."""

    kind = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("kind", "year"), name="one_counter_for_a_kind_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year} {self.last}"
