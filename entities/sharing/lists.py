"""The registry's lists and those of sharing, as files."""

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.audit.models import AccessEntry
from credit_platform.common.errors import Missing
from credit_platform.common.exporting import Column, Kind
from credit_platform.ui.formats import listed
from entities import lists, looks, policies as registry
from entities.models import CreditRecord, Entity
from entities.penalty_kinds import PenaltyKind
from entities.sharing import exports, feed, places, policies, selectors
from entities.sharing.exports import Export
from entities.sharing.feed import Told
from entities.sharing.filters import LookFilter
from entities.sharing.models import Change, Webhook, WebhookMessage


def offer() -> None:
    """Offer them; called once, when the apps are loaded."""
    for export in (*_registry_lists(), *_access_lists(), *_watch_lists()):
        exports.register(export)


def _registry_lists() -> tuple[Export, ...]:
    return (
        Export(
            code="records",
            title=gettext_lazy("Our records"),
            rows=lambda user, params: lists.own_records(user, params).qs,
            columns=record_columns,
            records=lambda record: (record,),
        ),
        Export(
            code="entity-records",
            title=gettext_lazy("Records"),
            rows=lists.records_of_entity,
            columns=record_columns,
            records=lambda record: (record,),
        ),
        Export(
            code="entities",
            title=gettext_lazy("Entities"),
            rows=lambda user, params: [match.entity for match in lists.found_entities(user, params)],
            columns=entity_columns,
        ),
        Export(
            code="submissions",
            title=gettext_lazy("Uploads"),
            rows=lists.submissions,
            columns=submission_columns,
        ),
        Export(code="inbox", title=gettext_lazy("Inbox"), rows=lists.notices, columns=notice_columns),
    )


def _access_lists() -> tuple[Export, ...]:
    return (
        Export(code="looks", title=gettext_lazy("Who looked at what"), rows=_looks, columns=look_columns),
        Export(
            code="who-looked",
            title=gettext_lazy("Who looked at us"),
            rows=_who_looked,
            columns=own_look_columns,
        ),
    )


def _watch_lists() -> tuple[Export, ...]:
    return (
        Export(
            code="watch-lists", title=gettext_lazy("Watch lists"), rows=_lists, columns=watch_list_columns
        ),
        Export(
            code="watch-changes",
            title=gettext_lazy("What changed"),
            rows=_changes,
            columns=change_columns,
            shaped=_told,
            records=lambda told: (told.about,) if told.about else (),
        ),
        Export(code="watched", title=gettext_lazy("Entities"), rows=_watched, columns=entity_columns),
        Export(code="receivers", title=gettext_lazy("Receivers"), rows=_receivers, columns=receiver_columns),
        Export(
            code="receiver-messages",
            title=gettext_lazy("Messages"),
            rows=_messages,
            columns=message_columns,
        ),
    )


def watch_list_columns() -> list[Column]:
    return [
        Column("list", _("List"), lambda row: row.watch_list.name),
        Column("body", _("Body"), lambda row: str(row.watch_list.body)),
        Column("kind", _("Which entities"), lambda row: row.watch_list.get_kind_display()),
        Column("entities", _("Entities"), lambda row: row.entities, Kind.WHOLE),
        Column("recent", _("Changes in seven days"), lambda row: row.recent, Kind.WHOLE),
    ]


def record_columns() -> list[Column]:
    """What a file says of records, which come `with_statement`."""
    return [
        Column("document_number", _("Document number"), lambda record: record.document_number),
        Column("record_type", _("Record type"), lambda record: str(record.record_type)),
        Column("credit_code", _("Unified social credit code"), lambda record: record.entity.credit_code),
        Column("entity", _("Entity"), lambda record: record.entity.name),
        Column("title", _("Title"), lambda record: record.title),
        Column("class", _("Class"), _class_of),
        Column("penalty_kinds", _("Kinds of penalty"), _kinds_of),
        Column("amount", _("Amount, yuan"), lambda record: record.amount, Kind.AMOUNT),
        Column("decided_on", _("Decided on"), lambda record: record.decided_on, Kind.DAY),
        Column("published_on", _("Published on"), lambda record: record.published_on, Kind.DAY),
        Column("publish_until", _("Public until"), lambda record: record.publish_until, Kind.DAY),
        Column("state", _("State"), lambda record: record.get_status_display()),
        Column("under_objection", _("Under objection"), lambda record: record.objected, Kind.FLAG),
        Column("submitted_by", _("Submitting body"), lambda record: str(record.submitted_by)),
        Column("statement", _("The entity's statement"), lambda record: record.statement),
    ]


