import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """In a migration of its own: the rows that the one before wrote have to be settled before their table changes."""

    dependencies = [("public_reports", "0002_topics_are_dated_rows")]

    operations = [
        migrations.RemoveField(model_name="publicreport", name="topic"),
        migrations.RenameField(model_name="publicreport", old_name="topic_version", new_name="topic"),
        migrations.AlterField(
            model_name="publicreport",
            name="topic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="public_reports.reporttopic",
                verbose_name="what it is about",
            ),
        ),
    ]
