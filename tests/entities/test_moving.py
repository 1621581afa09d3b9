"""Merging and splitting entities: proposed, carried out by a colleague, undone exactly."""

import json
from datetime import date

import pytest
from django.core import serializers
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings, strategies as st

from associations.models import Association, Member
from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, NotPermitted, WrongState
from entities.models import CreditRecord, Entity, EntityIdentifier, EntityMove, FormerName, Notice
from entities.search import find_entities
from entities.services import moving
from entities.services.entities import register_entity
from entities.services.head_offices import offices_above
from entities.services.movers import movers, relations_to_entity
from entities.sharing.models import WatchedEntity, WatchList
from evaluation.models import RatingRequest
from repair.models import Case
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    EntityFactory,
    MemberFactory,
    RecordFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(db):
    return BodyFactory(kind="lead_office")


@pytest.fixture
def author(office):
    return MemberFactory(body=office, role="lead")


@pytest.fixture
def colleague(office):
    return MemberFactory(body=office, role="lead")


@pytest.fixture
def gone(db):
    return EntityFactory(name_zh="云汀禾谷食品股份有限公司")


@pytest.fixture
def stays(db):
    return EntityFactory(name_zh="云汀禾谷食品有限公司")


def merge(author, colleague, gone, stays) -> EntityMove:
    move = moving.propose_move(
        by=author, kind="merge", source=gone, target=stays, because="one licence, two codes"
    )
    return moving.carry_out_move(by=colleague, move_id=move.pk)


def split(author, colleague, source, target, **selection) -> EntityMove:
    move = moving.propose_move(
        by=author, kind="split", source=source, target=target, because="of another", selection=selection
    )
    return moving.carry_out_move(by=colleague, move_id=move.pk)


def test_every_relation_to_an_entity_has_a_mover():
    assert relations_to_entity() == {mover.relation for mover in movers()}


def test_nothing_moves_before_a_colleague_carries_it_out(author, colleague, gone, stays):
    record = RecordFactory(entity=gone)
    move = moving.propose_move(by=author, kind="merge", source=gone, target=stays, because="one licence")
    with pytest.raises(NotPermitted, match="a colleague"):
        moving.carry_out_move(by=author, move_id=move.pk)
    record.refresh_from_db()
    assert record.entity == gone
    moving.carry_out_move(by=colleague, move_id=move.pk)
    record.refresh_from_db()
    assert record.entity == stays


def test_the_database_itself_refuses_a_move_carried_out_by_who_proposed_it(author, gone, stays):
    move = moving.propose_move(by=author, kind="merge", source=gone, target=stays, because="one licence")
    with pytest.raises(IntegrityError, match="nobody_carries_out"), transaction.atomic():
        EntityMove.objects.filter(pk=move.pk).update(state="done", decided_by=author)


@pytest.mark.parametrize("role", ["clerk", "reviewer", "supervisor", "officer"])
def test_only_the_lead_office_merges(role, gone, stays):
    with pytest.raises(NotPermitted):
        moving.propose_move(by=MemberFactory(role=role), kind="merge", source=gone, target=stays, because="x")


def test_a_move_says_how_it_is_known_and_goes_to_another(author, gone):
    with pytest.raises(InvalidInput) as refused:
        moving.propose_move(by=author, kind="merge", source=gone, target=gone, because=" ")
    assert set(refused.value.problems) == {"target", "because"}


def test_proposing_the_same_again_gives_the_one_that_waits(author, gone, stays):
    first = moving.propose_move(by=author, kind="merge", source=gone, target=stays, because="one licence")
    assert (
        moving.propose_move(by=author, kind="merge", source=gone, target=stays, because="one licence")
        == first
    )
    with pytest.raises(WrongState):
        moving.propose_move(
            by=author, kind="merge", source=gone, target=EntityFactory(), because="no, that one"
        )


def test_carrying_out_undoing_and_dropping_again_change_nothing(author, colleague, gone, stays):
    move = merge(author, colleague, gone, stays)
    assert moving.carry_out_move(by=colleague, move_id=move.pk).journal == move.journal
    moving.undo_move(by=author, move_id=move.pk, because="two firms after all")
    moving.undo_move(by=author, move_id=move.pk, because="two firms after all")
    assert AuditEvent.objects.filter(verb="entities.merge.undone").count() == 1
    with pytest.raises(WrongState):
        moving.drop_move(by=author, move_id=move.pk)


