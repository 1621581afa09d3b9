"""The catalogue in the browser: one writes, another publishes, and what has begun is never edited."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, NotPermitted, WrongState
from entities.cataloguing import selectors
from entities.cataloguing.content import compared, content_of
from entities.models import (
    CatalogueProposal,
    CreditRecord,
    LegalInstrument,
    PublicityRule,
    RecordType,
    RecordTypeVersion,
    RulesTurn,
)
from entities.services import cataloguing, publishing
from entities.services.publishing import end_publicity, follow_the_rules
from tests.factories import (
    BodyFactory,
    InstrumentFactory,
    MemberFactory,
    PublicityRuleFactory,
    RecordFactory,
    RecordTypeFactory,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def office():
    return BodyFactory(kind="lead_office")


@pytest.fixture
def author(office):
    return MemberFactory(body=office, role="lead")


@pytest.fixture
def colleague(office):
    return MemberFactory(body=office, role="lead")


@pytest.fixture
def tomorrow():
    return timezone.localdate() + DAY


@pytest.fixture
def soon(tomorrow):
    return (tomorrow + 30 * DAY).isoformat()


def propose(author, version, act, reason="the law changes", **changes) -> CatalogueProposal:
    """A draft of that act, with what the version says except for the changes."""
    kind = {
        RecordTypeVersion: "record_type", PublicityRule: "publicity_rule", LegalInstrument: "instrument",
    }[type(version)]  # fmt: skip
    versions = selectors.versions_of(version)
    return cataloguing.save_proposal(
        by=author,
        kind=kind,
        act=act,
        code=selectors.code_of(versions),
        content=content_of(version) | {"source": "read in the gazette"} | changes,
        reason=reason,
        target=version.pk,
    )


def publish(author, colleague, version, act, **changes) -> CatalogueProposal:
    proposal = propose(author, version, act, **changes)
    cataloguing.send_proposal(by=author, proposal_id=proposal.pk)
    return cataloguing.publish_proposal(by=colleague, proposal_id=proposal.pk)


# Four eyes


def test_a_draft_changes_nothing_in_the_catalogue(author, penalty, soon):
    before = content_of(penalty.versions.get())
    propose(author, penalty.versions.get(), "version", valid_from=soon, disclosure="shared")
    assert content_of(penalty.versions.get()) == before


def test_nobody_publishes_their_own_proposal(author, colleague, penalty, soon):
    proposal = propose(author, penalty.versions.get(), "version", valid_from=soon)
    cataloguing.send_proposal(by=author, proposal_id=proposal.pk)
    with pytest.raises(NotPermitted, match="a colleague"):
        cataloguing.publish_proposal(by=author, proposal_id=proposal.pk)
    assert cataloguing.publish_proposal(by=colleague, proposal_id=proposal.pk).state == "published"


def test_whoever_changed_a_draft_last_is_its_author(author, colleague, penalty, soon):
    propose(author, penalty.versions.get(), "version", valid_from=soon)
    proposal = propose(colleague, penalty.versions.get(), "version", valid_from=soon, disclosure="shared")
    cataloguing.send_proposal(by=author, proposal_id=proposal.pk)
    with pytest.raises(NotPermitted):
        cataloguing.publish_proposal(by=colleague, proposal_id=proposal.pk)


def test_the_database_itself_refuses_a_proposal_published_by_its_author(author, penalty, soon):
    proposal = propose(author, penalty.versions.get(), "version", valid_from=soon)
    with pytest.raises(IntegrityError, match="nobody_publishes_their_own"), transaction.atomic():
        CatalogueProposal.objects.filter(pk=proposal.pk).update(state="published", decided_by=author)


@pytest.mark.parametrize("role", ["clerk", "reviewer", "supervisor", "officer"])
def test_only_the_lead_office_writes_proposals(role, penalty, soon):
    with pytest.raises(NotPermitted):
        propose(MemberFactory(role=role), penalty.versions.get(), "version", valid_from=soon)


def test_saving_the_same_draft_again_leaves_one_and_one_trace(author, penalty, soon):
    first = propose(author, penalty.versions.get(), "version", valid_from=soon)
    assert propose(author, penalty.versions.get(), "version", valid_from=soon) == first
    assert AuditEvent.objects.filter(verb="entities.catalogue.drafted").count() == 1


def test_a_returned_proposal_is_changed_and_put_forward_again(author, colleague, penalty, soon):
    proposal = propose(author, penalty.versions.get(), "version", valid_from=soon)
    cataloguing.send_proposal(by=author, proposal_id=proposal.pk)
    with pytest.raises(WrongState):
        propose(author, penalty.versions.get(), "version", valid_from=soon, disclosure="own")
    with pytest.raises(InvalidInput):
        cataloguing.return_proposal(by=colleague, proposal_id=proposal.pk, note=" ")
    cataloguing.return_proposal(by=colleague, proposal_id=proposal.pk, note="name the article")
    again = propose(author, penalty.versions.get(), "version", valid_from=soon, article="art. 9")
    assert (again.pk, again.state) == (proposal.pk, "draft")


def test_a_proposal_says_why(author, penalty, soon):
    with pytest.raises(InvalidInput) as refused:
        propose(author, penalty.versions.get(), "version", reason="  ", valid_from=soon)
    assert set(refused.value.problems) == {"reason"}


# Versions


def test_a_new_version_ends_the_one_before_and_leaves_what_it_said(author, colleague, penalty, body, soon):
    old = penalty.versions.get()
    said = content_of(old)
    publish(author, colleague, old, "version", valid_from=soon, disclosure="shared", submit_within_days=7)
    old.refresh_from_db()
    newer = penalty.versions.get(valid_from=soon)
    assert content_of(old) == said | {"valid_to": (newer.valid_from - DAY).isoformat()}
    assert (newer.disclosure, newer.submit_within_days, newer.valid_to) == ("shared", 7, None)
    assert list(newer.submitters.all()) == [body]


def test_what_has_begun_is_not_edited(author, penalty):
    with pytest.raises(InvalidInput, match="never edited"):
        propose(author, penalty.versions.get(), "change", disclosure="own")


def test_what_has_not_begun_is_changed_and_moved(author, colleague, penalty, soon, tomorrow):
    publish(author, colleague, penalty.versions.get(), "version", valid_from=soon)
    later = (tomorrow + 60 * DAY).isoformat()
    publish(author, colleague, penalty.versions.last(), "change", valid_from=later, disclosure="own")
    first, second = penalty.versions.order_by("valid_from")
    assert (second.valid_from.isoformat(), second.disclosure) == (later, "own")
    assert second.valid_from - first.valid_to == DAY


def test_what_has_not_begun_is_removed_and_the_one_before_goes_on(author, colleague, penalty, soon):
    publish(author, colleague, penalty.versions.get(), "version", valid_from=soon)
    publish(author, colleague, penalty.versions.last(), "remove")
    assert penalty.versions.get().valid_to is None


def test_a_version_that_another_has_followed_is_not_followed_again(
    author, colleague, penalty, soon, tomorrow
):
    old = penalty.versions.get()
    publish(author, colleague, old, "version", valid_from=soon)
    with pytest.raises(WrongState, match="newer version"):
        propose(author, old, "version", valid_from=tomorrow.isoformat())


def test_a_new_version_does_not_begin_before_records_that_follow_the_old_one(author, penalty, body):
    record = RecordFactory(record_type=penalty, submitted_by=body)
    with pytest.raises(InvalidInput, match="1 records decided since then"):
        propose(author, penalty.versions.get(), "version", valid_from=record.decided_on.isoformat())


def test_a_version_does_not_begin_before_its_legal_basis(author, penalty, soon, tomorrow):
    late = InstrumentFactory(in_force_from=tomorrow + 90 * DAY)
    with pytest.raises(InvalidInput, match="in force from"):
        propose(author, penalty.versions.get(), "version", valid_from=soon, instrument=late.code)


def test_without_a_legal_basis_nothing_is_collected(author, penalty, soon):
    with pytest.raises(InvalidInput) as refused:
        propose(author, penalty.versions.get(), "version", valid_from=soon, instrument="")
    assert "instrument" in refused.value.problems


def test_a_type_ends_on_its_last_day_and_not_before_today(author, colleague, penalty):
    today = timezone.localdate()
    with pytest.raises(InvalidInput):
        propose(author, penalty.versions.get(), "end", valid_to=(today - DAY).isoformat())
    publish(author, colleague, penalty.versions.get(), "end", valid_to=today.isoformat())
    assert penalty.versions.get().valid_to == today


def test_with_an_instrument_ends_what_stands_on_it(author, colleague, penalty):
    today, version = timezone.localdate(), penalty.versions.get()
    rule = PublicityRuleFactory(record_types=[penalty], instrument=version.instrument)
    publish(author, colleague, version.instrument, "end", in_force_to=today.isoformat())
    version.refresh_from_db()
    rule.refresh_from_db()
    assert version.valid_to == rule.valid_to == today
    ended = AuditEvent.objects.filter(verb="entities.catalogue.ended").order_by("pk")
    assert [(event.target_id, event.actor) for event in ended] == [
        (str(version.pk), colleague), (str(rule.pk), colleague),
    ]  # fmt: skip


def in_its_place(author, old, first_day) -> CatalogueProposal:
    return cataloguing.save_proposal(
        by=author,
        kind="instrument",
        act="add",
        code="order-99",
        content=content_of(old)
        | {
            "in_force_from": first_day.isoformat(),
            "in_force_to": None,
            "replaces": old.code,
            "source": "gazette",
        },
        reason="new order",
    )


def test_an_instrument_that_has_begun_ends_nothing_backwards(author, penalty):
    version = penalty.versions.get()
    with pytest.raises(InvalidInput) as refused:
        in_its_place(author, version.instrument, timezone.localdate())
    assert "would end before today" in refused.value.problems["in_force_from"][0]
    version.refresh_from_db()
    assert version.valid_to is None


def test_what_is_to_begin_on_an_instrument_is_changed_before_the_instrument_ends(author, tomorrow):
    future = PublicityRuleFactory(valid_from=tomorrow + DAY)
    with pytest.raises(InvalidInput) as refused:
        in_its_place(author, future.instrument, tomorrow)
    assert "change them first" in refused.value.problems["replaces"][0]
    with pytest.raises(InvalidInput, match="change them first"):
        propose(author, future.instrument, "end", in_force_to=tomorrow.isoformat())


def test_an_instrument_that_takes_the_place_of_another_ends_it(author, colleague, tomorrow):
    old = InstrumentFactory()
    proposal = cataloguing.save_proposal(
        by=author,
        kind="instrument",
        act="add",
        code="order-99",
        content=content_of(old)
        | {"in_force_from": tomorrow.isoformat(), "replaces": old.code, "source": "gazette"},
        reason="new order",
    )
    cataloguing.send_proposal(by=author, proposal_id=proposal.pk)
    cataloguing.publish_proposal(by=colleague, proposal_id=proposal.pk)
    old.refresh_from_db()
    assert old.in_force_to == tomorrow - DAY
    assert LegalInstrument.objects.get(code="order-99").replaces == old


def test_noting_that_a_text_was_read_changes_only_what_is_known_of_it(author, colleague):
    instrument = InstrumentFactory(name_zh="原名")
    publish(
        author, colleague, instrument, "verify",
        verification="V", verified_by="Fang Zhou", verified_on="2026-05-06", name_zh="别名",
    )  # fmt: skip
    instrument.refresh_from_db()
    assert (instrument.verification, instrument.verified_on) == ("V", date(2026, 5, 6))
    assert instrument.name_zh == "原名"


NEW_TYPE = {
    "name_zh": "合同违约", "name_en": "Breach of contract", "polarity": "negative", "family": "public", "category": "other",
    "valid_to": None, "article": "", "disclosure": "public", "severity_classes": ["general"], "submit_within_days": 7,
    "archive_months": None, "delete_months": None, "retention_start": "end", "retention_source": "", "extra_fields": [], "source": "gazette", "verification": "B",
}  # fmt: skip


def new_type(author, body, **changes) -> CatalogueProposal:
    content = NEW_TYPE | {
        "valid_from": "2026-01-01", "instrument": InstrumentFactory().code, "submitters": [body.code],
    }  # fmt: skip
    return cataloguing.save_proposal(
        by=author,
        kind="record_type",
        act="add",
        code="contract-breach",
        content=content | changes,
        reason="new",
    )


def test_a_new_type_is_there_when_it_is_published_and_gone_when_it_is_removed_in_time(
    author, colleague, body, soon
):
    proposal = new_type(author, body, valid_from=soon)
    assert not RecordType.objects.filter(code="contract-breach").exists()
    cataloguing.send_proposal(by=author, proposal_id=proposal.pk)
    cataloguing.publish_proposal(by=colleague, proposal_id=proposal.pk)
    version = RecordTypeVersion.objects.get(record_type__code="contract-breach")
    assert (version.severity_classes, version.submit_within_days) == (["general"], 7)
    publish(author, colleague, version, "remove")
    assert not RecordType.objects.filter(code="contract-breach").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_en": ""}, "name_zh"),
        ({"submitters": []}, "submitters"),
        ({"submitters": ["nobody"]}, "submitters"),
        ({"source": ""}, "source"),
        ({"family": "market"}, "submitters"),
        ({"polarity": "neutral"}, "severity_classes"),
        ({"valid_to": "2025-01-01"}, "valid_to"),
        ({"extra_fields": [{"name": "Ground", "type": "text", "label_zh": "原因", "label_en": "Ground"}]}, "extra_fields.0"),
        ({"extra_fields": [{"name": "ground", "type": "text", "label_zh": "原因", "label_en": ""}]}, "extra_fields.0"),
        ({"extra_fields": [{"name": "ground", "type": "code", "label_zh": "原因", "label_en": "Ground"}]}, "extra_fields.0"),
        ({"extra_fields": [{"name": "a", "type": "text", "label_zh": "甲", "label_en": "A"}] * 2}, "extra_fields"),
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_said_beside_its_field(author, body, changes, field):
    with pytest.raises(InvalidInput) as refused:
        new_type(author, body, **changes)
    assert field in refused.value.problems


def test_two_open_proposals_about_one_entry_do_not_stand_side_by_side(author, body, soon):
    new_type(author, body)
    with pytest.raises(IntegrityError, match="one_open_proposal"), transaction.atomic():
        CatalogueProposal.objects.create(
            kind="record_type", act="add", code="contract-breach", reason="x", drafted_by=author
        )


# Rules and the records that they date


def test_a_new_version_of_a_rule_dates_its_records_anew_and_leaves_a_trace(
    author, colleague, penalty, body, django_capture_on_commit_callbacks
):
    rule = PublicityRuleFactory(record_types=[penalty], max_months=12)
    record = RecordFactory(
        record_type=penalty, submitted_by=body, publicity_rule=rule, decided_on=date(2026, 9, 1)
    )
    today = timezone.localdate().isoformat()
    publish(author, colleague, rule, "version", valid_from=today, min_months=3, max_months=6)
    end_publicity(as_of=timezone.localdate())
    record.refresh_from_db()
    assert record.publish_until == date(2027, 3, 1)
    assert record.publicity_rule.replaces == rule
    assert AuditEvent.objects.filter(verb="entities.record.dated_anew", target_id=str(record.pk)).count() == 1


def test_publishing_a_rule_hurries_the_dating_of_records(
    author, colleague, penalty, body, django_capture_on_commit_callbacks, monkeypatch
):
    asked = []
    monkeypatch.setattr("entities.tasks.follow_the_rules.delay", lambda *args: asked.append(args))
    rule = PublicityRuleFactory(record_types=[penalty])
    with django_capture_on_commit_callbacks(execute=True):
        publish(author, colleague, rule, "version", valid_from=timezone.localdate().isoformat(), max_months=6)
    assert asked == [()]


def test_a_published_rule_dates_its_records_within_a_minute_even_where_every_message_is_lost(
    author, colleague, penalty, body
):
    today = timezone.localdate()
    follow_the_rules(today=today)
    rule = PublicityRuleFactory(record_types=[penalty], max_months=12)
    record = RecordFactory(
        record_type=penalty, submitted_by=body, publicity_rule=rule, decided_on=date(2026, 9, 1)
    )
    publish(author, colleague, rule, "version", valid_from=today.isoformat(), min_months=3, max_months=6)
    assert follow_the_rules(today=today) is True
    record.refresh_from_db()
    assert record.publish_until == date(2027, 3, 1)
    assert follow_the_rules(today=today) is False
    assert not RulesTurn.objects.filter(done_at=None).exists()


def test_a_rule_whose_first_day_has_come_dates_its_records_with_the_day(
    author, colleague, penalty, body, soon
):
    today = timezone.localdate()
    rule = PublicityRuleFactory(record_types=[penalty], max_months=12)
    record = RecordFactory(
        record_type=penalty, submitted_by=body, publicity_rule=rule, decided_on=date(2026, 9, 1),
        publish_until=date(2027, 9, 1),
    )  # fmt: skip
    publish(author, colleague, rule, "version", valid_from=soon, min_months=3, max_months=6)
    follow_the_rules(today=today)
    record.refresh_from_db()
    assert record.publish_until == date(2027, 9, 1)
    assert follow_the_rules(today=date.fromisoformat(soon)) is True
    record.refresh_from_db()
    assert record.publish_until == date(2027, 3, 1)


def test_work_that_breaks_off_leaves_the_wish(penalty, monkeypatch):
    def broken(*, as_of):
        raise ConnectionError

    monkeypatch.setattr(publishing, "end_publicity", broken)
    with pytest.raises(ConnectionError):
        follow_the_rules(today=timezone.localdate())
    monkeypatch.undo()
    assert follow_the_rules(today=timezone.localdate()) is True


def test_the_versions_of_a_rule_are_one_entry_under_the_first_ones_code(author, colleague, penalty, soon):
    rule = PublicityRuleFactory(code="order-1", record_types=[penalty])
    publish(author, colleague, rule, "version", valid_from=soon, max_months=6)
    versions = selectors.entry_versions("publicity_rule", "order-1")
    assert [one.code for one in versions] == ["order-1-v2", "order-1"]
    assert selectors.entry_versions("publicity_rule", "order-1-v2") == versions
    publish(author, colleague, versions[0], "remove")
    assert PublicityRule.objects.get(pk=rule.pk).valid_to is None


def test_a_rule_that_says_nothing_is_refused(author, penalty, soon):
    rule = PublicityRuleFactory(record_types=[penalty])
    with pytest.raises(InvalidInput, match="says nothing"):
        propose(author, rule, "version", valid_from=soon, min_months=None, max_months=None)
    with pytest.raises(InvalidInput, match="not longer"):
        propose(author, rule, "version", valid_from=soon, min_months=13)


# Comparing


def test_two_versions_are_compared_field_by_field(author, colleague, penalty, soon):
    old = penalty.versions.get()
    field = {"name": "ground", "type": "text", "label_zh": "原因", "label_en": "Ground", "required": True}
    publish(author, colleague, old, "version", valid_from=soon, disclosure="own", extra_fields=[field])
    old.refresh_from_db()
    newer = penalty.versions.last()
    lines = compared("record_type", content_of(old), content_of(newer), selectors.names())
    differing = {line.name: (line.was, line.text) for line in lines if line.differs}
    assert differing["disclosure"] == ("Public", "The submitting body only")
    assert differing["extra_fields.ground"] == ("", "ground: text; required")
    assert set(differing) == {"valid_from", "valid_to", "disclosure", "extra_fields.ground", "source"}


# Pages


@pytest.fixture
def browse(client):
    def get(user, name, *args, **query):
        if user:
            client.force_login(user)
        return client.get(reverse(f"entities:{name}", args=args), query)

    return get


@pytest.fixture
def send(client):
    def post(user, name, *args, **data):
        client.force_login(user)
        return client.post(reverse(f"entities:{name}", args=args), data)

    return post


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("section", ["types", "rules", "instruments"])
def test_anybody_reads_the_catalogue(browse, penalty, section):
    rule = PublicityRuleFactory(record_types=[penalty])
    names = {"types": penalty.name_en, "rules": rule.code, "instruments": rule.instrument.name_en}
    assert names[section] in text_of(browse(None, "catalogue-section", section))


def test_anybody_reads_which_text_took_the_place_of_another_and_from_which_day(
    client, author, colleague, tomorrow
):
    old = InstrumentFactory(name_en="The old order", in_force_from=date(2021, 3, 1))
    newer = content_of(old) | {
        "in_force_from": tomorrow.isoformat(), "replaces": old.code, "name_en": "The new order", "source": "gazette",
    }  # fmt: skip
    proposal = cataloguing.save_proposal(
        by=author, kind="instrument", act="add", code="order-99", content=newer, reason="new order"
    )
    cataloguing.send_proposal(by=author, proposal_id=proposal.pk)
    cataloguing.publish_proposal(by=colleague, proposal_id=proposal.pk)
    key = LegalInstrument.objects.get(code="order-99").pk
    page = client.get(reverse("entities:catalogue-entry", args=("instruments", "order-99")))
    assert "<h1" in page.text and "The old order" in page.text, "what holds today"
    assert f"?version={key}" in page.text
    to_come = client.get(page.request["PATH_INFO"], {"version": key}).text
    assert "The new order" in to_come
    assert [row["first"] for row in page.context["versions"]] == [tomorrow, date(2021, 3, 1)]
    assert [row["last"] for row in page.context["versions"]] == [None, tomorrow - DAY]
    assert reverse("entities:catalogue-compare", args=("instruments", old.code)) in to_come


def test_what_is_not_verified_is_shown_so(browse, penalty):
    page = text_of(browse(None, "catalogue-entry", "types", penalty.code))
    assert "Not verified" in page
    assert "New version" not in page


def test_a_reader_compares_two_versions_on_a_page(browse, author, colleague, penalty, soon):
    publish(author, colleague, penalty.versions.get(), "version", valid_from=soon, disclosure="own")
    page = text_of(browse(None, "catalogue-compare", "types", penalty.code))
    assert "<del>Public</del>" in page
    assert "<ins>The submitting body only</ins>" in page


@pytest.mark.parametrize("role", ["clerk", "supervisor", "officer"])
def test_proposals_are_not_there_for_others(browse, author, penalty, soon, role):
    proposal = propose(author, penalty.versions.get(), "version", valid_from=soon)
    reader = MemberFactory(role=role)
    assert browse(reader, "catalogue-proposals").status_code == 404
    assert browse(reader, "catalogue-proposal", proposal.pk).status_code == 404
    assert browse(reader, "catalogue-propose", "types", penalty.code, "version").status_code == 404


def typed_type(version, **changes) -> dict:
    """The form of a record type as a browser sends it, with its extra fields."""
    content = content_of(version) | changes
    data = {name: value for name, value in content.items() if value not in (None, [])}
    extras = data.pop("extra_fields", [])
    data |= {"extra-TOTAL_FORMS": len(extras), "extra-INITIAL_FORMS": 0, "reason": "the law changes"}
    for place, extra in enumerate(extras):
        data |= {f"extra-{place}-{name}": value for name, value in extra.items()}
    return data


def test_the_whole_way_in_the_browser(browse, send, author, colleague, penalty, soon):
    version = penalty.versions.get()
    field = {
        "name": "ground",
        "type": "code",
        "label_zh": "原因",
        "label_en": "Ground",
        "choices": "*a | 甲 | A\nb | 乙 | B",
    }
    assert browse(author, "catalogue-propose", "types", penalty.code, "version").status_code == 200
    data = typed_type(version, valid_from=soon, source="gazette", extra_fields=[field])
    answer = send(author, "catalogue-propose", "types", penalty.code, "version", **data)
    proposal = CatalogueProposal.objects.get()
    assert answer["Location"] == reverse("entities:catalogue-proposal", args=(proposal.pk,))
    assert "Put before a colleague" in text_of(browse(author, "catalogue-proposal", proposal.pk))
    send(author, "catalogue-proposal-send", proposal.pk)
    own = text_of(browse(author, "catalogue-proposal", proposal.pk))
    publishes = f'action="{reverse("entities:catalogue-proposal-publish", args=(proposal.pk,))}"'
    assert "A colleague publishes it" in own
    assert publishes not in own
    assert publishes in text_of(browse(colleague, "catalogue-proposal", proposal.pk))
    send(colleague, "catalogue-proposal-publish", proposal.pk)
    (extra,) = penalty.versions.last().extra_fields
    assert extra["public_values"] == ["a"]
    assert [choice["code"] for choice in extra["choices"]] == ["a", "b"]


def test_a_form_with_something_wrong_keeps_what_was_typed(send, author, penalty):
    data = typed_type(penalty.versions.get(), valid_from="1999-01-01", source="gazette", article="art. 77")
    answer = send(author, "catalogue-propose", "types", penalty.code, "version", **data)
    assert answer.status_code == 422
    assert "art. 77" in text_of(answer)
    assert "this one begins later" in text_of(answer)


def test_a_wrong_extra_field_is_said_beside_its_row(send, author, penalty, soon):
    field = {"name": "ground", "type": "code", "label_zh": "原因", "label_en": "Ground"}
    data = typed_type(penalty.versions.get(), valid_from=soon, source="gazette", extra_fields=[field])
    answer = send(author, "catalogue-propose", "types", penalty.code, "version", **data)
    assert answer.status_code == 422
    assert "A code list has choices" in text_of(answer)


@pytest.mark.parametrize("section", ["types", "rules", "instruments"])
def test_the_form_of_a_new_entry_opens(browse, author, section):
    assert browse(author, "catalogue-add", section).status_code == 200


def test_a_proposal_shows_what_it_would_do_to_records(browse, author, penalty, body):
    rule = PublicityRuleFactory(record_types=[penalty])
    RecordFactory(record_type=penalty, submitted_by=body, publicity_rule=rule)
    proposal = propose(author, rule, "version", valid_from=timezone.localdate().isoformat(), max_months=6)
    page = text_of(browse(author, "catalogue-proposal", proposal.pk))
    assert "1 records in force have their dates from this rule now." in page


def test_a_colleague_returns_a_proposal_with_a_note(browse, send, author, colleague, penalty, soon):
    proposal = propose(author, penalty.versions.get(), "version", valid_from=soon)
    cataloguing.send_proposal(by=author, proposal_id=proposal.pk)
    assert send(colleague, "catalogue-proposal-return", proposal.pk).status_code == 422
    send(colleague, "catalogue-proposal-return", proposal.pk, note="name the article")
    assert "name the article" in text_of(browse(author, "catalogue-proposal", proposal.pk))


@pytest.mark.parametrize(
    "address", ["/catalogue/nothing/", "/catalogue/types/nothing/", "/catalogue/types/x/compare/"]
)
def test_what_is_not_in_the_catalogue_is_not_there(client, address):
    assert client.get(address).status_code == 404


# The interface for systems


def test_systems_read_the_catalogue_of_a_day(client, author, colleague, penalty, body, soon):
    publish(author, colleague, penalty.versions.get(), "version", valid_from=soon, disclosure="own")
    now = client.get("/api/v1/catalogue/types/").json()
    then = client.get("/api/v1/catalogue/types/", {"on": soon}).json()
    assert [one["disclosure"] for one in now] == ["public"]
    assert [one["disclosure"] for one in then] == ["own"]
    assert then[0]["submitters"] == [body.code]
    both = client.get(f"/api/v1/catalogue/types/{penalty.code}/").json()
    assert [one["valid_from"] for one in both] == [soon, "2000-01-01"]


def test_systems_read_rules_and_instruments(client, penalty):
    rule = PublicityRuleFactory(record_types=[penalty])
    assert client.get("/api/v1/catalogue/rules/").json()[0]["record_types"] == [penalty.code]
    assert client.get(f"/api/v1/catalogue/rules/{rule.code}/").json()[0]["max_months"] == 12
    codes = {one["code"] for one in client.get("/api/v1/catalogue/instruments/").json()}
    assert rule.instrument.code in codes
    assert client.get("/api/v1/catalogue/instruments/nothing/").status_code == 404
    assert client.get("/api/v1/catalogue/types/", {"on": "2026-13-01"}).status_code == 422


# What the catalogue lets in


def test_a_type_whose_time_is_over_takes_nothing_more(body, clerk, entity, draft):
    today = timezone.localdate()
    gone = RecordTypeFactory(submitters=[body], version__valid_to=today - DAY)
    from entities.services.records import save_draft

    with pytest.raises(NotPermitted, match="not in force"):
        save_draft(by=clerk, body=body, entity=entity, record_type=gone, draft=draft)
    assert not CreditRecord.objects.exists()
