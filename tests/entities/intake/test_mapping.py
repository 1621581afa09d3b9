"""Files whose column names do not fit: the sender says once which column is which."""

import pytest
from django.urls import reverse

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.intake import formats, mapping
from entities.intake.layout import Layout
from entities.models import ColumnMapping, Submission
from entities.services import column_mappings, submissions
from tests.entities.intake.conftest import OFFICE, outcomes
from tests.factories import EntityFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db
State = Submission.State
OWN = "号码,户名,所属期年,征管单位,电话"
PLACES = {"credit_code": 0, "entity_name": 1, "year": 2, "authority": 3}


@pytest.fixture
def entity(db):
    return EntityFactory(name_zh="禾谷食品")


@pytest.fixture
def unread(tax, entity) -> Submission:
    """A file with names of the office's own."""
    submission = tax.send(f"{OWN}\n{entity.credit_code},禾谷食品,2025,{OFFICE},1\n")
    assert submission.state == State.REFUSED
    return submission


def said(tax, submission: Submission, **other: int) -> Submission:
    column_mappings.map_columns(by=tax.clerk, submission_id=submission.pk, places=PLACES | other)
    submissions.check_submission(submission_id=submission.pk)
    submission.refresh_from_db()
    return submission


def test_a_file_whose_names_do_not_fit_is_read_once_it_is_said_which_column_is_which(tax, unread):
    submission = said(tax, unread)
    assert (submission.state, submission.problem) == (State.READY, {})
    assert outcomes(submission) == {2: "new"}
    assert "号码 → 纳税人识别号" in submission.notes[-1]["en"]


def test_the_next_file_is_read_without_asking_and_says_so(tax, unread, entity):
    said(tax, unread)
    following = tax.send(f"电话,征管单位,所属期年,户名,号码\n1,{OFFICE},2024,禾谷食品,{entity.credit_code}\n")
    assert outcomes(following) == {2: "new"}
    assert [note["en"] for note in following.notes] == [
        "These columns are not part of the format and were not read: 电话.",
        (
            "These columns were read as your body has said before: "
            "号码 → 纳税人识别号、户名 → 纳税人名称、所属期年 → 评价年度、征管单位 → 税务机关."
        ),
    ]


def test_what_one_body_says_is_not_said_for_another(tax, unread, desk):
    said(tax, unread)
    fmt = formats.get("tax-credit-a-list")
    assert "户名" in mapping.known_for(tax.body, fmt)
    assert "户名" not in mapping.known_for(MemberFactory().memberships.get().body, fmt)


def test_what_is_said_for_one_format_is_not_said_for_another_of_the_same_body(desk):
    penalties = desk("market-supervision", "market-penalties")
    ColumnMapping.objects.create(
        body=penalties.body,
        format_code="market-penalties",
        names={"号码": "document_number"},
        changed_by=penalties.clerk,
    )
    assert "号码" in mapping.known_for(penalties.body, formats.get("market-penalties"))
    assert "号码" not in mapping.known_for(penalties.body, formats.get("market-licences"))


def test_a_name_of_the_format_gives_way_to_what_was_said(tax, entity):
    text = f"纳税人识别号,名称,全称,年度,税务机关\n{entity.credit_code},甲店,禾谷食品,2025,{OFFICE}\n"
    submission = tax.send(text)
    assert outcomes(submission) == {2: "asked"}
    places = {"credit_code": 0, "entity_name": 2, "year": 3, "authority": 4}
    column_mappings.map_columns(by=tax.clerk, submission_id=submission.pk, places=places)
    submissions.check_submission(submission_id=submission.pk)
    assert outcomes(submission) == {2: "new"}
    assert ColumnMapping.objects.get().names == {"名称": "", "全称": "entity_name"}


