"""A scheme is data: a validated document, versioned, immutable once published."""

from evaluation.schemes.compiled import CompiledScheme, compile_scheme
from evaluation.schemes.document import SchemeDocument, Words, json_schema

__all__ = ("CompiledScheme", "SchemeDocument", "Words", "compile_scheme", "json_schema")
