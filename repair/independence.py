"""Who had a hand in what a case is about, and therefore does not decide it: the only place that says so.

A hand has: who wrote, handed in or reviewed the record or one that it corrects; who answered before there was a
record, to a member that was told beforehand or to a report from the public; who proposed, decided, gave an opinion
or filed in the case itself, or in any other case about the same record, of whatever kind; who answered when that
record was said to be missing; and who acted for the entity when the case was begun, though no longer. Each reason is
said twice, of one case with its sentence and of many as a condition, and a test holds the two together. Imports no
models of this app, so that querysets can ask it.
"""

from datetime import datetime
from functools import reduce
from operator import or_

from django.apps import apps
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from credit_platform.audit.models import AuditEvent
from entities.document_numbers import number_key_in_sql
from entities.models import CreditRecord, EntityAgent, RecordType
from entities.policies import authors_of, written_by

PROPOSING = (
    "propose_grant",
    "propose_refuse",
    "propose_correct",
    "propose_end",
    "propose_dismiss",
    "propose_remove",
    "propose_keep",
)
#: Decisions of the department; who took one does not take another about the same record.
DECIDING = ("grant", "refuse", "uphold", "dismiss", "remove", "keep", "end_with_record")
#: Decisions of the lead office on an appeal.
HEARING = ("uphold_appeal", "dismiss_appeal", "remit")
OPINION = "opinion"
#: Steps of whoever asks for something: the entity, or the department that tells of a fallen basis itself.
ASKING = ("submit", "supply_material", "appeal", "withdraw_appeal")
TAKING_PART = (*ASKING, *PROPOSING, *DECIDING, *HEARING, OPINION)
#: The same people where the case itself names them.
NAMED = ("opened_by", "proposed_by", "decided_by", "appeal_decided_by")
#: What a record and all that it corrects have in common.
ONE_NUMBER = ("submitted_by", "record_type", "number_key")
#: Who said of a record that was missing whether it belongs in the registry.
NAMED_IN_MISSING = ("answered_by", "appeal_decided_by")
#: The same people in the steps, which are kept when an appeal opens it anew.
ANSWERING = ("enter", "refuse", "remit", "dismiss_appeal")
#: What an association answers to a member that it told beforehand; a later answer takes the place of an earlier in the row.
FOREWARNING = tuple(f"forewarning.notice.{deed}" for deed in ("declined", "put_right", "taken_back"))
#: By which an upheld report from the public becomes a record.
INTO_RECORD = "record"
#: What two questions about one missing record have in common.
ONE_MISSING = ("entity", "body", "record_type", "number_key")


def not_independent(user) -> Q:
    """The cases that the user may not decide, for every reason that `why_not_independent` knows."""
    same_record = {f"record__{name}": OuterRef(f"record__{name}") for name in ONE_NUMBER}
    versions = CreditRecord.objects.filter(
        pk__lte=OuterRef("record"), **{name: OuterRef(f"record__{name}") for name in ONE_NUMBER}
    )
    cases = _model("repair", "Case").filter(_named(user.pk, NAMED), **same_record)
    steps = _model("repair", "CaseStep").filter(
        actor=user.pk,
        action__in=TAKING_PART,
        **{f"case__{name}": outer for name, outer in same_record.items()},
    )
    missing = _model("missing", "MissingRecord").filter(
        _answered(user.pk),
        Q(record=OuterRef("record"))
        | Q(
            entity=OuterRef("record__entity"),
            body=OuterRef("record__submitted_by"),
            record_type=OuterRef("record__record_type"),
            number_key=OuterRef("record__number_key"),
        ),
    )
    wrote = versions.filter(written_by(user) | Q(reviewed_by=user.pk))
    acted = EntityAgent.objects.filter(
        _acting_since(OuterRef("opened_at")), entity=OuterRef("entity"), user=user.pk
    )
    parts = (steps, cases, wrote, missing, acted, *_earlier_stages(user.pk))
    return reduce(or_, (Q(Exists(part)) for part in parts))


