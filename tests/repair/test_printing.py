"""The document on the workflow says what the code does."""

from django.conf import settings

from repair.printing import workflow_document


def test_the_document_is_the_one_that_the_code_prints():
    place = settings.BASE_DIR / "docs" / "workflow-repair.md"
    assert place.read_text(encoding="utf-8") == workflow_document(), "Run manage.py print_repair_workflow."
