from django.core.management.base import BaseCommand

from credit_platform.common.services import seed_working_calendar
from entities.services.catalogue import seed_catalogue


class Command(BaseCommand):
    """Door to the seeding services."""

    help = "Writes the shipped catalogue (bodies, instruments, record types, publicity rules) and the working calendar."

    def handle(self, *args, **options) -> None:
        written = seed_catalogue()
        years = seed_working_calendar()
        for what, count in written.items():
            self.stdout.write(f"{what}: {count} written")
        self.stdout.write(f"years of the working calendar: {len(years)} written")