def _earlier_stages(user_id: int) -> tuple[QuerySet, QuerySet]:
    """For the records of cases: what the user answered to a member or to the public before they were records."""
    forewarned = _by_number(_model("forewarning", "PriorNotice")).filter(
        Q(approved_by=user_id)
        | Q(answered_by=user_id)
        | Q(Exists(_answers(OuterRef("pk")).filter(actor=user_id))),
        body=OuterRef("record__submitted_by"),
        record_type=OuterRef("record__record_type"),
        number_key=OuterRef("record__number_key"),
    )
    reported = _model("public_reports", "PublicReport").filter(
        Q(answered_by=user_id) | Q(steps__actor=user_id),
        entity=OuterRef("record__entity"),
        steps__deed=INTO_RECORD,
        steps__body=OuterRef("record__submitted_by"),
        steps__note=OuterRef("record__record_type__code"),
        steps__at__lte=OuterRef("record__entered_at"),
    )
    return forewarned, reported


def _answers(notice: OuterRef) -> QuerySet[AuditEvent]:
    """All that was ever answered about a prior notice, as the log has it."""
    key = Cast(notice, CharField(max_length=60))
    return AuditEvent.objects.filter(
        target_type="forewarning.priornotice", verb__in=FOREWARNING, target_id=key
    )


def _acting_since(opened_at) -> Q:
    return Q(revoked_at=None) | Q(revoked_at__gte=opened_at)


def why_not_independent(user_id: int, case) -> str:
    """Why this person may not decide the case; "" when they may. `not_independent` says the same of many cases."""
    took = {step.action for step in case.steps.all() if step.actor_id == user_id}
    if user_id == case.proposed_by_id or took & set(PROPOSING):
        return _("You proposed a decision in this case yourself.")
    if user_id == case.decided_by_id or took & set(DECIDING):
        return _("You took the decision that is appealed against.")
    if user_id == case.appeal_decided_by_id or took & set(HEARING):
        return _("You decided on an appeal in this case already.")
    if user_id == case.opened_by_id or took & set(ASKING):
        return _("You filed this case, or answered in it for the side that filed it.")
    if OPINION in took:
        return _("You gave an opinion in this case.")
    if user_id in _acted_for_entity(case, since=case.opened_at):
        return _("You acted for %(entity)s when this case was begun.") % {"entity": case.entity}
    return hands_on_record(case.record).get(user_id) or _hands_on_other_cases(case).get(user_id, "")


def not_independent_of_missing(user) -> Q:
    """What is said to be missing that the user may not answer: they answered when the same was asked for before, or asked for it then."""
    same = {name: OuterRef(name) for name in ONE_MISSING}
    earlier = _model("missing", "MissingRecord").filter(_answered(user.pk), **same)
    acted = EntityAgent.objects.filter(
        _acting_since(OuterRef("filed_at")), entity=OuterRef("entity"), user=user.pk
    )
    return Q(Exists(earlier)) | Q(Exists(acted))


def why_not_independent_of_missing(user_id: int, missing) -> str:
    """Why this person may not answer; "" when they may. `not_independent_of_missing` says the same of many."""
    if not hasattr(missing, "_hands"):
        missing._hands = _who_answered(Q(**_values_of(missing, ONE_MISSING)))
    if user_id in missing._hands:
        return _("You answered when the same record was asked for before.")
    if user_id in _acted_for_entity(missing, since=missing.filed_at):
        return _("You acted for %(entity)s when this was asked for.") % {"entity": missing.entity}
    return ""


def hands_on_record(record) -> dict[int, str]:
    """Who wrote, handed in or reviewed the record or one that it corrects, or answered when it was missing.

    The person's key and the deed. A correction keeps the number of what it corrects, so all that is needed is
    found in a few queries, made once for each record object: a page asks about every step and everybody who might
    take it.
    """
    if not hasattr(record, "_hands"):
        record._hands = _hands_on(record)
    return record._hands


def _hands_on(record) -> dict[int, str]:
    versions = CreditRecord.objects.filter(pk__lte=record.pk, **_number_of(record)).select_related(
        "submission"
    )
    hands: dict[int, str] = {}
    for version in versions:
        if version.submission_id:
            for handed_in in (version.submission.uploaded_by_id, version.submission.confirmed_by_id):
                hands.setdefault(handed_in, _("You handed in the file with this record."))
        hands.setdefault(version.reviewed_by_id, _("You reviewed this record."))
    for authors in authors_of(versions).values():
        hands |= dict.fromkeys(authors, _("You had a part in writing this record."))
    hands |= {version.entered_by_id: _("You entered this record.") for version in versions}
    for person in _who_answered_a_member(record):
        hands.setdefault(person, _("You answered the member that was told of this before it was a record."))
    for person in _who_answered_a_report(record):
        hands.setdefault(person, _("You answered the report from the public that led to this record."))
    for person in _who_answered(Q(record=record.pk) | _said_of(record)):
        hands.setdefault(person, _("You answered when this record was said to be missing."))
    hands.pop(None, None)
    return hands


