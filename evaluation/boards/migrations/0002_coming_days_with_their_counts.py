from django.db import migrations, models
from django.db.models import F, OrderBy


class Migration(migrations.Migration):
    dependencies = [("boards", "0001_counts_of_boards")]

    operations = [
        # The days ahead are worked out anew every night; those of last night lack what is asked for now.
        migrations.RunSQL("TRUNCATE boards_comingmove, boards_comingday", migrations.RunSQL.noop),
        *(
            migrations.AddField("comingday", name, models.IntegerField(), preserve_default=False)
            for name in ("graded", "rise", "fall")
        ),
        migrations.AddField("comingmove", "day", models.DateField(), preserve_default=False),
        migrations.AddIndex(
            "comingmove",
            models.Index(
                F("scheme"),
                F("day"),
                OrderBy(F("to_place"), descending=True, nulls_last=True),
                F("id"),
                name="coming_moves_listed",
            ),
        ),
    ]
