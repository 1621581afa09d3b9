"""Things for tests, on invented names. A factory knows the words of its field: `MemberFactory(body=…, role="clerk")`.

Records are made as they would stand in the registry, but without the services: what a service does is
for its own test to call.
"""

from datetime import date, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from credit_platform.accounts.models import User
from entities import codes, naming
from entities.models import (
    CreditRecord,
    Document,
    Entity,
    EntityAgent,
    LegalInstrument,
    Membership,
    PublicityRule,
    RecordType,
    RecordTypeVersion,
    Submission,
    SubmittingBody,
)
from entities.services import moving
from evaluation.models import CurrentRating, RatingChange
from evaluation.schemes.in_force import SchemeInForce, schemes_in_force
from evaluation.schemes.shipped import shipped_schemes
from evaluation.services import install_scheme
from repair.missing.models import MissingRecord
from repair.models import Case, CaseClock

PASSWORD = "correct horse battery staple"
#: A region that GB/T 2260 has not given to any place.
INVENTED_REGION = "339702"


def invented_code(number: int, region: str = INVENTED_REGION) -> str:
    """A unified social credit code that passes both checks and belongs to nobody: the number makes it unique."""
    places, rest = [], number
    for _place in range(5):
        rest, digit = divmod(rest, len(codes.ALPHABET))
        places.append(codes.ALPHABET[digit])
    organisation = "MX9" + "".join(reversed(places))
    organisation += codes.inner_check_character(organisation)
    first = f"91{region}{organisation}"
    return first + codes.outer_check_character(first)


class UserFactory(DjangoModelFactory):
    """Somebody with an account and nothing else: a stranger to every body and entity."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    name_zh = factory.Sequence(lambda n: f"林甲{n}")
    name_en = factory.Sequence(lambda n: f"Lin Jia {n}")
    password = factory.django.Password(PASSWORD)


class BodyFactory(DjangoModelFactory):
    """A department; `kind=` makes an association or the lead office of it."""

    class Meta:
        model = SubmittingBody

    code = factory.Sequence(lambda n: f"body-{n}")
    kind = SubmittingBody.Kind.DEPARTMENT
    name_zh = factory.Sequence(lambda n: f"云汀市第{n}局")
    name_en = factory.Sequence(lambda n: f"Yunting Bureau No. {n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    body = factory.SubFactory(BodyFactory)
    role = Membership.Role.CLERK


class MemberFactory(UserFactory):
    """A user with one role in a body, a new department unless one is given. (Not an association's member entity.)"""

    @classmethod
    def _create(cls, model_class, *args, body: SubmittingBody | None = None, role: str = "clerk", **kwargs):
        person = super()._create(model_class, *args, **kwargs)
        MembershipFactory(user=person, body=body or BodyFactory(), role=role)
        return person


class EntityFactory(DjangoModelFactory):
    """An invented enterprise with a code that passes its checks."""

    class Meta:
        model = Entity

    credit_code = factory.Sequence(invented_code)
    name_zh = factory.Sequence(lambda n: f"云汀市禾谷{n}号食品有限公司")
    name_en = factory.Sequence(lambda n: f"Yunting Hegu No. {n} Food Co., Ltd.")
    name_key = factory.LazyAttribute(lambda entity: naming.name_key(entity.name_zh))
    initials = factory.LazyAttribute(lambda entity: naming.initials(entity.name_zh))
    region_code = INVENTED_REGION
    district = "汀东区"
    industry_code = "C1411"
    registered_on = date(2019, 3, 1)


class AgentFactory(DjangoModelFactory):
    """The standing of a person as an entity's agent; `AgentFactory(entity=…).user` is the person."""

    class Meta:
        model = EntityAgent

    user = factory.SubFactory(UserFactory)
    entity = factory.SubFactory(EntityFactory)


class InstrumentFactory(DjangoModelFactory):
    class Meta:
        model = LegalInstrument

    code = factory.Sequence(lambda n: f"instrument-{n}")
    name_zh = factory.Sequence(lambda n: f"云汀市信用条例第{n}号")
    name_en = factory.Sequence(lambda n: f"Yunting Credit Rules No. {n}")
    in_force_from = date(2000, 1, 1)
    verification = LegalInstrument.Verification.BACKGROUND


class RecordTypeFactory(DjangoModelFactory):
    """A type with one version in force.

    `submitters=[…]` names the bodies, `version__disclosure=` its disclosure.
    """

    class Meta:
        model = RecordType
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"type-{n}")
    name_zh = factory.Sequence(lambda n: f"行政处罚{n}")
    name_en = factory.Sequence(lambda n: f"Penalty {n}")
    polarity = RecordType.Polarity.NEGATIVE
    family = RecordType.Family.PUBLIC

    version = factory.RelatedFactory(
        "tests.factories.RecordTypeVersionFactory", factory_related_name="record_type"
    )

    @factory.post_generation
    def submitters(self, create, extracted, **kwargs):
        for version in self.versions.all() if extracted else ():
            version.submitters.add(*extracted)


