import sys
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from credit_platform.governance.demo import city

#: Back to the beginning of the line, and empty it.
CLEAR = "\r\033[K"
EVERY = 10
WORDS = {
    "catalogue": "catalogue, schemes, calendar",
    "businesses": "businesses",
    "history": "two years of history",
    "ratings": "ratings",
}


class Command(BaseCommand):
    help = "Makes the demonstration city Yunting, with ready-made accounts; does nothing where it exists."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--yes-i-know",
            action="store_true",
            help="load it under other settings than those of make up: whoever has the password can sign in",
        )

    def handle(self, *args, **options) -> None:
        if not (settings.DEMONSTRATION or options["yes_i_know"]):
            raise CommandError(
                "These settings are not those of a demonstration, and the city brings accounts with a known "
                "password. Use --yes-i-know if that is meant."
            )
        if city.exists():
            self.stdout.write("The demonstration city is already here.")
            return
        started = time.monotonic()
        city.make(progress=self._progress())
        self.stdout.write(f"The demonstration city is ready after {time.monotonic() - started:.0f} s.")

    def _progress(self):
        """A line for each step: on a terminal it counts, elsewhere it is written when the step is done."""
        live = sys.stdout.isatty()

        def show(what: str, done: int, total: int) -> None:
            if done == total:
                self.stdout.write(f"{CLEAR if live else ''}{WORDS[what]}: {total}")
            elif live and done % EVERY == 0:
                self.stdout.write(f"{CLEAR}{WORDS[what]}: {done} of {total}", ending="")
                self.stdout.flush()

        return show