def _class_of(record: CreditRecord) -> str:
    return record.get_severity_class_display() if record.severity_class else ""


def _kinds_of(record: CreditRecord) -> str:
    return listed(PenaltyKind(kind).label for kind in record.penalty_kinds)


def entity_columns() -> list[Column]:
    return [
        Column("credit_code", _("Unified social credit code"), lambda entity: entity.credit_code),
        Column("name_zh", _("Name in Chinese"), lambda entity: entity.name_zh),
        Column("name_en", _("Name in English"), lambda entity: entity.name_en),
        Column("status", _("Status"), lambda entity: entity.get_status_display()),
        Column("legal_form", _("Legal form"), lambda entity: entity.legal_form),
        Column("district", _("District"), lambda entity: entity.district),
        Column("region_code", _("Regions, GB/T 2260"), lambda entity: entity.region_code),
        Column("industry_code", _("Industries, GB/T 4754"), lambda entity: entity.industry_code),
        Column("registered_on", _("Registered on"), lambda entity: entity.registered_on, Kind.DAY),
    ]


def submission_columns() -> list[Column]:
    return [
        Column("file", _("File"), lambda one: one.document.name),
        Column("format", _("Format"), lambda one: one.format_code),
        Column("body", _("Body"), lambda one: str(one.body)),
        Column("state", _("State"), lambda one: one.get_state_display()),
        Column("before_a_reviewer", _("Before a reviewer"), lambda one: one.waits_for_two, Kind.FLAG),
        Column("rows", _("Rows"), lambda one: one.rows_total, Kind.WHOLE),
        Column("uploaded_by", _("Uploaded by"), lambda one: str(one.uploaded_by)),
        Column("uploaded_at", _("Uploaded"), lambda one: one.uploaded_at, Kind.MOMENT),
    ]


def notice_columns() -> list[Column]:
    return [
        Column("when", _("When"), lambda notice: notice.created_at, Kind.MOMENT),
        Column("what", _("What happened"), lambda notice: notice.text),
        Column("for", _("For"), lambda notice: str(notice.body or notice.entity or notice.user)),
        Column("noted_by", _("Noted by"), lambda notice: str(notice.acknowledged_by or "")),
        Column("noted_at", _("Noted"), lambda notice: notice.acknowledged_at, Kind.MOMENT),
    ]


# The access log


def _looks(user, params: QueryDict) -> QuerySet[AccessEntry]:
    if not policies.may_see_looks(user):
        raise Missing
    return looks_asked(user, params).qs


def looks_asked(user, params: QueryDict) -> LookFilter:
    """The access log as far as it is the user's, searched; only the lead office chooses among bodies."""
    found = LookFilter(params, selectors.looks_for_list(user=user))
    if not registry.is_lead(user):
        del found.form.fields["body"]
    return found


def _who_looked(user, params: QueryDict) -> QuerySet[AccessEntry]:
    entity = selectors.own_entity(user, params.get("entity", ""))
    return selectors.looks_at_entity(user=user, entity=entity)


def own_look_columns() -> list[Column]:
    return [
        Column("when", _("When"), lambda look: look.at, Kind.MOMENT),
        Column("body", _("Body"), lambda look: look.body_name),
        Column("way", _("By what way"), lambda look: look.get_way_display()),
        Column("purpose", _("Purpose"), lambda look: places.purpose_of(look.place)),
        Column("records", _("Records shown"), lambda look: len(look.record_ids), Kind.WHOLE),
    ]


def look_columns() -> list[Column]:
    return [
        *own_look_columns(),
        Column("person", _("Who"), selectors.who_looked),
        Column("entity", _("Entity"), lambda look: look.subject_label),
        Column("record_ids", _("Keys of the records"), lambda look: " ".join(map(str, look.record_ids))),
    ]