class RecordTypeVersionFactory(DjangoModelFactory):
    class Meta:
        model = RecordTypeVersion

    record_type = factory.SubFactory(RecordTypeFactory, version=None)
    valid_from = date(2000, 1, 1)
    instrument = factory.SubFactory(InstrumentFactory)
    disclosure = RecordTypeVersion.Disclosure.PUBLIC


class PublicityRuleFactory(DjangoModelFactory):
    """Three months to a year from the decision, as for general violations; `record_types=[…]` names the types."""

    class Meta:
        model = PublicityRule
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"rule-{n}")
    instrument = factory.SubFactory(InstrumentFactory)
    start = PublicityRule.Start.DECISION
    min_months = 3
    max_months = 12
    valid_from = date(2000, 1, 1)
    verification = LegalInstrument.Verification.BACKGROUND

    @factory.post_generation
    def record_types(self, create, extracted, **kwargs):
        if extracted:
            self.record_types.add(*extracted)

    @factory.post_generation
    def submitters(self, create, extracted, **kwargs):
        if extracted:
            self.submitters.add(*extracted)


def _today() -> date:
    return timezone.localdate()


class RecordFactory(DjangoModelFactory):
    """A public penalty in force, decided ten days ago. `status="draft"` and the like give the other states.

    The type is submitted by the body, and the body's clerk entered it.
    """

    class Meta:
        model = CreditRecord

    entity = factory.SubFactory(EntityFactory)
    submitted_by = factory.SubFactory(BodyFactory)
    record_type = factory.LazyAttribute(lambda record: RecordTypeFactory(submitters=[record.submitted_by]))
    type_version = factory.LazyAttribute(lambda record: record.record_type.versions.last())
    document_number = factory.Sequence(lambda n: f"云市监罚〔2026〕{n:04d}号")
    title = "罚款32000元"
    facts = "未记录进货查验"
    legal_basis = "《食品安全法》第一百二十六条"
    authority = "云汀市市场监督管理局"
    severity_class = factory.LazyAttribute(
        lambda record: "general" if record.record_type.polarity == RecordType.Polarity.NEGATIVE else ""
    )
    decided_on = factory.LazyFunction(lambda: _today() - timedelta(days=10))
    status = CreditRecord.Status.PUBLISHED
    published_on = factory.LazyAttribute(
        lambda record: None if record.status in CreditRecord.UNDER_PREPARATION else _today()
    )
    entered_by = factory.LazyAttribute(lambda record: MemberFactory(body=record.submitted_by))


class DocumentFactory(DjangoModelFactory):
    """The row of a file; nothing lies in the file store unless `file=` gives it."""

    class Meta:
        model = Document

    file = "documents/none"
    name = "penalties.csv"
    size = 1
    sha256 = "0" * 64
    content_type = "text/csv"
    uploaded_by = factory.SubFactory(UserFactory)


