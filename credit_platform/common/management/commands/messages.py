"""`manage.py messages`: keep the Chinese catalogue in step with the code."""

from django.core.management.base import BaseCommand, CommandError

from credit_platform.common import translations


class Command(BaseCommand):
    help = "Bring the Chinese catalogue up to date with the strings in the code, and say what still lacks Chinese."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--check", action="store_true", help="Write nothing; fail where something is missing."
        )
        choice.add_argument("--compile", action="store_true", help="Only write the file that Django reads.")

    def handle(self, *, check: bool, compile: bool, **options: object) -> None:
        if not (check or compile):
            translations.write_catalogue(
                translations.merge(translations.gather(), translations.read_catalogue())
            )
        if not check:
            translations.compile_catalogue()
        if compile:
            return
        problems = translations.problems(translations.gather(), translations.read_catalogue())
        for problem in problems:
            self.stderr.write(problem)
        if check and problems:
            raise CommandError(
                f"The Chinese catalogue has {len(problems)} problems: run `make messages`, then mend them."
            )
        self.stdout.write(
            f"{translations.CATALOGUE.relative_to(translations.ROOT)}: {len(problems)} problems."
        )
