import os
from datetime import date

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.progress import Progress

from evaluation import bulk


class Command(BaseCommand):
    help = (
        "Rates every entity under every scheme in force. May be stopped at any time: run again on the same day it "
        "goes on where it was."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--as-of", type=date.fromisoformat, default=None, help="the day to rate for; today if left out"
        )
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="so many processes")
        parser.add_argument("--cancel", action="store_true", help="stop what runs; what is rated stays so")

    def handle(self, *args, as_of: date | None, workers: int, cancel: bool, **options) -> None:
        if cancel:
            self.stdout.write(f"{bulk.cancel_runs()} runs stopped.")
            return
        with Progress(transient=True) as shown:
            task = shown.add_task("Rating", total=None)
            changed = bulk.rate_all(
                as_of=as_of or timezone.localdate(),
                workers=workers,
                progress=lambda done, total: shown.update(task, completed=done, total=total),
            )
        self.stdout.write(f"{changed} ratings changed.")
