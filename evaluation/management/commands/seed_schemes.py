from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evaluation import bulk, services
from evaluation.schemes.shipped import scheme_library, shipped_schemes


class Command(BaseCommand):
    help = (
        "Publishes the schemes that come with the platform and rates everybody by what is new. Running it again changes "
        "nothing."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--also",
            action="append",
            default=[],
            metavar="CODE",
            help="also this one of the methods that come along as examples; may be given several times",
        )

    def handle(self, *args, also: list[str], **options) -> None:
        examples = {one.code: one for one in scheme_library() if not one.installed}
        if strange := set(also) - examples.keys():
            raise CommandError(
                f"No such example: {', '.join(sorted(strange))}. There are {', '.join(sorted(examples))}."
            )
        published = 0
        for shipped in (*shipped_schemes(), *(examples[code] for code in dict.fromkeys(also))):
            version = services.install_scheme(
                by=None,
                code=shipped.code,
                facts=shipped.facts,
                document=shipped.document,
                effective_from=shipped.effective_from,
            )
            published += version is not None
            self.stdout.write(f"{shipped.code}: {f'published as {version}' if version else 'nothing new'}")
        if published:
            changed = bulk.rate_all(as_of=timezone.localdate())
            self.stdout.write(f"{changed} ratings changed.")
