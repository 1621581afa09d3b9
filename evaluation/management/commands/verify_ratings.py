import random

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evaluation import replay, services
from evaluation.models import RatingChange


class Command(BaseCommand):
    help = (
        "Works every rating out again and compares it with what is stored, and with --past also every grade that was "
        "ever given, from what was known on its day; names each difference, and fails on any."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--past", action="store_true", help="also the grades of all days before")
        parser.add_argument(
            "--sample", type=int, default=None, help="of the past, only so many entities by chance"
        )

    def handle(self, *args, past: bool, sample: int | None, **options) -> None:
        result = services.verify_ratings(as_of=timezone.localdate())
        said = [f"{result.compared} ratings compared, {result.waiting} entities wait for a new one"]
        differences: list[object] = list(result.differences)
        if past or sample is not None:
            ids = list(RatingChange.objects.order_by().values_list("entity_id", flat=True).distinct())
            if sample is not None and sample < len(ids):
                ids = random.sample(ids, sample)
            compared, found = replay.verify_past(ids)
            said.append(f"{compared} grades of {len(ids)} entities replayed")
            differences += found
        for difference in differences:
            self.stderr.write(str(difference))
        if differences:
            raise CommandError(f"{'; '.join(said)}; {len(differences)} differ.")
        self.stdout.write(f"{'; '.join(said)}; all agree.")
