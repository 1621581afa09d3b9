"""`manage.py revoke_signing_key CODE "why"`: what the key signed is no longer to be relied on."""

from django.core.management.base import BaseCommand, CommandError

from credit_platform.common.errors import DomainError
from repair.letters import papers, services


class Command(BaseCommand):
    help = "Say that the private half of a signing key got away: what it signed is then shown as not to be relied on."

    def add_arguments(self, parser):
        parser.add_argument("code", help="The code of the key, as /verify/ lists it.")
        parser.add_argument("because", help="Why; whoever checks a paper reads it.")

    def handle(self, *, code: str, because: str, **options: object) -> None:
        try:
            key = services.revoke_key(code=code, because=because)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"{key.code} is revoked: {papers.signed_with(key)} papers are no longer to be relied on."
        )
