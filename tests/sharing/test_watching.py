"""Bodies follow entities, and are told: of the day in one notice, of what is serious at once."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from associations.models import Association, Member
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted
from entities.models import CreditRecord, Notice, RecordTypeVersion
from entities.sharing.models import WatchDigest, WatchedEntity, WatchList
from entities.sharing.services import successions, watching
from entities.sharing.services.watching import ListDraft
from tests.factories import (
    AgentFactory,
    BodyFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    RecordTypeFactory,
    UserFactory,
)

TODAY = timezone.localdate
PICKED = ListDraft(name="Kitchens", kind="picked")


@pytest.fixture
def body(db):
    return BodyFactory()


@pytest.fixture
def clerk(body):
    return MemberFactory(body=body)


@pytest.fixture
def entity(db):
    return EntityFactory()


@pytest.fixture
def watch_list(clerk, body, entity):
    return watching.begin_list(by=clerk, body=body, draft=PICKED, credit_codes=[entity.credit_code])[0]


def test_codes_are_added_once_and_unknown_ones_given_back(clerk, watch_list, entity):
    other = EntityFactory()
    added = watching.add_entities(
        by=clerk,
        watch_list_id=watch_list.pk,
        credit_codes=[entity.credit_code, other.credit_code.lower(), "9" * 18],
    )
    assert (added.added, added.there, added.unknown) == (1, 1, ("9" * 18,))
    assert WatchedEntity.objects.filter(watch_list=watch_list).count() == 2
    assert AuditEvent.objects.filter(verb="sharing.list.added_to").count() == 2


def test_nobody_keeps_the_list_of_another_body(watch_list, entity):
    stranger = MemberFactory()
    with pytest.raises(NotPermitted):
        watching.begin_list(by=stranger, body=watch_list.body, draft=PICKED)
    for act in (
        lambda: watching.add_entities(
            by=stranger, watch_list_id=watch_list.pk, credit_codes=[entity.credit_code]
        ),
        lambda: watching.take_entity(
            by=stranger, watch_list_id=watch_list.pk, credit_code=entity.credit_code
        ),
        lambda: watching.change_list(by=stranger, watch_list_id=watch_list.pk, draft=PICKED),
        lambda: watching.end_list(by=stranger, watch_list_id=watch_list.pk),
    ):
        with pytest.raises(Missing):
            act()
    assert WatchedEntity.objects.count() == 1


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (ListDraft(name=" ", kind="picked"), "name"),
        (ListDraft(name="Kitchens", kind="picked"), "name"),
        (ListDraft(name="Places", kind="place"), "region_codes"),
        (ListDraft(name="Members", kind="group", group="members"), "group"),
    ],
)
def test_a_list_that_means_nothing_is_refused(clerk, watch_list, draft, field):
    with pytest.raises(InvalidInput) as refusal:
        watching.begin_list(by=clerk, body=watch_list.body, draft=draft)
    assert field in refusal.value.problems


def test_a_list_with_wrong_codes_only_is_not_begun_at_all(clerk, body):
    with pytest.raises(InvalidInput):
        watching.begin_list(by=clerk, body=body, draft=PICKED, credit_codes=["  "])
    assert not WatchList.objects.exists()


def test_an_association_follows_its_members_as_they_come_and_go(db):
    association = BodyFactory(kind="association")
    officer = MemberFactory(body=association, role="officer")
    member = Member.objects.create(
        association=Association.objects.create(body=association), entity=EntityFactory(),
        joined_on=TODAY() - timedelta(days=9), basis="charter",
    )  # fmt: skip
    draft = ListDraft(name="Members", kind="group", group="members")
    made, _added = watching.begin_list(by=officer, body=association, draft=draft)
    assert _meant(made) == {member.entity_id}
    member.left_on = TODAY()
    member.save()
    assert _meant(made) == set()


def _meant(watch_list) -> set[int]:
    from entities.sharing import selectors

    return set(selectors.watched_entities(watch_list).values_list("pk", flat=True))


# What the clock tells


@pytest.mark.django_db(transaction=True)
def test_a_day_is_one_notice_however_much_changed_and_however_often_it_is_asked(watch_list, body, entity):
    for _ in range(3):
        RecordFactory(entity=entity)
    CreditRecord.objects.update(status="expired")
    RecordFactory()
    assert watching.tell_of_the_day(day=TODAY()) == 1
    assert watching.tell_of_the_day(day=TODAY()) == 0
    notice = Notice.objects.get(kind="sharing.digest")
    assert (notice.body, notice.params["changes"], notice.params["entities"]) == (body, 6, 1)
    assert WatchDigest.objects.get().counts == {"published": 3, "expired": 3}
    RecordFactory(entity=entity)
    assert watching.tell_of_the_day(day=TODAY() + timedelta(days=1)) == 1
    assert Notice.objects.filter(kind="sharing.digest").latest("pk").params["changes"] == 1


@pytest.mark.django_db(transaction=True)
def test_an_association_hears_each_day_of_its_members_and_of_nobody_else():
    association = BodyFactory(kind="association")
    officer = MemberFactory(body=association, role="officer")
    profile = Association.objects.create(body=association)
    here, gone = (
        Member.objects.create(
            association=profile,
            entity=EntityFactory(),
            joined_on=TODAY() - timedelta(days=9),
            basis="charter",
        )
        for _member in range(2)
    )
    draft = ListDraft(name="Members", kind="group", group="members")
    watching.begin_list(by=officer, body=association, draft=draft)
    gone.left_on = TODAY()
    gone.save()
    for entity in (here.entity, gone.entity, EntityFactory()):
        RecordFactory(entity=entity)
    RecordFactory(entity=here.entity, record_type=RecordTypeFactory(version__disclosure="shared"))
    assert watching.tell_of_the_day(day=TODAY()) == 1
    notice = Notice.objects.get(kind="sharing.digest")
    assert (notice.body, notice.params["changes"], notice.params["entities"]) == (association, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_day_without_changes_is_told_to_nobody(watch_list):
    assert watching.tell_of_the_day(day=TODAY()) == 0
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_serious_misconduct_is_told_at_once_and_once(watch_list, body, entity):
    RecordFactory(entity=entity)
    serious = RecordFactory(entity=entity, severity_class="serious")
    RecordFactory(severity_class="serious")
    assert watching.tell_of_serious() == 1
    assert watching.tell_of_serious() == 0
    notice = Notice.objects.get(kind="sharing.serious")
    assert notice.body == body
    assert serious.document_number in str(notice)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_before_the_end_tells_nothing_twice(watch_list, entity, monkeypatch):
    RecordFactory(entity=entity, severity_class="serious")
    RecordFactory(entity=entity, severity_class="serious")
    told = []

    def die_at_the_second(watch_list, record, tell=watching._notice_of):
        tell(watch_list, record)
        told.append(record)
        if len(told) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(watching, "_notice_of", die_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            watching.tell_of_serious()
    assert not Notice.objects.exists()
    assert watching.tell_of_serious() == 2
    assert Notice.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_list_that_wants_to_be_left_alone_is(clerk, watch_list, entity):
    draft = ListDraft(name="Kitchens", kind="picked", digest=False, urgent=False)
    watching.change_list(by=clerk, watch_list_id=watch_list.pk, draft=draft)
    RecordFactory(entity=entity, severity_class="serious")
    assert watching.tell_of_serious() + watching.tell_of_the_day(day=TODAY()) == 0


@pytest.mark.django_db(transaction=True)
def test_what_came_while_a_list_was_left_alone_is_not_told_afterwards(clerk, watch_list, entity):
    quiet = ListDraft(name="Kitchens", kind="picked", digest=False, urgent=False)
    watching.change_list(by=clerk, watch_list_id=watch_list.pk, draft=quiet)
    RecordFactory(entity=entity, severity_class="serious")
    watching.change_list(by=clerk, watch_list_id=watch_list.pk, draft=PICKED)
    assert watching.tell_of_serious() + watching.tell_of_the_day(day=TODAY()) == 0
    RecordFactory(entity=entity, severity_class="serious")
    assert watching.tell_of_serious() == 1


@pytest.mark.django_db(transaction=True)
def test_of_very_many_serious_records_one_notice_says_how_many(watch_list, entity):
    for _number in range(watching.NOTICES_AT_ONCE + 1):
        RecordFactory(entity=entity, severity_class="serious")
    assert watching.tell_of_serious() == 1
    assert str(watching.NOTICES_AT_ONCE + 1) in str(Notice.objects.get().params)


@pytest.mark.django_db(transaction=True)
def test_a_list_of_a_body_that_is_gone_is_told_nothing(watch_list, body, entity):
    RecordFactory(entity=entity, severity_class="serious")
    body.is_active, body.successor = False, BodyFactory()
    body.save()
    assert watching.tell_of_serious() + watching.tell_of_the_day(day=TODAY()) == 0


def _gone(body, successor) -> None:
    body.is_active, body.successor = False, successor
    body.save()


def test_a_list_of_a_body_that_is_gone_goes_on_with_its_successor_which_hears_of_it(watch_list, body, entity):
    between, heir = BodyFactory(), BodyFactory()
    _gone(between, heir)
    _gone(body, between)
    watching.begin_list(by=MemberFactory(body=heir), body=heir, draft=PICKED)
    assert successions.pass_on() == 1
    watch_list.refresh_from_db()
    assert (watch_list.body, watch_list.name) == (heir, f"Kitchens ({body.name_zh})")
    assert _meant(watch_list) == {entity.pk}
    assert Notice.objects.get(kind="sharing.list-passed-on").body == heir
    assert AuditEvent.objects.filter(verb="sharing.list.passed_on", actor=None).count() == 1
    assert successions.pass_on() == 0


@pytest.mark.django_db(transaction=True)
def test_what_came_while_a_list_had_no_body_is_not_told_to_the_successor(watch_list, body, entity):
    heir = BodyFactory()
    _gone(body, heir)
    RecordFactory(entity=entity, severity_class="serious")
    successions.pass_on()
    assert watching.tell_of_serious() == 0
    RecordFactory(entity=entity, severity_class="serious")
    assert watching.tell_of_serious() == 1
    assert Notice.objects.get(kind="sharing.serious").body == heir


def test_a_list_of_members_ends_with_a_word_where_the_successor_has_none(db):
    association, department = BodyFactory(kind="association"), BodyFactory()
    Association.objects.create(body=association)
    officer = MemberFactory(body=association, role="officer")
    draft = ListDraft(name="Members", kind="group", group="members")
    made, _added = watching.begin_list(by=officer, body=association, draft=draft)
    _gone(association, department)
    successions.pass_on()
    made.refresh_from_db()
    assert made.ended_at and made.body == association
    assert Notice.objects.get(kind="sharing.list-ended").body == department


@pytest.mark.django_db(transaction=True)
def test_a_notice_says_nothing_of_what_a_record_says_where_it_is_only_shared(watch_list, entity):
    record = RecordFactory(entity=entity, severity_class="serious", title="Hidden", withheld=True)
    RecordTypeVersion.objects.filter(pk=record.type_version_id).update(disclosure="shared")
    watching.tell_of_serious()
    notice = Notice.objects.get()
    assert notice.kind == "sharing.serious-shared"
    assert "Hidden" not in str(notice.params)


@pytest.mark.django_db(transaction=True)
def test_an_association_hears_of_serious_misconduct_that_is_public_and_of_no_other():
    association = BodyFactory(kind="association")
    officer = MemberFactory(body=association, role="officer")
    member = Member.objects.create(
        association=Association.objects.create(body=association), entity=EntityFactory(),
        joined_on=TODAY() - timedelta(days=9), basis="charter",
    )  # fmt: skip
    draft = ListDraft(name="Members", kind="group", group="members")
    watching.begin_list(by=officer, body=association, draft=draft)
    shared = RecordTypeFactory(version__disclosure="shared")
    RecordFactory(entity=member.entity, severity_class="serious", record_type=shared)
    RecordFactory(entity=member.entity, severity_class="serious", withheld=True)
    assert watching.tell_of_serious() == 0
    assert not Notice.objects.exists()
    public = RecordFactory(entity=member.entity, severity_class="serious")
    assert watching.tell_of_serious() == 1
    assert Notice.objects.get().params["number"] == public.document_number


# The pages


def test_a_clerk_begins_a_list_from_a_file_with_names_beside_the_codes(client, clerk, body, entity):
    client.force_login(clerk)
    file = SimpleUploadedFile("codes.csv", f"名称,代码\n{entity.name_zh},{entity.credit_code}\n".encode())
    answer = client.post(
        "/watch/new/", {"body": body.pk, "name": "Kitchens", "kind": "picked", "digest": "on", "file": file}
    )
    made = WatchList.objects.get()
    assert answer.headers["Location"] == f"/watch/{made.pk}/"
    assert (made.digest, made.urgent) == (True, False)
    assert _meant(made) == {entity.pk}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"region_codes": "990000"}, "knows no region 990000"),
        ({"industry_codes": "Z9"}, "is no industry code"),
        ({}, "Give a region or an industry"),
    ],
)
def test_a_circle_that_is_not_known_is_said_beside_its_field(client, clerk, body, typed, said):
    client.force_login(clerk)
    answer = client.post("/watch/new/", {"body": body.pk, "name": "Circle", "kind": "place"} | typed)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_the_page_of_a_list_shows_what_changed_and_takes_an_entity_away(client, clerk, watch_list, entity):
    record = RecordFactory(entity=entity)
    client.force_login(clerk)
    page = client.get(f"/watch/{watch_list.pk}/").content.decode()
    assert record.document_number in page
    client.post(f"/watch/{watch_list.pk}/take/", {"code": entity.credit_code})
    assert record.document_number not in client.get(f"/watch/{watch_list.pk}/").content.decode()


def test_a_record_that_is_over_is_named_without_its_title(client, clerk, watch_list, entity):
    RecordFactory(entity=entity, title="机密的标题", status="withdrawn")
    withdrawn = RecordFactory(entity=entity, title="另一个机密")
    CreditRecord.objects.filter(pk=withdrawn.pk).update(status="withdrawn")
    client.force_login(clerk)
    page = client.get(f"/watch/{watch_list.pk}/").content.decode()
    assert "no longer shared" in page
    assert "机密" not in page


def test_the_list_of_lists_counts_entities_and_recent_changes(client, clerk, watch_list, entity):
    RecordFactory(entity=entity)
    client.force_login(clerk)
    page = client.get("/watch/")
    (row,) = page.context["rows"]
    assert (row.entities, row.recent) == (1, 1)


@pytest.mark.parametrize("somebody", [lambda: UserFactory(), lambda: AgentFactory().user])
def test_the_pages_are_for_bodies(client, watch_list, somebody):
    client.force_login(somebody())
    for path in ("/watch/", "/watch/new/", f"/watch/{watch_list.pk}/", "/receivers/"):
        assert client.get(path).status_code == 404


def test_the_page_of_a_list_stays_within_its_query_budget(client, clerk, watch_list, entity, query_budget):
    for _ in range(5):
        RecordFactory(entity=entity)
    client.force_login(clerk)
    with query_budget("watch list"):
        client.get(f"/watch/{watch_list.pk}/")
