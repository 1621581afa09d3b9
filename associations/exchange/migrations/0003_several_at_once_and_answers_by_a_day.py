import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("associations", "0003_rules_of_repair"),
        ("entities", "0023_one_number_however_it_is_written"),
        ("exchange", "0002_files_and_passing_on"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consultation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                (
                    "industry",
                    models.CharField(
                        blank=True,
                        help_text="By which the associations were chosen; empty where each was named.",
                        max_length=5,
                        verbose_name="industry, GB/T 4754",
                    ),
                ),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultations",
                        to="entities.submittingbody",
                    ),
                ),
            ],
            options={"verbose_name": "consultation of associations", "ordering": ("-asked_at", "-pk")},
        ),
        migrations.RemoveConstraint(model_name="exchange", name="an_opinion_is_asked_for_by_a_day"),
        migrations.AddField(
            model_name="exchange",
            name="consultation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exchanges",
                to="exchange.consultation",
            ),
        ),
        migrations.AddField(
            model_name="exchange",
            name="promised_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="exchange",
            name="promised_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="exchange",
            name="wished_on",
            field=models.DateField(
                blank=True,
                help_text="The day that the association named with its observation.",
                null=True,
                verbose_name="answer wished by",
            ),
        ),
        migrations.AlterField(
            model_name="exchange",
            name="paper",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="entities.document",
                verbose_name="file",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "observation"), ("due_on__isnull", False), _connector="OR"),
                name="an_opinion_is_asked_for_by_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "observation"),
                    models.Q(("promised_at", None), ("wished_on", None)),
                    _connector="OR",
                ),
                name="only_of_an_observation_a_day_is_wished_or_promised",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "observation"), _negated=True),
                    ("consultation", None),
                    _connector="OR",
                ),
                name="only_opinions_are_asked_of_several",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchange",
            constraint=models.UniqueConstraint(
                fields=("consultation", "association"), name="an_association_is_consulted_once"
            ),
        ),
    ]
