"""What a start does to the database before anything is served: migrate, and on the first start load the city."""

import io

import django
from django.core.management import call_command
from django.db import transaction

from credit_platform.embedded.places import here


def main() -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    # All of it or nothing: a start that is cut short must not leave half a city behind.
    with transaction.atomic():
        call_command("load_demo_city")
    accounts = io.StringIO()
    call_command("demo_accounts", stdout=accounts)
    printed = here().run / "accounts.txt"
    # It names a password: nobody else on the machine reads it.
    printed.touch(mode=0o600)
    printed.write_text(accounts.getvalue())


if __name__ == "__main__":
    main()
