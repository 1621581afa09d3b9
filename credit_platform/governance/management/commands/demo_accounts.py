from typing import IO, cast

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from credit_platform.accounts.models import User
from credit_platform.governance.demo.people import PEOPLE, accounts_file, noted_password
from entities.models import EntityAgent, Membership


class Command(BaseCommand):
    help = "Prints the ready-made accounts of the demonstration city, with their password."

    def handle(self, *args, **options) -> None:
        password = noted_password()
        names = [person.username for person in PEOPLE]
        there = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        if not there:
            self.stdout.write("There is no demonstration city here: manage.py load_demo_city makes one.")
            return
        if password is None:
            self.stdout.write(
                f"The password was in {accounts_file()}, which is gone: manage.py changepassword {PEOPLE[0].username} "
                "sets a new one, and so on for the others."
            )
            return
        places = dict(
            EntityAgent.objects.filter(user__username__in=there, revoked_at=None)
            .order_by("-pk")
            .values_list("user__username", "entity__name_en")
        )
        places |= dict(
            Membership.objects.filter(user__username__in=there).values_list("user__username", "body__name_en")
        )
        table = Table(
            title=f"Accounts of the demonstration city. Password of all: {password}", title_justify="left"
        )
        for column in ("user name", "person", "role", "for"):
            table.add_column(column, overflow="fold")
        for person in PEOPLE:
            if person.username in there:
                role = str(Membership.Role(person.role).label) if person.role else "Agent of a business"
                table.add_row(
                    person.username,
                    f"{person.name_en} {person.name_zh}",
                    role,
                    places.get(person.username, ""),
                )
        Console(file=cast(IO[str], self.stdout), width=110, highlight=False).print(table)
        self.stdout.write(f"The password is kept in {accounts_file()}.")
