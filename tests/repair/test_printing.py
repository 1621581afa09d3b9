"""The documents on the workflow say what the code does."""

import pytest
from django.conf import settings

from repair.models import Case
from repair.printing import workflow_document


@pytest.mark.parametrize("kind", Case.Kind.values)
def test_the_document_is_the_one_that_the_code_prints(kind):
    place = settings.BASE_DIR / "docs" / f"workflow-{kind}.md"
    assert place.read_text(encoding="utf-8") == workflow_document(kind), (
        "Run manage.py print_repair_workflow."
    )
