from django.conf import settings
from django.core.management.base import BaseCommand

from repair.models import Case
from repair.printing import workflow_document


class Command(BaseCommand):
    """Writes docs/workflow-*.md, one for each kind of case."""

    help = (
        "Print the workflow of repair cases into docs/workflow-*.md, from the tables that the code moves by."
    )

    def handle(self, *args, **options) -> None:
        for kind in Case.Kind:
            place = settings.BASE_DIR / "docs" / f"workflow-{kind}.md"
            place.write_text(workflow_document(kind), encoding="utf-8")
            self.stdout.write(f"written: {place.relative_to(settings.BASE_DIR)}")
