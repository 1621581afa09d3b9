import json

from django.core.management.base import BaseCommand, CommandParser

from evaluation.schemes import json_schema
from evaluation.schemes.reference import reference


class Command(BaseCommand):
    help = "Prints the words of the scheme language, or its JSON Schema."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--schema", action="store_true", help="the JSON Schema, for editors and for checking"
        )

    def handle(self, *args, schema: bool, **options) -> None:
        self.stdout.write(json.dumps(json_schema(), ensure_ascii=False, indent=2) if schema else reference())
