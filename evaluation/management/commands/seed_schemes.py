from django.core.management.base import BaseCommand
from django.utils import timezone

from evaluation import bulk, services
from evaluation.schemes.shipped import shipped_schemes


class Command(BaseCommand):
    help = "Publishes the schemes that come with the platform. Running it again changes nothing."

    def handle(self, *args, **options) -> None:
        published = 0
        for shipped in shipped_schemes():
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
