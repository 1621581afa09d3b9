"""`python -m bench.apart module:function '[arguments]' answer.json`: one function in a process of its own."""

import importlib
import json
import sys
from pathlib import Path

import django

from bench.harness import own_peak_mb


def main(target: str, arguments: str, answer: str) -> None:
    django.setup()
    module, _colon, name = target.partition(":")
    returned = getattr(importlib.import_module(module), name)(*json.loads(arguments))
    Path(answer).write_text(json.dumps({"returned": returned, "peak_mb": own_peak_mb()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
