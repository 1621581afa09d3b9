"""What stands in a PDF as it is drawn."""

import re
import zlib


def unpacked(content: bytes) -> bytes:
    """A PDF with what its packed objects say."""
    text = content
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            text += zlib.decompress(stream)
        except zlib.error:
            continue
    return text


def faces_of(content: bytes) -> set[str]:
    """The names of the faces embedded in a PDF."""
    return {
        name.decode().partition("+")[2] for name in re.findall(rb"/FontName\s*/([^\s/>]+)", unpacked(content))
    }


def codes_of(content: bytes) -> list[str]:
    """The addresses to which the QR codes of a PDF lead: each is a link with its address as what is read aloud."""
    return [code.decode() for code in re.findall(rb"/Alt\s*\(([^)]*)\)/A", unpacked(content))]
