import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("commitments", "0001_templates_and_commitments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="commitment",
            name="a_commitment_that_was_checked_says_what_was_found",
        ),
        migrations.AddField(
            model_name="commitment",
            name="taken_back_because",
            field=models.CharField(blank=True, max_length=500, verbose_name="why it was taken back"),
        ),
        migrations.AddField(
            model_name="commitment",
            name="taken_back_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="taken_back_on",
            field=models.DateField(blank=True, null=True, verbose_name="taken back on"),
        ),
        migrations.AlterField(
            model_name="commitment",
            name="state",
            field=models.CharField(
                choices=[
                    ("given", "To be kept"),
                    ("kept", "Kept"),
                    ("broken", "Broken"),
                    ("taken_back", "Taken back"),
                ],
                default="given",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checked_by", None),
                    ("checked_on", None),
                    ("finding", ""),
                    ("state__in", ("given", "taken_back")),
                )
                | models.Q(
                    models.Q(("state__in", ("given", "taken_back")), _negated=True),
                    models.Q(("finding", ""), _negated=True),
                    ("checked_by__isnull", False),
                    ("checked_on__isnull", False),
                ),
                name="a_commitment_that_was_checked_says_what_was_found",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "taken_back"), _negated=True)
                | models.Q(
                    models.Q(("taken_back_because", ""), _negated=True),
                    ("taken_back_by__isnull", False),
                    ("taken_back_on__isnull", False),
                ),
                name="a_commitment_that_was_taken_back_says_why",
            ),
        ),
    ]
