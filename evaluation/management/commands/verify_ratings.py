from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evaluation import services


class Command(BaseCommand):
    help = "Works every rating out again and compares it with what is stored; fails on any difference."

    def handle(self, *args, **options) -> None:
        result = services.verify_ratings(as_of=timezone.localdate())
        for difference in result.differences:
            self.stderr.write(str(difference))
        said = f"{result.compared} ratings compared, {result.waiting} entities wait for a new one"
        if result.differences:
            raise CommandError(f"{said}; {len(result.differences)} differ.")
        self.stdout.write(f"{said}; all agree.")