def test_the_old_code_and_the_old_name_lead_to_the_one_that_stays(author, colleague, gone, stays):
    merge(author, colleague, gone, stays)
    for query in (gone.credit_code, gone.name_zh):
        assert next(match.entity for match in find_entities(user=author, query=query)) == stays
    assert register_entity(by=author, credit_code=gone.credit_code, name_zh=gone.name_zh) == stays
    assert not Entity.objects.filter(pk=gone.pk).exists()
    assert Entity.everything.get(pk=gone.pk).merged_into == stays


def test_an_agent_of_both_is_an_agent_of_the_one_that_stays_once(author, colleague, gone, stays):
    agent = AgentFactory(entity=gone)
    AgentFactory(entity=stays, user=agent.user)
    move = merge(author, colleague, gone, stays)
    assert stays.agents.count() == 1
    moving.undo_move(by=author, move_id=move.pk, because="two firms after all")
    assert gone.agents.get().pk == agent.pk


def test_a_branch_of_the_other_does_not_become_its_own_branch(author, colleague, gone, stays):
    Entity.objects.filter(pk=stays.pk).update(head_office=gone)
    move = merge(author, colleague, gone, stays)
    stays.refresh_from_db()
    assert stays.head_office is None
    moving.undo_move(by=author, move_id=move.pk, because="two firms after all")
    stays.refresh_from_db()
    assert stays.head_office == gone


def test_a_branch_that_stands_above_the_other_does_not_come_to_stand_below_it(author, colleague, gone, stays):
    """stays → office → branch → gone: once the two are one, the branch has no head office, and undoing restores it."""
    branch = EntityFactory(head_office=gone)
    office = EntityFactory(head_office=branch)
    plain = EntityFactory(head_office=gone)
    Entity.objects.filter(pk=stays.pk).update(head_office=office)
    move = merge(author, colleague, gone, stays)
    assert offices_above(stays.pk) == {office.pk, branch.pk}
    assert offices_above(plain.pk) == {stays.pk, office.pk, branch.pk}
    assert offices_above(branch.pk) == frozenset()
    moving.undo_move(by=author, move_id=move.pk, because="two firms after all")
    assert offices_above(stays.pk) == {office.pk, branch.pk, gone.pk}
    assert offices_above(plain.pk) == {gone.pk}


def test_a_branch_split_off_does_not_come_to_stand_below_itself(author, colleague, gone, stays):
    branch, plain = EntityFactory(head_office=gone), EntityFactory(head_office=gone)
    Entity.objects.filter(pk=stays.pk).update(head_office=branch)
    split(author, colleague, gone, stays, **{"entities.Entity.head_office": [branch.pk, plain.pk]})
    assert offices_above(plain.pk) == {stays.pk, branch.pk}
    assert offices_above(branch.pk) == frozenset()


def test_what_undoing_would_close_to_a_circle_is_refused_with_the_reason(author, colleague, gone, stays):
    above = EntityFactory()
    Entity.objects.filter(pk=gone.pk).update(head_office=above)
    branch = EntityFactory(head_office=gone)
    move = merge(author, colleague, gone, stays)
    Entity.objects.filter(pk=above.pk).update(head_office=branch)
    with pytest.raises(WrongState, match="a head office was changed since"):
        moving.undo_move(by=author, move_id=move.pk, because="two firms after all")
    branch.refresh_from_db()
    assert branch.head_office == stays


def test_both_are_rated_anew(author, colleague, gone, stays):
    merge(author, colleague, gone, stays)
    assert {gone.pk, stays.pk} <= set(RatingRequest.objects.values_list("entity_id", flat=True))


def test_branches_are_rated_anew_with_their_head_office(author, colleague, gone, stays, changes):
    """Which head office an entity has is a fact that schemes read; one that loses it and one that changes it."""
    branch = EntityFactory(head_office=gone)
    Entity.objects.filter(pk=stays.pk).update(head_office=EntityFactory(head_office=branch))
    plain, _elsewhere = EntityFactory(head_office=gone), EntityFactory(head_office=stays)
    RatingRequest.objects.all().delete()
    move = merge(author, colleague, gone, stays)
    asked = {gone.pk, stays.pk, branch.pk, plain.pk}
    assert changes == [asked]
    assert set(RatingRequest.objects.values_list("entity_id", flat=True)) == asked
    moving.undo_move(by=author, move_id=move.pk, because="two firms after all")
    assert changes == [asked, asked]


def test_a_branch_split_off_is_rated_anew_and_one_that_stays_is_not(author, colleague, gone, stays, changes):
    chosen, _left = EntityFactory(head_office=gone), EntityFactory(head_office=gone)
    split(author, colleague, gone, stays, **{"entities.Entity.head_office": [chosen.pk]})
    assert changes == [{gone.pk, stays.pk, chosen.pk}]