# Watch lists


def _watch_list(user, params: QueryDict):
    key = params.get("list", "")
    if not key.isdecimal() or len(key) > 18:
        raise Missing
    return selectors.watch_list_for_page(user=user, watch_list_id=int(key))


def _changes(user, params: QueryDict) -> QuerySet[Change]:
    one = _watch_list(user, params)
    return feed.newest_for(one.body, [one])


def _told(changes: Iterable[Change], user, params: QueryDict) -> Iterator[Told]:
    """The changes as the body that watches hears of them."""
    body, rest = _watch_list(user, params).body, iter(changes)
    while some := list(islice(rest, looks.CHUNK)):
        yield from feed.told(body, some)


def change_columns() -> list[Column]:
    return [
        Column("when", _("When"), lambda one: one.change.at, Kind.MOMENT),
        Column("what", _("What"), lambda one: one.change.get_kind_display()),
        Column("credit_code", _("Unified social credit code"), lambda one: one.entity.credit_code),
        Column("entity", _("Entity"), lambda one: one.entity.name),
        Column("record", _("Record"), lambda one: one.record.title if one.record else ""),
        Column(
            "document_number",
            _("Document number"),
            lambda one: one.record.document_number if one.record else "",
        ),
        Column("record_type", _("Record type"), lambda one: str(one.about.record_type) if one.about else ""),
        Column("scheme", _("Scheme"), lambda one: one.grade.name if one.grade else ""),
        Column("grade_before", _("Grade before"), lambda one: one.grade.was if one.grade else ""),
        Column("grade_now", _("Grade now"), lambda one: one.grade.now if one.grade else ""),
        Column(
            "submitted_by", _("Submitting body"), lambda one: str(one.about.submitted_by) if one.about else ""
        ),
    ]


def _lists(user, params: QueryDict) -> list[selectors.ListRow]:
    """The watch lists of one's bodies; `Missing` for who acts for none."""
    if not selectors.bodies_watching(user):
        raise Missing
    return selectors.list_rows(user=user)


def _watched(user, params: QueryDict) -> QuerySet[Entity]:
    return selectors.watched_entities(_watch_list(user, params))


def _receivers(user, params: QueryDict) -> QuerySet[Webhook]:
    """The receivers that one keeps; `Missing` for who keeps none for any body."""
    if not selectors.bodies_receiving(user):
        raise Missing
    return selectors.webhooks(user=user)


def receiver_columns() -> list[Column]:
    return [
        Column("address", _("Address"), lambda one: one.url),
        Column("body", _("Body"), lambda one: str(one.body)),
        Column("list", _("Watch list"), lambda one: one.watch_list.name if one.watch_list else ""),
        Column("paused_at", _("Paused"), lambda one: one.paused_at, Kind.MOMENT),
        Column("waiting", _("Waiting"), lambda one: one.waiting, Kind.WHOLE),
        Column("given_up", _("Given up"), lambda one: one.given_up, Kind.WHOLE),
        Column("last_taken", _("Last taken"), lambda one: one.last_taken, Kind.MOMENT),
    ]


def _messages(user, params: QueryDict) -> QuerySet[WebhookMessage]:
    asked = params.get("receiver", "")
    if not asked.isdecimal():
        raise Missing
    one = selectors.webhook_for_page(user=user, webhook_id=int(asked))
    return selectors.messages_of(one, given_up=params.get("show") == "given-up")


def message_columns() -> list[Column]:
    return [
        Column("written", _("Written"), lambda one: one.created_at, Kind.MOMENT),
        Column("key", _("Message"), str),
        Column("changes", _("Changes"), lambda one: one.changes, Kind.WHOLE),
        Column("state", _("State"), lambda one: one.state_said),
        Column("tries", _("Tries"), lambda one: one.attempts, Kind.WHOLE),
        Column("taken", _("Taken"), lambda one: one.delivered_at, Kind.MOMENT),
        Column("given_up", _("Given up"), lambda one: one.given_up_at, Kind.MOMENT),
        Column("answer", _("Last answer"), lambda one: one.last_error or one.last_status or ""),
    ]
