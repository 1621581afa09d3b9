from django.core.management.base import BaseCommand, CommandError

from evaluation.boards import counting


class Command(BaseCommand):
    help = (
        "Counts every rating over and compares it with what the boards are read from; names each difference, and fails "
        "on any. With --rebuild counts everything anew first."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="count everything anew first")

    def handle(self, *args, rebuild: bool, **options) -> None:
        if rebuild:
            self.stdout.write(f"{counting.rebuild()} ratings counted anew.")
        result = counting.verify()
        for difference in result.differences:
            self.stderr.write(difference)
        if result.differences:
            raise CommandError(f"{result.compared} ratings compared; {len(result.differences)} differ.")
        self.stdout.write(f"{result.compared} ratings compared; all agree.")