def test_what_was_put_aside_and_has_no_place_any_more_is_said_and_nothing_is_undone(
    author, colleague, gone, stays
):
    record = RecordFactory(entity=gone)
    watch_list = WatchList.objects.create(
        body=BodyFactory(), name="list", kind="picked", created_by=UserFactory()
    )
    WatchedEntity.objects.bulk_create(
        WatchedEntity(watch_list=watch_list, entity=one) for one in (gone, stays)
    )
    move = merge(author, colleague, gone, stays)
    watch_list.delete()
    with pytest.raises(WrongState, match="cannot be undone"):
        moving.undo_move(by=author, move_id=move.pk, because="two firms after all")
    record.refresh_from_db()
    move.refresh_from_db()
    assert (record.entity, move.state) == (stays, "done")


def test_what_came_to_the_one_that_stays_since_stays_there_when_it_is_undone(author, colleague, gone, stays):
    move = merge(author, colleague, gone, stays)
    later = RecordFactory(entity=stays)
    moving.undo_move(by=author, move_id=move.pk, because="two firms after all")
    later.refresh_from_db()
    assert later.entity == stays


def test_what_was_merged_on_is_undone_in_its_order(author, colleague, gone, stays):
    record, last = RecordFactory(entity=gone), EntityFactory()
    first = merge(author, colleague, gone, stays)
    second = merge(author, colleague, stays, last)
    with pytest.raises(WrongState, match="undo that first"):
        moving.undo_move(by=author, move_id=first.pk, because="two firms after all")
    assert [match.entity for match in find_entities(user=author, query=gone.credit_code)] == [last]
    moving.undo_move(by=author, move_id=second.pk, because="two firms after all")
    moving.undo_move(by=author, move_id=first.pk, because="two firms after all")
    record.refresh_from_db()
    assert record.entity == gone


def test_a_split_moves_the_chosen_records_with_their_cases_and_nothing_else(author, colleague, gone, stays):
    chosen, other = RecordFactory(entity=gone), RecordFactory(entity=gone)
    case = CaseFactory(record=chosen, entity=gone, opened_by=UserFactory())
    move = split(author, colleague, gone, stays, **{"entities.CreditRecord.entity": [chosen.pk]})
    chosen.refresh_from_db()
    other.refresh_from_db()
    case.refresh_from_db()
    assert (chosen.entity, other.entity, case.entity) == (stays, gone, stays)
    assert Entity.objects.filter(pk=gone.pk).exists()
    moving.undo_move(by=author, move_id=move.pk, because="wrong firm")
    chosen.refresh_from_db()
    case.refresh_from_db()
    assert (chosen.entity, case.entity) == (gone, gone)


def test_a_split_of_nothing_is_refused(author, gone, stays):
    with pytest.raises(InvalidInput) as refused:
        moving.propose_move(by=author, kind="split", source=gone, target=stays, because="x", selection={})
    assert "selection" in refused.value.problems


# There and back again


def everything_about(*entities: Entity) -> str:
    """All rows that hang on the entities, and their own, as text."""
    keys = [entity.pk for entity in entities]
    rows = {"entities": serializers.serialize("python", Entity.everything.filter(pk__in=keys).order_by("pk"))}
    for mover in movers():
        if mover.relation in {"evaluation.RatingRequest.entity", *STAY}:
            continue
        found = mover.model._base_manager.filter(**{f"{mover.field}__in": keys}).order_by("pk")
        rows[mover.relation] = serializers.serialize("python", found)
    return json.dumps(rows, default=str, sort_keys=True)


#: What tells of moves and of the past: it is added to, by the undoing as well.
STAY = {
    "entities.EntityMove.source",
    "entities.EntityMove.target",
    "evaluation.RecordPast.entity",
    "evaluation.EntityPast.entity",
}


def _furnish(entity: Entity, other: Entity, kinds: list[str], people: list) -> None:
    """Hang on the entity one thing of each kind; what both have is a clash."""
    association = Association.objects.get_or_create(
        body=people[0].memberships.get().body, defaults={"charter": "x", "industry_scope": []}
    )[0]
    for number, kind in enumerate(kinds):
        match kind:
            case "record":
                record = RecordFactory(entity=entity)
                if number % 2:
                    CaseFactory(record=record, entity=entity, opened_by=people[0])
            case "former name":
                FormerName.objects.get_or_create(entity=entity, name_key="旧名", defaults={"name": "旧名"})
            case "own former name":
                FormerName.objects.get_or_create(
                    entity=entity,
                    name_key=other.name_key,
                    defaults={"name": other.name_zh, "until": date(2020, 1, 1)},
                )
            case "number":
                EntityIdentifier.objects.get_or_create(entity=entity, kind="tax", value="339702MX9")
            case "code of the other":
                EntityIdentifier.objects.get_or_create(
                    entity=entity, kind="former_code", value=other.credit_code
                )
            case "branch":
                EntityFactory(head_office=entity)
            case "agent":
                AgentFactory(entity=entity, user=people[number % len(people)]) if not entity.agents.filter(
                    user=people[number % len(people)]
                ).exists() else None
            case "member":
                Member.objects.get_or_create(
                    association=association,
                    entity=entity,
                    left_on=None,
                    defaults={"joined_on": date(2024, 1, 1), "basis": "charter"},
                )
            case "notice":
                Notice.objects.create(entity=entity, kind="entities.record-published", template="", params={})