class SubmissionFactory(DjangoModelFactory):
    """A file of a body that has been checked and may be confirmed."""

    class Meta:
        model = Submission

    body = factory.SubFactory(BodyFactory)
    format_code = "penalties"
    uploaded_by = factory.LazyAttribute(lambda submission: MemberFactory(body=submission.body))
    document = factory.SubFactory(DocumentFactory, uploaded_by=factory.SelfAttribute("..uploaded_by"))
    state = Submission.State.READY


def repairable_record(**record) -> CreditRecord:
    """A penalty that may be repaired since long and is still public for long, under a rule of its own."""
    record = RecordFactory(**{"decided_on": _today() - timedelta(days=150)} | record)
    PublicityRuleFactory(record_types=[record.record_type])
    return record


UNDECIDED = ("draft", "submitted", "more_material", "withdrawn", "settled")
UNAPPEALED = (
    *UNDECIDED, "proposed", "granted", "refused", "upheld", "dismissed", "removed", "kept", "record_withdrawn",
)  # fmt: skip


class CaseFactory(DjangoModelFactory):
    """An application as it stands in a state: `CaseFactory(state="proposed")`, with its clocks and who took part.

    A clerk of the department proposed, a supervisor decided, someone of the lead office decided the appeal.
    """

    class Meta:
        model = Case
        skip_postgeneration_save = True

    record = factory.LazyFunction(repairable_record)
    number = factory.Sequence(lambda n: f"XF-2025-12-{n:04d}")
    kind = Case.Kind.REPAIR
    entity = factory.SelfAttribute("record.entity")
    deciding_body = factory.SelfAttribute("record.submitted_by")
    opened_by = factory.LazyAttribute(lambda case: AgentFactory(entity=case.entity).user)
    state = Case.State.SUBMITTED
    statement = "The fine was paid and the register of purchases is kept."
    submitted_at = factory.LazyAttribute(lambda case: None if case.state == "draft" else timezone.now())
    ground = factory.LazyAttribute(lambda case: "wrong" if case.kind == Case.Kind.OBJECTION else "")
    basis_outcome = factory.LazyAttribute(lambda case: "revoked" if case.kind == Case.Kind.BASIS else "")
    basis_forum = factory.LazyAttribute(lambda case: "court" if case.kind == Case.Kind.BASIS else "")
    basis_authority = factory.LazyAttribute(
        lambda case: "Yunting Intermediate Court" if case.kind == Case.Kind.BASIS else ""
    )
    basis_number = factory.LazyAttribute(lambda case: "(2026) 17" if case.kind == Case.Kind.BASIS else "")
    basis_decided_on = factory.LazyAttribute(lambda case: _today() if case.kind == Case.Kind.BASIS else None)
    proposal = factory.LazyAttribute(
        lambda case: (
            ""
            if case.state in UNDECIDED
            else {Case.Kind.OBJECTION: "end", Case.Kind.BASIS: "remove"}.get(case.kind, "grant")
        )
    )
    proposal_reasons = factory.LazyAttribute(lambda case: "All conditions are met." if case.proposal else "")
    proposed_by = factory.LazyAttribute(
        lambda case: MemberFactory(body=case.deciding_body) if case.proposal else None
    )
    decided_by = factory.LazyAttribute(
        lambda case: (
            None
            if case.state in (*UNDECIDED, "proposed")
            else MemberFactory(body=case.deciding_body, role="supervisor")
        )
    )
    decided_at = factory.LazyAttribute(lambda case: timezone.now() if case.decided_by else None)
    reasons = factory.LazyAttribute(lambda case: "The receipt is missing." if case.decided_by else "")
    appealed_at = factory.LazyAttribute(lambda case: None if case.state in UNAPPEALED else timezone.now())
    appeal_statement = factory.LazyAttribute(
        lambda case: "The receipt was there." if case.appealed_at else ""
    )
    appeal_decided_by = factory.LazyAttribute(
        lambda case: (
            MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
            if case.state == "appeal_dismissed"
            else None
        )
    )
    appeal_decided_at = factory.LazyAttribute(lambda case: timezone.now() if case.appeal_decided_by else None)
    appeal_reasons = factory.LazyAttribute(lambda case: "It was not there." if case.appeal_decided_by else "")
    due_on = factory.LazyAttribute(
        lambda case: _today() + timedelta(days=4) if case.state in CLOCKS_OF else None
    )

    @factory.post_generation
    def clocks(self, create, extracted, **kwargs):
        for kind in CLOCKS_OF.get(self.state, ()):
            waits = self.state == "more_material" and kind != "answer"
            CaseClock.objects.create(
                case=self,
                kind=kind,
                rule={"result": "result-gbf-2025-22", "decision": "decision-gbf-2025-22"}.get(
                    kind, f"{kind}-platform"
                ),
                started_on=_today(),
                given={"result": 10, "decision": 3}.get(kind, 10),
                counts_from=_today(),
                days=3,
                due_on=self.due_on,
                paused_on=_today() if waits else None,
                days_left=3 if waits else None,
            )


