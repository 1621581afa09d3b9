from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.core.management.base import CommandError
from django.db import migrations, models
from django.db.models.functions import Left

SIGNS = "<>[]{}‐‒–—―‘’‚“”„•‧−∙⋅●〈〉《》「」『』【】〔〕〝〞・\t\n\x0b\x0c\r \x85\xad\u1680\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
ONE_FOR_ALL = '()()()-----\'\'\'"""··-···()()""""()()""·'
NAMED_AT_MOST = 20


def key(name):
    narrow = models.Func(
        models.F(name), output_field=models.TextField(), template="normalize(%(expressions)s, NFKC)"
    )
    same = models.Func(
        narrow,
        models.Value(SIGNS),
        models.Value(ONE_FOR_ALL),
        function="translate",
        output_field=models.TextField(),
    )
    capital = models.Func(
        same, output_field=models.TextField(), template='upper(%(expressions)s COLLATE "C")'
    )
    return Left(capital, 300)


def refuse_numbers_that_stand_twice(apps, schema_editor):
    """Nobody but their body can say which of two records under one number holds, so nothing is chosen here."""
    records = apps.get_model("entities", "CreditRecord").objects
    twice = []
    for states in (("published",), ("draft", "waiting", "returned", "announced")):
        found = (
            records.filter(status__in=states)
            .values("submitted_by__code", "record_type__code", "number_key")
            .annotate(times=models.Count("pk"), numbers=ArrayAgg("document_number"))
            .filter(times__gt=1)
        )
        twice += [
            f"{one['submitted_by__code']}, {one['record_type__code']}: {' = '.join(one['numbers'])}"
            for one in found[: NAMED_AT_MOST - len(twice)]
        ]
    if twice:
        raise CommandError(
            "These records have one number, written differently. Withdraw or discard one of each, as their body says, "
            "with the version before, then migrate again:\n" + "\n".join(twice)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0022_roles_have_a_beginning"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="creditrecord",
            name="one_record_in_force_per_document_number",
        ),
        migrations.RemoveConstraint(
            model_name="creditrecord",
            name="one_record_in_preparation_per_document_number",
        ),
        migrations.RemoveIndex(
            model_name="creditrecord",
            name="record_by_number",
        ),
        migrations.RemoveIndex(
            model_name="submissionrow",
            name="rows_by_key",
        ),
        migrations.AddField(
            model_name="creditrecord",
            name="number_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=key("document_number"),
                help_text="What all ways of writing the number have in common; by it the record is known.",
                output_field=models.TextField(),
            ),
        ),
        migrations.RunPython(refuse_numbers_that_stand_twice, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="creditrecord",
            index=models.Index(fields=["submitted_by", "record_type", "number_key"], name="record_by_number"),
        ),
        migrations.AddIndex(
            model_name="submissionrow",
            index=models.Index(
                models.F("submission"),
                key("key"),
                condition=models.Q(("key", ""), _negated=True),
                name="rows_by_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "published")),
                fields=("submitted_by", "record_type", "number_key"),
                name="one_record_in_force_per_document_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("draft", "waiting", "returned", "announced"))),
                fields=("submitted_by", "record_type", "number_key"),
                name="one_record_in_preparation_per_document_number",
            ),
        ),
    ]
