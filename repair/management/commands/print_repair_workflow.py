from django.conf import settings
from django.core.management.base import BaseCommand

from repair.printing import workflow_document


class Command(BaseCommand):
    """Writes docs/workflow-repair.md."""

    help = "Print the workflow of repair cases into docs/workflow-repair.md, from the table that the code moves by."

    def handle(self, *args, **options) -> None:
        place = settings.BASE_DIR / "docs" / "workflow-repair.md"
        place.write_text(workflow_document(), encoding="utf-8")
        self.stdout.write(f"written: {place.relative_to(settings.BASE_DIR)}")
