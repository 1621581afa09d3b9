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


def refuse_questions_that_stand_twice(apps, schema_editor):
    """Each waits for an answer of its body, so none of two is chosen here."""
    twice = (
        apps.get_model("missing", "MissingRecord")
        .objects.filter(state="filed")
        .order_by()
        .values("entity", "body", "record_type", "number_key")
        .annotate(times=models.Count("pk"), numbers=ArrayAgg("number", order_by="number"))
        .filter(times__gt=1)[:NAMED_AT_MOST]
    )
    if twice:
        raise CommandError(
            "These ask for one record, whose number is written differently. Have one of each answered or withdrawn, "
            "with the version before, then migrate again:\n"
            + "\n".join(" = ".join(one["numbers"]) for one in twice)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("entities", "0023_one_number_however_it_is_written"),
        ("missing", "0002_appeals_and_steps"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="missingrecord",
            name="a_missing_record_is_asked_for_once",
        ),
        migrations.AddField(
            model_name="missingrecord",
            name="number_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=key("document_number"),
                help_text="What all ways of writing the number have in common; by it the record is known.",
                output_field=models.TextField(),
            ),
        ),
        migrations.AddField(
            model_name="missingrecord",
            name="reminded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(refuse_questions_that_stand_twice, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="missingrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "filed")),
                fields=("entity", "body", "record_type", "number_key"),
                name="a_missing_record_is_asked_for_once",
            ),
        ),
    ]