CLOCKS_OF = {
    "submitted": ("result", "decision"),
    "proposed": ("result", "decision"),
    "more_material": ("result", "decision", "answer"),
    "appealed": ("appeal",),
}


def merged_away(gone: Entity, stays: Entity) -> Entity:
    """Merge one entity into another, by two people of the lead office; gives the one that stays."""
    office = BodyFactory(kind="lead_office")
    author, colleague = (MemberFactory(body=office, role="lead") for _ in range(2))
    move = moving.propose_move(by=author, kind="merge", source=gone, target=stays, because="one licence")
    moving.carry_out_move(by=colleague, move_id=move.pk)
    return stays


def install_shipped_schemes() -> dict[str, SchemeInForce]:
    """The schemes that come with the platform, published; by code."""
    for shipped in shipped_schemes():
        install_scheme(
            by=None,
            code=shipped.code,
            facts=shipped.facts,
            document=shipped.document,
            effective_from=shipped.effective_from,
        )
    return {one.scheme.code: one for one in schemes_in_force(_today())}


class RatingChangeFactory(DjangoModelFactory):
    """A change of a grade that no records stand behind."""

    class Meta:
        model = RatingChange

    entity = factory.SubFactory(EntityFactory)
    scheme = factory.LazyAttribute(lambda change: change.version.scheme)
    at = factory.LazyFunction(timezone.now)
    as_of = factory.LazyFunction(_today)


class CurrentRatingFactory(DjangoModelFactory):
    """A stored grade that no records stand behind; where the reasons matter, make records and rate them."""

    class Meta:
        model = CurrentRating

    entity = factory.SubFactory(EntityFactory)
    scheme = factory.LazyAttribute(lambda rating: rating.version.scheme)
    as_of = factory.LazyFunction(_today)
    points = 80_00
    grade = "B"
    place = factory.LazyAttribute(lambda rating: "ABCD".index(rating.grade) if rating.grade else None)
    records_counted = 1
    changed_at = factory.LazyFunction(timezone.now)
    rated_at = factory.LazyFunction(timezone.now)


class MissingRecordFactory(DjangoModelFactory):
    """What an entity says is missing, and its body has not answered."""

    class Meta:
        model = MissingRecord

    entity = factory.SubFactory(EntityFactory)
    body = factory.SubFactory(BodyFactory)
    record_type = factory.SubFactory(RecordTypeFactory)
    number = factory.Sequence(lambda n: f"QS-2099-12-{n:04d}")
    statement = "The commendation of May is not there."
    opened_by = factory.LazyAttribute(lambda missing: AgentFactory(entity=missing.entity).user)
    due_on = factory.LazyFunction(lambda: _today() + timedelta(days=7))
    rule = "objection-result-platform"
