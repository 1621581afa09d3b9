"""Templates for download: what they hold, and that what they show is taken."""

import io
import zipfile

import pytest
from django.urls import reverse
from django.utils import translation

from associations.models import Association
from entities.intake import formats, templates
from entities.intake.matching import Question
from entities.intake.reading import open_table
from entities.intake.rows import AmountField, DayField
from entities.models import SubmittingBody
from entities.services import submissions
from entities.services.catalogue import seed_catalogue
from tests.associations.factories import MembershipOfEntityFactory
from tests.entities.intake.conftest import Desk, outcomes, row_of, sentences
from tests.factories import EntityFactory, MemberFactory

CODES = sorted(formats._formats)
LANGUAGES = ("en", "zh-hans")


def parts(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(part).decode() for part in archive.namelist() if name in part)


@pytest.fixture
def desk_of(db, media):
    """A desk that sends files of the format, with the entity of its example row in the registry."""

    def make(fmt) -> Desk:
        seed_catalogue()
        body = next(body for body in SubmittingBody.objects.all() if fmt.is_open_to(body))
        example = {column.field: column.example for column in fmt.columns}
        entity = EntityFactory(
            name_zh=example["entity_name"],
            **({"credit_code": c} if (c := example.get("credit_code")) else {}),
        )
        role = "clerk"
        if fmt.body_kind == SubmittingBody.Kind.ASSOCIATION:
            role = "officer"
            association, _new = Association.objects.get_or_create(body=body)
            if fmt.code != "members":
                MembershipOfEntityFactory(association=association, entity=entity)
        return Desk(MemberFactory(body=body, role=role), body, fmt.code)

    return make


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("code", CODES)
def test_the_example_row_of_every_template_is_taken_as_it_stands(desk_of, code, kind, language):
    fmt = formats.get(code)
    desk = desk_of(fmt)
    with translation.override(language):
        if kind == "xlsx":
            content = templates.as_xlsx(fmt).read()
        else:
            content = "\n".join(
                ",".join(f'"{cell}"' for cell in line) for line in templates.template_lines(fmt)
            ).encode("utf-8-sig")
    submission = desk.send(content, f"template.{kind}")
    assert submission.state == "ready", submission.problem
    row = row_of(submission)
    assert sentences(row, "error") == ""
    if row.outcome == "asked":
        assert row.question == Question.NAME
        submissions.choose_entity(
            by=desk.clerk, submission_id=submission.pk, number=2, entity_id=row.candidates[0]
        )
    assert outcomes(submission) == {2: "new"}
    saved = desk.save(submission)
    assert saved.rows.get().is_saved


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_column_of_a_workbook_has_its_help_and_choices_have_drop_downs(code, language):
    fmt = formats.get(code)
    with translation.override(language):
        content = templates.as_xlsx(fmt).read()
        comments = parts(content, "xl/comments")
        for column in fmt.columns:
            assert str(templates.help_of(fmt, column)).replace("&", "&amp;") in comments
        closed = [column for column in fmt.columns if templates.choices_of(fmt, column)[0]]
    rules = parts(content, "xl/worksheets/sheet1.xml")
    typed = [
        column for column in fmt.columns
        if isinstance(fmt.row_form.base_fields[column.field], DayField | AmountField)
    ]  # fmt: skip
    assert rules.count('<dataValidation type="list"') == len(closed)
    assert rules.count("<dataValidation ") == len(closed) + len(typed)


def test_the_choices_are_in_the_readers_language_where_the_form_takes_it():
    fmt = formats.get("market-penalties")
    column = next(column for column in fmt.columns if column.field == "severity_class")
    with translation.override("zh-hans"):
        assert templates.choices_of(fmt, column) == (["轻微", "一般", "严重"], True)
    with translation.override("en"):
        assert templates.choices_of(fmt, column) == (["minor", "general", "serious"], True)


@pytest.mark.parametrize("code", CODES)
def test_every_choice_offered_is_one_that_the_form_reads(code):
    fmt = formats.get(code)
    for column in fmt.columns:
        words, only = templates.choices_of(fmt, column)
        field = fmt.row_form.base_fields[column.field]
        if only:
            assert {field.clean(word) for word in words} == {value for value, _label in field.choices}


def test_the_names_of_a_template_say_what_is_needed_and_are_still_found():
    fmt = formats.get("tax-credit-a-list")
    with translation.override("en"):
        content = templates.as_xlsx(fmt)
    with open_table(content, fmt.known_columns()) as table:
        assert table.layout.header[:2] == ["*Taxpayer number", "*Taxpayer"]
        assert set(table.layout.columns) == {column.field for column in fmt.columns}
        assert not table.notes


def test_templates_are_for_who_may_send_the_format(client, tax):
    client.force_login(tax.clerk)
    response = client.get(reverse("entities:submission-template-sheet", args=(tax.format_code,)))
    assert response.status_code == 200
    assert response["Content-Disposition"] == 'attachment; filename="tax-credit-a-list.xlsx"'
    assert b"".join(response.streaming_content).startswith(b"PK")
    client.force_login(MemberFactory())
    assert (
        client.get(reverse("entities:submission-template-sheet", args=(tax.format_code,))).status_code == 404
    )
