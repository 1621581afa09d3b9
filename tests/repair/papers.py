"""Files as an applicant sends them."""

from django.core.files.uploadedfile import SimpleUploadedFile


def pdf(name: str = "receipt.pdf", text: str = "paid in full") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7\n" + text.encode(), "application/pdf")


def png(name: str = "photo.png", text: str = "the shop") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"\x89PNG\r\n\x1a\n" + text.encode(), "image/png")


def program(name: str = "receipt.pdf") -> SimpleUploadedFile:
    """Calls itself a PDF and is none."""
    return SimpleUploadedFile(name, b"MZ\x90\x00\x03", "application/pdf")
