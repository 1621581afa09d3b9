"""A file of penalties, handed in, checked and saved: against bare COPY and against django-import-export."""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path

import psutil

from bench import city, databases
from bench.harness import CannotMeasure, Result, Run, alternate, measure

#: The columns of a record as the product wrote them, without its key.
_LEFT_OUT = ("id",)


@measure("intake.vs_copy", unit="ratio")
def vs_copy(run: Run) -> Result:
    """The speed of the whole way of a file into the registry, in parts of the speed of a bare COPY.

    The whole way is: taken in, decoded, checked, matched to entities, previewed, confirmed, saved, with its audit
    trail. The COPY puts the very records that came of it into the same table with the same indexes, in a copy of the
    same city. `baseline` is its speed in rows a second.
    """
    original, other = city.database_of(run.size), run.unwatched()
    with _folder() as folder:
        file, records = folder / "penalties.csv", folder / "records.copy"
        other.apart("bench.city:write_penalties", str(file), run.size.rows, database=original)

        saved: list[int] = []

        def product() -> float:
            with databases.copy_of(original) as copy:
                told = run.apart("bench.measures.intake:submit_file", str(file), database=copy)
                run.say(f"    {_steps(told)}")
                saved.append(told["saved"])
                if not records.exists():
                    other.apart("bench.measures.intake:dump_records", str(records), database=copy)
            return told["rows"] / told["seconds"]

        def baseline() -> float:
            with databases.copy_of(original) as copy:
                told = other.apart("bench.measures.intake:copy_records", str(records), database=copy)
            run.say(f"    COPY: {_processor(told)}")
            if told["rows"] != saved[0]:
                raise CannotMeasure(f"COPY put {told['rows']:,} records in, the product {saved[0]:,}.")
            return told["rows"] / told["seconds"]

        _speed, copied, ratio = alternate(run, product, baseline, unit="rows/s")
    return Result(ratio, copied, ratio)


@measure("intake.vs_import_export", unit="ratio")
def vs_import_export(run: Run) -> Result:
    """How many times as fast as django-import-export's bulk mode the product takes the rows of one file in.

    The product does all that it does with a file; import-export reads the CSV, finds each entity by its code and
    writes the records. It gets the first rows of the file only: each row costs it the same, and a million would take
    it the better part of an hour. `baseline` is its speed in rows a second.
    """
    original, other = city.database_of(run.size), run.unwatched()
    with _folder() as folder:
        file, first_rows = folder / "penalties.csv", folder / "first.csv"
        other.apart("bench.city:write_penalties", str(file), run.size.rows, database=original)
        with file.open(encoding="utf-8") as lines, first_rows.open("w", encoding="utf-8") as kept:
            kept.writelines(islice(lines, 1 + run.size.sample))

        def product() -> float:
            with databases.copy_of(original) as copy:
                told = run.apart("bench.measures.intake:submit_file", str(file), database=copy)
            run.say(f"    {_steps(told)}")
            return told["rows"] / told["seconds"]

        def baseline() -> float:
            with databases.copy_of(original) as copy:
                told = other.apart("bench.measures.intake:import_export", str(first_rows), database=copy)
            run.say(f"    import-export: {_processor(told)}")
            return told["rows"] / told["seconds"]

        _speed, imported, ratio = alternate(run, product, baseline, unit="rows/s")
    return Result(ratio, imported, ratio)


@measure("intake.flatness", unit="times")
def flatness(run: Run) -> Result:
    """How many times as much a row of the largest file costs as one of the smallest; less is better.

    Both go their whole way, each into a copy of the same city, in turns. `baseline` is what a row of the smallest file
    costs, in microseconds.
    """
    original, other = city.database_of(run.size), run.unwatched()
    with _folder() as folder:

        def cost(rows: int) -> float:
            file = folder / f"{rows}.csv"
            if not file.exists():
                other.apart("bench.city:write_penalties", str(file), rows, database=original)
            with databases.copy_of(original) as copy:
                told = run.apart("bench.measures.intake:submit_file", str(file), database=copy)
            run.say(f"    {_steps(told)}")
            return told["seconds"] / told["rows"] * 1e6

        smallest, largest = run.size.flat
        _largest, least, ratio = alternate(
            run, lambda: cost(largest), lambda: cost(smallest), unit="µs a row"
        )
    return Result(ratio, least, 1 / ratio)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield Path(folder)


