from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from credit_platform.accounts.services import NewAccount
from credit_platform.common.errors import DomainError
from entities.people import services


class Command(BaseCommand):
    help = "Makes the first person of the lead office in a new city, who gives all other roles on the page of people."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name-zh", required=True, help="Name in Chinese.")
        parser.add_argument("--name-en", default="", help="Name in English, if there is one.")
        parser.add_argument("--email", required=True)
        parser.add_argument(
            "--password-stdin", action="store_true", help="Read the password from a line of input, unasked."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = input() if options["password_stdin"] else self._typed_twice()
        account = NewAccount(options["username"], options["name_zh"], options["name_en"], password)
        try:
            first = services.make_first_lead(account=account, email=options["email"].strip())
        except DomainError as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{first.user.username} acts for {first.body} and can sign in.")

    @staticmethod
    def _typed_twice() -> str:
        password = getpass("Password: ")
        if getpass("Once more: ") != password:
            raise CommandError("The two are not the same.")
        return password
