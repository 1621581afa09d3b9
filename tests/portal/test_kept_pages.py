"""A public page is kept as long as nothing that it reads changes, and for everybody but those who are somebody."""

import re
from datetime import timedelta

import psycopg
import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from credit_platform.portal import kept, limits
from credit_platform.portal.stories.models import Story
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion, SubmittingBody
from entities.sharing.models import Change
from entities.statements.models import Statement
from evaluation.models import CurrentRating, Scheme, SchemeVersion
from tests.factories import (
    AgentFactory,
    CurrentRatingFactory,
    EntityFactory,
    RecordFactory,
    RecordTypeFactory,
    UserFactory,
    install_shipped_schemes,
)

READ = (
    Entity,
    CreditRecord,
    Statement,
    CurrentRating,
    RecordType,
    RecordTypeVersion,
    SubmittingBody,
    Scheme,
    SchemeVersion,
    Commitment,
    CommitmentTemplate,
    Story,
    Story.rests_on.through,
)


LARGE = [CreditRecord._meta.db_table, Change._meta.db_table]
#: A change of a row that anybody could see; of the others, whose marks are read row by row, any will do.
SEEN = {CreditRecord: {"title": "Another title"}, Statement: {"text": "Put right since."}}


@pytest.fixture
def entity(db):
    """With a penalty, a statement beside it, a public grade and a commitment, so that its page reads all it ever reads."""
    entity = EntityFactory()
    record = RecordFactory(entity=entity, record_type=RecordTypeFactory(code="administrative-penalty"))
    agent = AgentFactory(entity=entity).user
    Statement.objects.create(record=record, text="Put right.", written_by=agent)
    template = CommitmentTemplate.objects.create(
        code="safe-food",
        matter_zh="Food",
        name_zh="食品安全承诺",
        text_zh="依法经营。",
        checked_by=record.submitted_by,
        check_within_days=30,
        valid_from=timezone.localdate(),
    )
    Commitment.objects.create(
        number="CN-1",
        entity=entity,
        template=template,
        given_on=timezone.localdate(),
        given_by=agent,
        signed_as="Pei",
        due_on=timezone.localdate(),
    )
    praise = RecordFactory(
        entity=entity, record_type=RecordTypeFactory(code="commendation"), severity_class=""
    )
    Story.objects.create(
        number="CX-1",
        entity=entity,
        body=praise.submitted_by,
        title_en="Kept its word",
        state="published",
        shown_until=timezone.localdate(),
        proposed_by=agent,
        consented_on=timezone.localdate(),
        consent_noted_by=agent,
        published_on=timezone.localdate(),
        published_by=UserFactory(),
    ).rests_on.set([praise])
    one = install_shipped_schemes()["city-comprehensive"]
    CurrentRatingFactory(entity=entity, scheme=one.scheme, version=one.version, grade="B", points=80_00)
    Scheme.objects.filter(pk=one.scheme.pk).update(is_public=True)
    return entity


def address(entity) -> str:
    return reverse("portal:entity", args=(entity.credit_code,))


def marks_of(entity, *, since: kept.Marks | None = None) -> kept.Marks:
    return kept.pages()["entity"].marks(entity.credit_code, since=since and since.moment)


def is_another(entity, before: kept.Marks) -> bool:
    """Whether the page that was made then has to be made anew."""
    return not kept.Kept(before.word, before.moment, HttpResponse()).holds(marks_of(entity, since=before))


