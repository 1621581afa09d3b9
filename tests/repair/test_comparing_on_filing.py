"""The platform's own check of an objection: what is shown beside what was sent, told where the city's regulation asks."""

import pytest
from django.utils import timezone, translation

from entities.as_sent import differing_fields
from entities.drafts import draft_of
from entities.intake import blocks
from entities.intake.matching import EntityClues
from entities.intake.plain import PlainRow
from entities.intake.verdicts import draft_to_json
from entities.models import CreditRecord, Notice, SubmissionBlock, SubmissionRow
from repair import services
from repair.models import Case, ProfileChoice
from tests.factories import AgentFactory, BodyFactory, SubmissionFactory, UserFactory
from tests.repair.test_objecting import sound_record

pytestmark = pytest.mark.django_db


def follow(profile: str) -> None:
    ProfileChoice.objects.create(
        profile=profile, since=timezone.localdate(), reason="So decided.", chosen_by=UserFactory()
    )


def by_file(**fields) -> CreditRecord:
    """A record that came as row 2 of a file; the row is not there yet."""
    submission = SubmissionFactory(format_code="market-penalties")
    return sound_record(submitted_by=submission.body, submission=submission, row_number=2, **fields)


def with_its_row(record: CreditRecord) -> CreditRecord:
    SubmissionRow.objects.create(
        submission=record.submission,
        number=2,
        outcome=SubmissionRow.Outcome.NEW,
        draft=draft_to_json(draft_of(record)),
        is_saved=True,
    )
    return record


def with_its_block(record: CreditRecord) -> CreditRecord:
    row = PlainRow(
        number=2,
        cells=[record.title],
        clues=EntityClues(),
        key=record.document_number,
        entity_id=record.entity_id,
        version=record.type_version,
        draft=draft_of(record),
    )
    packed = blocks.pack([row], [True])
    SubmissionBlock.objects.create(
        submission=record.submission, first=2, last=2, new=1, unchanged=0, terms="x",
        keys=packed.keys, content=packed.content, is_saved=True,
    )  # fmt: skip
    return record


def objected(record: CreditRecord, uploads=()) -> Case:
    return services.file_objection(
        by=AgentFactory(entity=record.entity).user,
        record_id=record.pk,
        ground="wrong",
        statement="Not so.",
        uploads=uploads,
    )


def told(case: Case) -> list[tuple[str, str]]:
    return list(case.steps.filter(action__startswith="compared").values_list("action", "note"))


@pytest.mark.parametrize("kept", [with_its_row, with_its_block])
def test_what_is_shown_is_compared_with_the_row_of_the_file_by_which_it_came(kept):
    record = kept(by_file(penalty_kinds=["warning", "fine"], details={"note": "x"}))
    assert differing_fields(record) == []
    CreditRecord.objects.filter(pk=record.pk).update(title="Another", amount="3000.00")
    record.refresh_from_db()
    assert sorted(differing_fields(record)) == ["amount", "title"]


def test_a_record_that_came_by_no_file_has_nothing_beside_it():
    assert differing_fields(sound_record()) is None
    assert differing_fields(by_file()) is None


def test_in_taizhou_the_applicant_is_told_that_what_is_shown_is_what_was_sent():
    follow("taizhou-2020")
    case = objected(with_its_row(by_file()))
    assert told(case) == [("compared_same", "")]
    notice = Notice.objects.get(entity=case.entity, kind="repair.compared_same")
    assert str(case.deciding_body) in notice.text
    with translation.override("zh-hans"):
        assert "一致" in notice.text


def test_where_they_differ_the_fields_are_named_and_the_lead_office_is_told_too():
    """Who decides stays the department, since a record is its own."""
    follow("taizhou-2020")
    lead = BodyFactory(kind="lead_office")
    record = with_its_row(by_file())
    CreditRecord.objects.filter(pk=record.pk).update(title="Another")
    case = objected(record)
    ((found, words),) = told(case)
    assert found == "compared_differs"
    assert "title" in words
    for receiver in ({"entity": case.entity}, {"body": lead}):
        text = Notice.objects.get(kind="repair.compared_differs", **receiver).text
        assert "title" in text
        assert f"{case.deciding_body} decides" in text


@pytest.mark.parametrize(
    ("profile", "found"), [("taizhou-2020", ["compared_entered"]), ("shandong-2020", [])]
)
def test_it_is_told_where_the_regulation_followed_says_so_and_nowhere_else(profile, found):
    follow(profile)
    assert [action for action, _words in told(objected(sound_record()))] == found