def _who_answered_a_member(record) -> set[int | None]:
    if record.record_type.family != RecordType.Family.MARKET:
        return set()
    same = {"body": record.submitted_by_id, "record_type": record.record_type_id}
    notices = _by_number(_model("forewarning", "PriorNotice")).filter(number_key=record.number_key, **same)
    rows = list(notices.values_list("pk", "approved_by", "answered_by"))
    people = {person for _key, *named in rows for person in named}
    if rows:
        asked = AuditEvent.objects.filter(
            target_type="forewarning.priornotice",
            verb__in=FOREWARNING,
            target_id__in=[str(key) for key, *_named in rows],
        )
        people |= set(asked.values_list("actor", flat=True))
    return people


def _who_answered_a_report(record) -> set[int | None]:
    """Of reports about its entity that its body took into a record of this type before this one was written."""
    if record.record_type.family != RecordType.Family.PUBLIC:
        return set()
    reports = _model("public_reports", "PublicReport").filter(
        entity=record.entity_id,
        steps__deed=INTO_RECORD,
        steps__body=record.submitted_by_id,
        steps__note=record.record_type.code,
        steps__at__lte=record.entered_at,
    )
    return {person for named in reports.values_list("answered_by", "steps__actor") for person in named}


def _acted_for_entity(asked, *, since: datetime) -> set[int]:
    """Who could act for the entity when something was asked for or after; read once for each object."""
    if not hasattr(asked, "_acted"):
        agents = EntityAgent.objects.filter(_acting_since(since), entity=asked.entity_id)
        asked._acted = set(agents.values_list("user", flat=True))
    return asked._acted


def _by_number(rows) -> QuerySet:
    """Everybody writes a number in their own way, so what names one is held against records by its key."""
    return rows.annotate(number_key=number_key_in_sql(F("document_number")))


def _said_of(record) -> Q:
    return Q(
        entity=record.entity_id,
        body=record.submitted_by_id,
        record_type=record.record_type_id,
        number_key=record.number_key,
    )


def _who_answered(asked: Q) -> set[int | None]:
    """The keys of those who ever answered one of these, or decided on appeal about it; None among them."""
    found = _model("missing", "MissingRecord").filter(asked).order_by()
    people: set[int | None] = set()
    for actor, action, *named in found.values_list("steps__actor", "steps__action", *NAMED_IN_MISSING):
        people |= {*named, actor} if action in ANSWERING else {*named}
    return people


def _answered(user_id: int) -> Q:
    return _named(user_id, NAMED_IN_MISSING) | Q(
        pk__in=_model("missing", "MissingStep").filter(actor=user_id, action__in=ANSWERING).values("missing")
    )


def _hands_on_other_cases(case) -> dict[int, str]:
    """Who had a part in another case about the same record: the person's key and which case; read once a case object."""
    if not hasattr(case, "_other_hands"):
        same_record = {f"record__{name}": key for name, key in _number_of(case.record).items()}
        others = _model("repair", "Case").filter(**same_record).exclude(pk=case.pk).order_by("pk")
        case._other_hands = {}
        for number, actor, action, *named in others.values_list(
            "number", "steps__actor", "steps__action", *NAMED
        ):
            people = [*named, actor] if action in TAKING_PART else named
            for person in people:
                case._other_hands[person] = _(
                    "You had a part in case %(number)s, which was about the same record."
                ) % {"number": number}
    return case._other_hands


def _number_of(record) -> dict:
    return _values_of(record, ONE_NUMBER)


def _values_of(row, fields) -> dict:
    return {name: getattr(row, row._meta.get_field(name).attname) for name in fields}


def _named(user_id: int, fields) -> Q:
    found = Q()
    for name in fields:
        found |= Q(**{name: user_id})
    return found


def _model(app: str, name: str):
    return apps.get_model(app, name)._base_manager.all()