KINDS = st.lists(
    st.sampled_from(
        ["record", "former name", "own former name", "number", "code of the other", "branch", "agent", "member", "notice"]
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=KINDS, second=KINDS)
def test_whatever_hangs_on_them_undoing_restores_both_exactly(office, first, second):
    with transaction.atomic():
        author, colleague = MemberFactory(body=office, role="lead"), MemberFactory(body=office, role="lead")
        people = [MemberFactory(body=BodyFactory(kind="association"), role="officer"), UserFactory()]
        one, other = EntityFactory(), EntityFactory()
        _furnish(one, other, first, people)
        _furnish(other, one, second, people)
        before = everything_about(one, other)
        move = merge(author, colleague, one, other)
        assert everything_about(one, other) != before
        assert not CreditRecord.objects.filter(entity=one).exists()
        assert not Case.objects.filter(entity=one).exists()
        moving.undo_move(by=author, move_id=move.pk, because="two firms after all")
        assert everything_about(one, other) == before
        transaction.set_rollback(True)


# Pages


@pytest.fixture
def browse(client):
    def get(user, name, *args, **query):
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


def test_the_whole_way_of_a_merging_in_the_browser(browse, send, author, colleague, gone, stays):
    record = RecordFactory(entity=gone)
    assert browse(author, "merge", gone.credit_code).status_code == 200
    preview = text_of(browse(author, "merge", gone.credit_code, target=stays.credit_code))
    assert "Side by side" in preview
    assert "Records" in preview
    send(author, "merge", gone.credit_code, target=stays.credit_code, because="one licence")
    move = EntityMove.objects.get()
    assert "A colleague carries it out" in text_of(browse(author, "move", move.pk))
    send(colleague, "move-carry-out", move.pk)
    record.refresh_from_db()
    assert record.entity == stays
    assert browse(author, "entity-detail", gone.credit_code)["Location"].endswith(f"{stays.credit_code}/")
    assert gone.name_zh in text_of(browse(author, "entity-detail", stays.credit_code))
    assert send(author, "move-undo", move.pk, because="").status_code == 422
    send(author, "move-undo", move.pk, because="two firms after all")
    record.refresh_from_db()
    assert record.entity == gone
    assert "two firms after all" in text_of(browse(author, "move", move.pk))
    assert browse(author, "moves").status_code == 200


def test_a_split_takes_only_what_hangs_on_the_entity(browse, send, author, gone, stays):
    own, foreign = RecordFactory(entity=gone), RecordFactory()
    assert own.document_number in text_of(browse(author, "split", gone.credit_code))
    data = {
        "entities.CreditRecord.entity": [own.pk, foreign.pk],
        "target": stays.credit_code,
        "because": "of another",
    }
    send(author, "split", gone.credit_code, **data)
    assert EntityMove.objects.get().selection == {"entities.CreditRecord.entity": [own.pk]}


def test_a_split_without_a_choice_says_so(send, author, gone, stays):
    answer = send(author, "split", gone.credit_code, target=stays.credit_code, because="of another")
    assert answer.status_code == 422
    assert "Choose what goes" in text_of(answer)


@pytest.mark.parametrize("name", ["moves", "merge", "split"])
def test_merging_is_not_there_for_others(browse, gone, name):
    args = () if name == "moves" else (gone.credit_code,)
    assert browse(MemberFactory(role="supervisor"), name, *args).status_code == 404


def test_systems_get_the_survivor_under_the_old_code(client, author, colleague, gone, stays):
    merge(author, colleague, gone, stays)
    client.force_login(author)
    answer = client.get(f"/api/v1/entities/{gone.credit_code}/").json()
    assert answer["credit_code"] == stays.credit_code
    assert {"kind": "former_code", "value": gone.credit_code} == {
        name: answer["identifiers"][0][name] for name in ("kind", "value")
    }
