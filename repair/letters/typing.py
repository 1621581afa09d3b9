"""Typing a letter: from what it says to a PDF. Pure: the same words give the same pages, on any machine.

The faces come with a package, and none of the machine's own is looked at.
"""

import io
import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import cast

import pylopdf_fonts_zh_cn as faces
import qrcode
import typst
from qrcode.image.svg import SvgPathImage

TEMPLATE = Path(__file__).with_name("letter.typ")
FACES = (faces.serif_path(), faces.sans_path())


class FacesMissing(Exception):
    """The Chinese faces are not there, and a letter without them would be a page of empty boxes."""


@cache
def _fonts() -> typst.Fonts:
    missing = [path.name for path in FACES if not path.is_file()]
    if missing:
        raise FacesMissing(
            f"The package pylopdf-fonts-zh-cn lacks {' and '.join(missing)}: install the packages of"
            " requirements.lock again."
        )
    return typst.Fonts(include_system_fonts=False, font_paths=[path.parent for path in FACES])


def typed(content: dict, *, number: str, verify: str, issued_at: datetime, files: dict[str, str]) -> bytes:
    """The letter as PDF, with a text layer, tags and the files attached.

    Args:
        content: `parts` and `seal`, as `repair.letters.texts` writes them.
        verify: the address that the QR code leads to.
        files: by name, the text that is attached.
    """
    data = {
        **content,
        "number": number,
        "verify": verify,
        "qr": _qr(verify),
        "files": [{"name": name, "content": text} for name, text in files.items()],
    }
    compiler = typst.Compiler(TEMPLATE, font_paths=_fonts(), sys_inputs={"data": json.dumps(data)})
    return cast("bytes", compiler.compile(format="pdf", timestamp=int(issued_at.timestamp())))


def _qr(address: str) -> str:
    image = qrcode.make(address, image_factory=SvgPathImage, border=0)
    drawn = io.BytesIO()
    image.save(drawn)
    return drawn.getvalue().decode()