def _steps(told: dict) -> str:
    steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in told["steps"].items())
    whole = f"{told['rows']:,} rows in {told['seconds']:.1f} s ({steps}); {told['saved']:,} saved"
    return f"{whole}; {_processor(told)}"


def _processor(told: dict) -> str:
    """For a machine that had other work as well: what was worked, apart from what was waited for."""
    own, server = (told[name] / told["rows"] * 1e6 for name in ("own", "server"))
    return f"{own + server:.0f} µs of processor a row, {server:.0f} of them the database's"


# In processes of their own


@contextlib.contextmanager
def _worked(told: dict) -> Iterator[None]:
    """Add to `told` the seconds for which this process and its session in the database worked: `own`, `server`."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = psutil.Process(cursor.fetchone()[0])

    def server() -> float:
        times = session.cpu_times()
        return times.user + times.system

    before = server()
    started = time.process_time()
    yield
    told |= {"own": time.process_time() - started, "server": server() - before}


def submit_file(path: str) -> dict:
    """Send a file the way a clerk and a worker do; rows, seconds, and the seconds of each step."""
    import pyarrow as pa
    from django.core.files import File
    from django.core.files.uploadedfile import TemporaryUploadedFile

    from credit_platform import celery
    from credit_platform.accounts.models import User
    from entities.models import SubmittingBody

    # A worker has its modules when a file comes; Arrow asks for pandas with the first list that it is given.
    celery.app.loader.import_default_modules()
    pa.array([0])
    clerk = User.objects.get(username=city.CLERK)
    body = SubmittingBody.objects.get(code=city.BODY)
    source = Path(path)
    # As it lies there once a browser has sent it.
    upload = TemporaryUploadedFile(source.name, "text/csv", source.stat().st_size, "utf-8")
    with source.open("rb") as file:
        for chunk in File(file).chunks():
            upload.write(chunk)
    upload.seek(0)
    with contextlib.closing(upload):
        return _submit(upload, clerk, body)


def _submit(upload, clerk, body) -> dict:
    from entities.models import CreditRecord, Submission
    from entities.services import submissions

    steps: dict[str, float] = {}

    @contextlib.contextmanager
    def timed(name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        steps[name] = time.perf_counter() - started

    worked: dict[str, float] = {}
    with _worked(worked):
        with timed("taken in"):
            submission = submissions.upload_submission(
                by=clerk, body=body, format_code=city.FORMAT, upload=upload
            )
        with timed("checked"):
            submissions.check_submission(submission_id=submission.pk)
        with timed("confirmed"):
            submissions.confirm_submission(by=clerk, submission_id=submission.pk)
        with timed("saved"):
            submissions.save_submission(submission_id=submission.pk)
    submission.refresh_from_db()
    saved = CreditRecord.objects.filter(submission=submission).count()
    submission.document.file.delete(save=False)
    if submission.state != Submission.State.DONE or not saved:
        raise CannotMeasure(f"The file was not saved: {submission.state}, {saved} records.")
    seconds = sum(steps.values())
    return {"rows": submission.rows_total, "saved": saved, "seconds": seconds, "steps": steps, **worked}


def dump_records(path: str) -> None:
    """Keep the records of the last file as COPY writes them."""
    from django.db import connection

    from entities.models import Submission

    query = (
        f"COPY (SELECT {', '.join(_columns())} FROM entities_creditrecord"
        f" WHERE submission_id = {Submission.objects.latest('pk').pk} ORDER BY id) TO STDOUT"
    )
    with Path(path).open("wb") as file, connection.cursor() as cursor, cursor.copy(query) as copy:
        file.writelines(copy)


def copy_records(path: str) -> dict:
    """Put the kept records into the registry by one COPY."""
    from django.db import connection, transaction

    from credit_platform.accounts.models import User
    from entities.models import CreditRecord, Document, Submission, SubmittingBody

    with Path(path).open(encoding="utf-8") as file:
        # The file that they came in, of which each record holds the key.
        key = file.readline().split("\t")[_columns().index("submission_id")]
    clerk, body = User.objects.get(username=city.CLERK), SubmittingBody.objects.get(code=city.BODY)
    if not Submission.objects.filter(pk=key).exists():
        document = Document.objects.create(name="records.copy", size=0, sha256="", uploaded_by=clerk)
        Submission.objects.create(pk=key, body=body, document=document, uploaded_by=clerk)
    before = CreditRecord.objects.count()
    worked: dict[str, float] = {}
    started = time.perf_counter()
    with (
        _worked(worked),
        transaction.atomic(),
        Path(path).open("rb") as file,
        connection.cursor() as cursor,
        cursor.copy(f"COPY entities_creditrecord ({', '.join(_columns())}) FROM STDIN") as copy,
    ):
        while part := file.read(1 << 20):
            copy.write(part)
    seconds = time.perf_counter() - started
    return {"rows": CreditRecord.objects.count() - before, "seconds": seconds, **worked}


def _columns() -> list[str]:
    from entities.models import CreditRecord

    return [
        str(field.column)
        for field in CreditRecord._meta.concrete_fields
        if field.column not in _LEFT_OUT and not field.generated
    ]


def import_export(path: str) -> dict:
    """Import the file with django-import-export in bulk mode, as its documentation advises for large files."""
    import tablib

    from entities.models import CreditRecord

    resource, before = penalty_resource(), CreditRecord.objects.count()
    worked: dict[str, float] = {}
    started = time.perf_counter()
    with _worked(worked):
        with Path(path).open(encoding="utf-8", newline="") as file:
            rows = tablib.Dataset().load(file, format="csv")
        resource.import_data(rows, raise_errors=False)
    seconds = time.perf_counter() - started
    saved = CreditRecord.objects.count() - before
    if saved < len(rows) * 0.9:
        raise CannotMeasure(f"django-import-export took {saved} of {len(rows)} rows.")
    return {"rows": len(rows), "seconds": seconds, **worked}


def penalty_resource():
    """The same file as a resource of django-import-export: columns, an entity by its code, new records to review."""
    from django.utils import timezone
    from import_export import fields, resources, widgets

    from agencies.double_publicity import kinds_of
    from credit_platform.accounts.models import User
    from entities.models import CreditRecord, Entity, RecordType, SubmittingBody

    class Yuan(widgets.DecimalWidget):
        def clean(self, value, row=None, **kwargs):
            amount = super().clean(value, row, **kwargs)
            return None if amount is None else (amount * 10_000).quantize(Decimal("0.01"))

    class Kinds(widgets.CharWidget):
        def clean(self, value, row=None, **kwargs):
            return kinds_of(value)[0]

    def column(attribute: str, name: str, widget=None) -> fields.Field:
        return fields.Field(attribute=attribute, column_name=name, widget=widget)

    body, clerk = SubmittingBody.objects.get(code=city.BODY), User.objects.get(username=city.CLERK)
    record_type = RecordType.objects.get(code="administrative-penalty")
    versions = list(record_type.versions.order_by("-valid_from"))
    classes = {"轻微": "minor", "一般": "general", "严重": "serious"}

    class PenaltyResource(resources.ModelResource):
        entity = column("entity", "统一社会信用代码", widgets.ForeignKeyWidget(Entity, "credit_code"))
        document_number = column("document_number", "行政处罚决定书文号")
        title = column("title", "违法行为类型")
        facts = column("facts", "违法事实")
        legal_basis = column("legal_basis", "处罚依据")
        penalty_kinds = column("penalty_kinds", "处罚类别", Kinds())
        amount = column("amount", "罚款金额(万元)", Yuan())
        decided_on = column("decided_on", "处罚决定日期", widgets.DateWidget("%Y-%m-%d"))
        authority = column("authority", "处罚机关")

        class Meta:
            model = CreditRecord
            fields = (
                "entity", "document_number", "title", "facts", "legal_basis", "penalty_kinds", "amount", "decided_on",
                "authority",
            )  # fmt: skip
            use_bulk = True
            batch_size = 1_000
            skip_diff = True
            report_skipped = False
            # One wrong row would otherwise take all others back with it.
            use_transactions = False
            # Every row is new: looking each up would only be slower.
            force_init_instance = True
            import_id_fields = ()

        def before_save_instance(self, instance, row, **kwargs):
            instance.submitted_by, instance.record_type, instance.entered_by = body, record_type, clerk
            instance.type_version = next(v for v in versions if v.valid_from <= instance.decided_on)
            instance.severity_class = classes.get(row["失信严重程度"], "general")
            instance.status, instance.entered_at = CreditRecord.Status.WAITING, timezone.now()

    return PenaltyResource()
