"""The desk of the tax office, from the tests of files."""

from tests.entities.intake.conftest import catalogue, tax  # noqa: F401  (fixtures)
