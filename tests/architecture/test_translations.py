"""Whoever reads Chinese reads all of it in Chinese."""

from credit_platform.common.translations import gather, problems, read_catalogue


def test_every_string_has_its_chinese():
    lacking = problems(gather(), read_catalogue())

    assert not lacking, "Run `make messages`, then mend the catalogue:\n" + "\n".join(lacking)
