import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0025_rows_are_right_as_they_stand"),
        ("repair", "0011_records_withdrawn_under_a_case"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="corrected_on",
            field=models.DateField(
                blank=True,
                help_text="As the applicant says; points come back by it.",
                null=True,
                verbose_name="corrected on",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="sector_rule",
            field=models.SlugField(
                blank=True,
                help_text="By which rule of tax or customs it was filed; none: by the rules of publicity.",
                max_length=60,
                verbose_name="rule of its sector",
            ),
        ),
        migrations.CreateModel(
            name="SectorRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=60, unique=True, verbose_name="code")),
                ("record_type", models.SlugField(max_length=60, verbose_name="type of record")),
                (
                    "field_name",
                    models.SlugField(
                        help_text="Of the type: what it says decides whether the rule fits.",
                        max_length=60,
                        verbose_name="field",
                    ),
                ),
                (
                    "values",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), size=None, verbose_name="values"
                    ),
                ),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("points", "Points come back; the record stays and says when it was corrected"),
                            ("level", "The level ends; the department says which one holds instead"),
                            ("follows", "Follows from the points of other records"),
                            ("none", "What was read gives nothing back"),
                        ],
                        max_length=10,
                        verbose_name="effect",
                    ),
                ),
                (
                    "scheme",
                    models.SlugField(
                        blank=True,
                        help_text="The published scheme whose table gives points back.",
                        max_length=60,
                        verbose_name="scheme",
                    ),
                ),
                ("conditions_zh", models.TextField(blank=True, verbose_name="conditions in Chinese")),
                ("conditions_en", models.TextField(blank=True, verbose_name="conditions in English")),
                ("article", models.CharField(blank=True, max_length=60, verbose_name="article")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="valid to")),
                ("source", models.CharField(max_length=300, verbose_name="source")),
                (
                    "verification",
                    models.CharField(
                        choices=[
                            ("V", "Full text read"),
                            ("P", "Public source, read in part"),
                            ("B", "Not verified"),
                        ],
                        max_length=1,
                        verbose_name="verification",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="entities.legalinstrument",
                    ),
                ),
            ],
            options={
                "verbose_name": "rule of a sector",
                "ordering": ("record_type", "valid_from", "code"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="a_sector_rule_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("effect", "points"), models.Q(("scheme", ""), _negated=True)),
                            models.Q(models.Q(("effect", "points"), _negated=True), ("scheme", "")),
                            _connector="OR",
                        ),
                        name="points_and_nothing_else_come_back_by_a_scheme",
                    ),
                ],
            },
        ),
    ]
