"""Gives the pages the files they need out of `node_modules`, and no others, under `vendor/`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

#: A source map goes with its file: collecting the static files fails when one that is named is missing.
FILES = (
    "@tabler/core/dist/css/tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map",
    "echarts/dist/echarts.min.js",
    "htmx.org/dist/htmx.min.js",
)


class VendorStorage(FileSystemStorage):
    """Knows under which folder collectstatic puts its files."""

    prefix = "vendor"


class VendorFinder(BaseFinder):
    """Finds third-party files. The packages hold hundreds more, some of them naming files that are not there."""

    def find(self, path: str, find_all: bool = False, **kwargs: object) -> Any:
        found = [str(file) for file in _files() if path == f"vendor/{file.name}"]
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, VendorStorage]]:
        for file in _files():
            yield file.name, VendorStorage(location=file.parent)


def _files() -> Iterator[Path]:
    return (settings.BASE_DIR / "node_modules" / name for name in FILES)
