from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """The search for names stands on trigrams, so the extension comes before any table that indexes them."""

    initial = True
    dependencies = []
    run_before = [("entities", "0001_initial")]
    operations = [TrigramExtension()]
