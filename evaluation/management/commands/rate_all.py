from datetime import date

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.progress import Progress

from evaluation import services


class Command(BaseCommand):
    help = "Rates every entity under every scheme in force. May be stopped and run again at any time."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--as-of", type=date.fromisoformat, default=None, help="the day to rate for; today if left out"
        )

    def handle(self, *args, as_of: date | None, **options) -> None:
        with Progress(transient=True) as shown:
            task = shown.add_task("Rating", total=None)
            changed = services.rate_all(
                as_of=as_of or timezone.localdate(),
                progress=lambda done, total: shown.update(task, completed=done, total=total),
            )
        self.stdout.write(f"{changed} ratings changed.")