def test_names_of_several_layouts_are_remembered_together(tax, unread, entity):
    said(tax, unread)
    other = tax.send(f"税号,户名,所属期年,征管单位\n{entity.credit_code},禾谷食品,2023,{OFFICE}\n")
    assert other.state == State.REFUSED
    said(tax, other)
    assert set(ColumnMapping.objects.get().names) == {"号码", "税号", "户名", "所属期年", "征管单位"}


@pytest.mark.parametrize(
    ("places", "field", "sentence"),
    [
        ({"credit_code": 0, "entity_name": 1, "year": 2}, "authority", "The format needs this column"),
        (PLACES | {"year": 1}, "year", "“户名” is chosen for “纳税人名称” already."),
        (PLACES | {"year": 9}, "year", "There is no such column"),
    ],
)
def test_what_is_said_of_columns_must_make_sense(tax, unread, places, field, sentence):
    with pytest.raises(InvalidInput) as refused:
        column_mappings.map_columns(by=tax.clerk, submission_id=unread.pk, places=places)
    assert sentence in refused.value.problems[field][0]
    assert not ColumnMapping.objects.exists()


def test_only_who_enters_for_the_body_says_which_column_is_which(tax, unread):
    for stranger in (UserFactory(), MemberFactory()):
        with pytest.raises(Missing):
            column_mappings.map_columns(by=stranger, submission_id=unread.pk, places=PLACES)
    with pytest.raises(NotPermitted):
        column_mappings.map_columns(
            by=MemberFactory(body=tax.body, role="reviewer"), submission_id=unread.pk, places=PLACES
        )


def test_a_file_that_is_saved_keeps_its_columns(tax, unread):
    submission = tax.save(said(tax, unread))
    with pytest.raises(WrongState):
        column_mappings.map_columns(by=tax.clerk, submission_id=submission.pk, places=PLACES)
    assert submission.state == State.DONE


def test_more_names_than_there_is_room_for_are_not_remembered(tax, unread, monkeypatch):
    monkeypatch.setattr(column_mappings, "MOST_NAMES", 3)
    with pytest.raises(InvalidInput, match="More than 3 column names"):
        column_mappings.map_columns(by=tax.clerk, submission_id=unread.pk, places=PLACES)


def test_names_are_forgotten_one_by_one_or_all_and_the_log_knows(tax, unread):
    said(tax, unread)
    kept = ColumnMapping.objects.get()
    column_mappings.change_mapping(by=tax.clerk, mapping_id=kept.pk, names={"户名": "entity_name"})
    kept.refresh_from_db()
    assert kept.names == {"户名": "entity_name"}
    assert column_mappings.change_mapping(by=tax.clerk, mapping_id=kept.pk, names={}) is None
    assert not ColumnMapping.objects.exists()
    verbs = AuditEvent.objects.filter(verb__startswith="entities.columns").values_list("verb", flat=True)
    assert list(verbs.order_by("pk")) == ["entities.columns.mapped", *["entities.columns.changed"] * 2]


@pytest.mark.parametrize("names", [{"新名": "year"}, {"户名": "no-such-field"}])
def test_only_what_is_remembered_is_changed_and_only_to_fields_that_there_are(tax, unread, names):
    said(tax, unread)
    kept = ColumnMapping.objects.get()
    with pytest.raises(InvalidInput):
        column_mappings.change_mapping(by=tax.clerk, mapping_id=kept.pk, names=names)


# The proposal


def test_columns_are_proposed_by_the_likeness_of_their_names_and_by_what_stands_below():
    fmt = formats.get("market-penalties")
    layout = Layout(
        "csv",
        header=["决定文书号", "相对人名称", "統一信用代碼", "罚款额(万元)", "决定日", "编号"],
        sample=[["云市监罚〔2026〕1号", "禾谷食品", "91339702MX90000157", "0.2", "2026-10-10", "7"]],
    )
    found = mapping.proposal(fmt, layout)
    assert {field: found.get(field) for field in ("credit_code", "entity_name", "fine", "decided_on")} == {
        "credit_code": 2, "entity_name": 1, "fine": 3, "decided_on": 4,
    }  # fmt: skip
    assert found["document_number"] == 0
    assert 5 not in found.values()


