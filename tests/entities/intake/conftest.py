"""What the tests of files share: the shipped catalogue, a tax clerk, and a short way to send a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from entities import two_persons
from entities.catalogue.record_types import RECORD_TYPES
from entities.models import Submission, SubmissionRow, SubmittingBody
from entities.services import submissions
from tests.factories import (
    BodyFactory,
    InstrumentFactory,
    MemberFactory,
    PublicityRuleFactory,
    RecordTypeFactory,
    RecordTypeVersionFactory,
)

HEADER = "纳税人识别号,纳税人名称,评价年度,税务机关"
OFFICE = "国家税务总局云汀市税务局"


#: The bodies and types of the shipped catalogue that files are about; all of it would take a second a test.
SENT = {
    "tax": ("tax-credit-grade",),
    "customs": ("customs-credit-status",),
    "financial-supervision": ("administrative-penalty",),
    "market-supervision": ("administrative-penalty", "administrative-licence"),
    "lead-office": ("national-credit-evaluation", "provincial-credit-evaluation"),
}


@pytest.fixture
def catalogue(db) -> None:
    """Departments and their record types as the platform ships them, and a rule that asks for a class."""
    instrument, types = InstrumentFactory(), {}
    for body_code, codes in SENT.items():
        body = BodyFactory(code=body_code)
        for code in codes:
            if code not in types:
                shipped = RECORD_TYPES[code]
                types[code] = RecordTypeFactory(code=code, polarity=shipped["polarity"], version=None)
                for version in shipped["versions"]:
                    RecordTypeVersionFactory(record_type=types[code], **{**version, "instrument": instrument})
            for version in types[code].versions.all():
                version.submitters.add(body)
    PublicityRuleFactory(severity_class="general", record_types=[types["administrative-penalty"]])


@dataclass(frozen=True, slots=True)
class Desk:
    """A clerk with the body for which they send files of one format."""

    clerk: object
    body: SubmittingBody
    format_code: str

    def upload(self, content: bytes | str, name: str = "list.csv") -> Submission:
        content = content.encode() if isinstance(content, str) else content
        return submissions.upload_submission(
            by=self.clerk,
            body=self.body,
            format_code=self.format_code,
            upload=SimpleUploadedFile(name, content),
        )

    def send(self, content: bytes | str, name: str = "list.csv") -> Submission:
        """Upload a file and have it checked, as a worker would."""
        submission = self.upload(content, name)
        submissions.check_submission(submission_id=submission.pk)
        submission.refresh_from_db()
        return submission

    def send_rows(self, *rows: Sequence[str]) -> Submission:
        """A list of taxpayers; each row is code and name, with year and office where they matter."""
        return self.send("\n".join([HEADER, *(",".join(_full(row)) for row in rows)]))

    def save(self, submission: Submission) -> Submission:
        submissions.confirm_submission(by=self.clerk, submission_id=submission.pk)
        if two_persons.file_needs_two(submission):
            second = MemberFactory(body=self.body, role="reviewer")
            submissions.confirm_submission(by=second, submission_id=submission.pk)
        submissions.save_submission(submission_id=submission.pk)
        submission.refresh_from_db()
        return submission


def _full(row: Sequence[str]) -> Sequence[str]:
    return (*row, *("2025", OFFICE)[len(row) - 2 :])


@pytest.fixture
def tax(catalogue, media) -> Desk:
    body = SubmittingBody.objects.get(code="tax")
    return Desk(MemberFactory(body=body), body, "tax-credit-a-list")


@pytest.fixture
def desk(catalogue, media) -> Callable[[str, str], Desk]:
    """The desk of any body and format: `desk("customs", "customs-status")`."""

    def make(body_code: str, format_code: str) -> Desk:
        body = SubmittingBody.objects.get(code=body_code)
        return Desk(MemberFactory(body=body), body, format_code)

    return make


def row_of(submission: Submission, number: int = 2) -> SubmissionRow:
    return submission.rows.get(number=number)


def outcomes(submission: Submission) -> dict[int, str]:
    return dict(submission.rows.order_by("number").values_list("number", "outcome"))


def sentences(row: SubmissionRow, level: str | None = None) -> str:
    return " ".join(one["en"] for one in row.problems if level in (None, one["level"]))
