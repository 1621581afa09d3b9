from django.db import migrations


class Migration(migrations.Migration):
    """Nothing is known of a column that was added until its table is analysed: each search by number read all records."""

    dependencies = [("entities", "0023_one_number_however_it_is_written")]

    operations = [
        migrations.RunSQL("ANALYZE entities_creditrecord, entities_submissionrow", migrations.RunSQL.noop)
    ]