def test_names_that_say_little_are_proposed_by_the_names_and_older_numbers_below_them():
    layout = Layout(
        "csv",
        header=["name", "code", "class", "city"],
        sample=[
            ["常州某某配件有限公司", "320404000020971", "15 digits", "常州"],
            ["某某供销合作社", "13830295-X", "organisation code", "苏州"],
        ],
    )
    assert mapping.proposal(formats.get("tax-credit-a-list"), layout) == {"entity_name": 0, "credit_code": 1}


def test_what_was_found_by_its_name_is_proposed_as_it_was_found():
    fmt = formats.get("tax-credit-a-list")
    layout = Layout("csv", header=["年度", "评价的年度"], columns={"year": 0})
    assert mapping.proposal(fmt, layout) == {"year": 0}


# The pages


@pytest.fixture
def page(client, tax):
    client.force_login(tax.clerk)
    return client


def columns_url(submission: Submission) -> str:
    return reverse("entities:submission-columns", args=(submission.pk,))


def test_the_page_of_a_file_that_does_not_fit_leads_to_the_question(page, unread):
    shown = page.get(reverse("entities:submission-detail", args=(unread.pk,))).content.decode()
    assert columns_url(unread) in shown
    asked = page.get(columns_url(unread)).content.decode()
    assert "A · 号码" in asked and "禾谷食品" in asked


def test_the_question_is_answered_on_the_page(page, unread):
    answer = page.post(columns_url(unread), {name: str(place) for name, place in PLACES.items()})
    assert answer.url == reverse("entities:submission-detail", args=(unread.pk,))
    unread.refresh_from_db()
    assert unread.state == State.CHECKING


def test_what_is_missing_is_said_at_the_box(page, unread):
    answer = page.post(columns_url(unread), {"credit_code": "0"})
    assert answer.status_code == 422
    assert "The format needs this column" in answer.content.decode()


def test_a_hostile_column_name_is_shown_and_not_run(page, tax):
    submission = tax.send("<script>alert(1)</script>,b\n<img src=x>,2\n")
    shown = page.get(columns_url(submission)).content.decode()
    assert "<script>alert(1)" not in shown and "<img src=x>" not in shown
    assert "&lt;script&gt;" in shown


def test_a_file_without_a_header_is_not_asked_about(page, tax):
    submission = tax.send("<html></html>")
    assert page.get(columns_url(submission)).status_code == 404


def test_what_is_remembered_is_shown_changed_and_forgotten_on_its_page(page, tax, unread):
    said(tax, unread)
    kept = ColumnMapping.objects.get()
    url = reverse("entities:column-mapping", args=(kept.pk,))
    assert url in page.get(reverse("entities:submission-new")).content.decode()
    assert "户名" in page.get(url).content.decode()
    names = sorted(kept.names)
    answers = {f"name_{n}": "-forget" if name == "户名" else kept.names[name] for n, name in enumerate(names)}
    assert page.post(url, answers).url == url
    kept.refresh_from_db()
    assert "户名" not in kept.names and len(kept.names) == 3
    assert page.post(url, {"forget": "1"}).url == reverse("entities:submission-new")
    assert not ColumnMapping.objects.exists()


def test_other_bodies_do_not_see_what_is_remembered(client, tax, unread):
    said(tax, unread)
    kept = ColumnMapping.objects.get()
    client.force_login(MemberFactory())
    assert client.get(reverse("entities:column-mapping", args=(kept.pk,))).status_code == 404
    client.force_login(MemberFactory(body=tax.body, role="reviewer"))
    url = reverse("entities:column-mapping", args=(kept.pk,))
    assert client.get(url).status_code == 200
    assert client.post(url, {"forget": "1"}).status_code == 403
