from django.conf import settings
from django.core.management.base import BaseCommand

from repair.missing.printing import workflow_document


class Command(BaseCommand):
    """Writes docs/workflow-missing.md."""

    help = "Print how a missing record is asked for into docs/workflow-missing.md, from the table that the code moves by."

    def handle(self, *args, **options) -> None:
        place = settings.BASE_DIR / "docs" / "workflow-missing.md"
        place.write_text(workflow_document(), encoding="utf-8")
        self.stdout.write(f"written: {place.relative_to(settings.BASE_DIR)}")
