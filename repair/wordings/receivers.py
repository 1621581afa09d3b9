"""What wordings do when their table is there."""

from repair.wordings import services


def seed_wordings(sender, **kwargs) -> None:
    """A decision against somebody says what is open against it from the first day, so its words come with the table."""
    services.seed_wordings()