def asks(client, entity, **headers):
    """The answer, and the tables that were read for it."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address(entity), **headers)
    own = [one["sql"] for one in queries if "hashtextextended" not in one["sql"]]
    return answer, {table for sql in own for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', sql)}


def test_whatever_the_page_reads_is_looked_at_before_it_is_given_again(entity):
    answer, read = asks(Client(), entity)
    assert b"Put right." in answer.content
    assert b"Grade B" in answer.content
    assert b"Kept its word" in answer.content
    assert read == {model._meta.db_table for model in READ}


def test_a_page_asks_no_table_in_which_the_entity_has_nothing(entity):
    """A grade that is not public is nothing to the page, and no reason to make it anew."""
    other = EntityFactory()
    before = marks_of(other)
    internal = SchemeVersion.objects.get(scheme__code="risk-class")
    CurrentRatingFactory(entity=other, scheme=internal.scheme, version=internal, grade="B")
    assert not is_another(other, before)
    answer, read = asks(Client(), other)
    assert answer.status_code == 200
    # Of records it asks all the same whether one puts the entity on a list.
    assert not read & {model._meta.db_table for model in (CurrentRating, Commitment, Story)}


def test_a_page_is_given_again_without_reading_what_it_was_made_of(entity):
    first, _read = asks(Client(), entity)
    again, read = asks(Client(), entity)
    assert read == set()
    without_tokens = [re.sub(rb'(value|content)="\w{64}"', b"", one.content) for one in (first, again)]
    assert without_tokens[0] == without_tokens[1]


@pytest.mark.parametrize(
    "model", [one for one in READ if one is not SchemeVersion], ids=lambda one: one.__name__
)
def test_a_change_of_any_row_that_the_page_reads_makes_another_page(entity, model):
    before = marks_of(entity)
    assert not is_another(entity, before)
    row = model.objects.order_by("-pk").first()
    model.objects.filter(pk=row.pk).update(**SEEN.get(model, {"id": F("id")}))
    assert is_another(entity, before)


def test_a_new_version_of_a_scheme_makes_another_page(entity):
    """A published version itself never changes."""
    before = marks_of(entity)
    version = SchemeVersion.objects.latest("effective_from")
    version.pk, version.number = None, version.number + 1
    version.effective_from = timezone.localdate() + timedelta(days=30)
    version.save(force_insert=True)
    assert is_another(entity, before)


def test_a_record_more_or_less_and_a_statement_less_make_other_pages(entity):
    for befalls in (
        lambda: RecordFactory(entity=entity),
        lambda: Statement.objects.all().delete(),
        lambda: entity.records.filter(stories=None).delete(),
    ):
        before = marks_of(entity)
        befalls()
        assert is_another(entity, before)


@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_that_ends_late_takes_away_is_gone_when_it_ends():
    """The page is made while it runs, after another one has ended that began later."""
    record = RecordFactory(record_type=RecordTypeFactory(code="administrative-penalty"))
    page, number = address(record.entity), record.document_number.encode()
    with psycopg.connect(**connection.get_connection_params()) as slow:
        slow.execute(
            "UPDATE entities_creditrecord SET status = 'withdrawn', ended_on = now() WHERE id = %s",
            [record.pk],
        )
        another = RecordFactory(entity=record.entity, record_type=record.record_type)
        assert number in Client().get(page).content
        answer, read = asks(Client(), record.entity)
        assert (number in answer.content, read) == (True, set())
        slow.commit()
    left = Client().get(page).content
    assert number not in left
    assert another.document_number.encode() in left


@pytest.mark.django_db(transaction=True)
def test_a_page_that_is_made_of_what_is_never_saved_is_given_to_nobody():
    """As the proof of a repair looks at the pages before its own transaction has ended."""
    record = RecordFactory(record_type=RecordTypeFactory(code="administrative-penalty"))
    page, number = address(record.entity), record.document_number.encode()
    assert number in Client().get(page).content
    with transaction.atomic():
        CreditRecord.objects.filter(pk=record.pk).update(status="repaired", ended_on=timezone.localdate())
        assert number not in Client().get(page).content
        transaction.set_rollback(True)
    assert number in Client().get(page).content


@pytest.mark.django_db(transaction=True)
def test_whether_a_page_still_holds_costs_the_same_however_many_records_there_are():
    record = RecordFactory()
    before = marks_of(record.entity)
    copied = [field.column for field in CreditRecord._meta.concrete_fields if not field.generated]
    copied = [column for column in copied if column not in {"id", "document_number"}]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO entities_creditrecord (document_number, {', '.join(copied)})"
            f" SELECT 'No. ' || n, {', '.join(copied)} FROM entities_creditrecord, generate_series(1, 2000) AS n"
        )
        # In a city most changes are of others.
        cursor.execute(
            "INSERT INTO sharing_change (kind, entity_id) SELECT 'renamed', 1000000 + n FROM generate_series(1, 9000) AS n"
        )
        cursor.execute("ANALYZE entities_creditrecord, sharing_change")
        assert is_another(record.entity, before)
        now = marks_of(record.entity)
        # With a snapshot, as for a page that is kept; by index, as in a city, whose tables are no few pages long.
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("SET enable_bitmapscan = off")
        statement = kept.pages()["entity"].statement
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", [now.moment, record.entity.credit_code])
        (plan,) = cursor.fetchone()[0]
        cursor.execute("RESET ALL")
    of_records, *of_changes = sorted(
        (node for node in nodes_of(plan["Plan"]) if node.get("Relation Name") in LARGE),
        key=lambda node: LARGE.index(node["Relation Name"]),
    )
    assert of_records["Actual Rows"] == 1
    assert len(of_changes) == 3
    for node in of_changes:
        assert "transaction_id" in node["Index Cond"]
        assert node["Actual Rows"] + node.get("Rows Removed by Filter", 0) == 0


def nodes_of(plan: dict):
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


def test_what_is_repaired_is_gone_from_the_page_at_once(entity):
    record = entity.records.get(record_type__code="administrative-penalty")
    assert record.document_number.encode() in Client().get(address(entity)).content
    CreditRecord.objects.filter(pk=record.pk).update(status="repaired", publish_until=timezone.localdate())
    assert record.document_number.encode() not in Client().get(address(entity)).content


def test_a_day_later_the_page_is_another(entity):
    first = Client().get(address(entity))
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert Client().get(address(entity))["ETag"] != first["ETag"]


def test_each_language_has_its_own_page(entity):
    english = Client().get(address(entity), headers={"accept-language": "en"})
    chinese = Client().get(address(entity), headers={"accept-language": "zh-hans"})
    assert b'lang="en"' in english.content
    assert b'lang="zh-CN"' in chinese.content


def test_a_kept_page_is_nobodys_own_and_its_form_is_taken_from_everybody(entity):
    Client().get(address(entity))
    reader = Client(enforce_csrf_checks=True)
    page = reader.get(address(entity))
    assert not page.cookies
    assert "csrf" not in page.content.decode()
    assert (
        reader.post(reverse("ui:set_language"), {"language": "en", "next": address(entity)}).status_code
        == 302
    )


def test_whoever_is_signed_in_gets_their_own_page_and_nobody_else_gets_it(entity, client):
    person = AgentFactory(entity=entity).user
    client.force_login(person)
    mine, _read = asks(client, entity)
    assert person.name_en in mine.content.decode()
    anybodys, read = asks(Client(), entity)
    assert read
    assert person.name_en not in anybodys.content.decode()
    assert person.name_en in client.get(address(entity)).content.decode()


def test_a_browser_that_has_the_page_is_told_that_it_still_holds(entity):
    first = Client().get(address(entity))
    again = Client().get(address(entity), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    entity.records.update(title="Another title")
    changed = Client().get(address(entity), headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert b"Another title" in changed.content


def test_a_kept_page_comes_with_the_headers_that_it_was_made_with(entity):
    made, given = Client().get(address(entity)), Client().get(address(entity))
    assert made.headers == given.headers
    assert "default-src" in given["Content-Security-Policy"]


def test_who_asks_for_kept_pages_too_often_is_told_so_and_each_request_counts_once(entity):
    with time_machine.travel(timezone.now(), tick=False):
        visitor = Client(REMOTE_ADDR="198.51.100.7")
        answers = [visitor.get(address(entity)).status_code for _ in range(limits.PAGES.amount + 1)]
    assert (set(answers[:-1]), answers[-1]) == ({200}, 429)


def test_an_answer_that_sets_a_cookie_is_not_kept(rf, entity):
    def with_cookie(request):
        response = HttpResponse("one's own")
        response.set_cookie("token", "1")
        return response

    kept.KeptPages(with_cookie)(rf.get(address(entity)))
    answer = kept.KeptPages(lambda request: HttpResponse("another's"))(rf.get(address(entity)))
    assert answer.content == b"another's"


def test_an_unknown_code_stays_unknown_until_it_is_registered(db):
    code = EntityFactory.build().credit_code
    assert kept.pages()["entity"].marks(code) is None
    assert Client().get(reverse("portal:entity", args=(code,))).status_code == 404
    EntityFactory(credit_code=code)
    assert Client().get(reverse("portal:entity", args=(code,))).status_code == 200


def test_a_page_is_made_anew_when_the_store_has_lost_it(entity):
    Client().get(address(entity))
    cache.clear()
    answer, read = asks(Client(), entity)
    assert answer.status_code == 200
    assert read


@pytest.fixture
def story(entity) -> Story:
    return Story.objects.get(entity=entity)


def story_pages(story: Story) -> list[str]:
    return [reverse("stories:story", args=(story.number,)), reverse("stories:list")]


def test_stories_are_given_again_without_reading_what_they_were_made_of(story):
    for page in story_pages(story):
        made = Client().get(page)
        with CaptureQueriesContext(connection) as queries:
            given = Client().get(page)
        assert [one["sql"] for one in queries if "hashtextextended" not in one["sql"]] == []
        assert given.content == made.content
        assert b"Kept its word" in given.content
        assert Client().get(page, headers={"if-none-match": given["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "befalls",
    [
        lambda story: Story.objects.filter(pk=story.pk).update(title_en="Another title"),
        lambda story: Entity.objects.filter(pk=story.entity_id).update(name_en="Another name"),
        lambda story: story.rests_on.update(title="Another commendation"),
        lambda story: SubmittingBody.objects.filter(pk=story.body_id).update(name_en="Another body"),
        lambda story: RecordFactory(entity=story.entity, severity_class="serious"),
    ],
    ids=["story", "entity", "record", "body", "something serious"],
)
def test_whatever_befalls_a_story_makes_other_pages_of_it(story, befalls):
    for name, key in (("story", story.number), ("stories", "stories")):
        page = kept.pages()[name]
        before = page.marks(key)
        with transaction.atomic():
            befalls(story)
            now = page.marks(key, since=before.moment)
            assert not kept.Kept(before.word, before.moment, HttpResponse()).holds(now)
            transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_story_is_gone_from_all_pages_once_another_has_taken_it_down(story):
    for page in story_pages(story):
        assert b"Kept its word" in Client().get(page).content
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("UPDATE entities_creditrecord SET suspended = true, objected = true")
    for page in story_pages(story):
        assert b"Kept its word" not in Client().get(page).content


def test_the_second_page_of_stories_is_made_each_time(story):
    with CaptureQueriesContext(connection) as queries:
        Client().get(f"{reverse('stories:list')}?page=1")
    assert not [one for one in queries if "hashtextextended" in one["sql"]]
