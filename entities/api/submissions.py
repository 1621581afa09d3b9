"""Files over REST: hand in, follow, read the problems, confirm. The same checks and policies as on the pages."""

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from credit_platform.common.api import ERRORS
from entities import submission_selectors as selectors
from entities.intake.sentences import for_reader
from entities.models import Submission, SubmissionRow, SubmittingBody
from entities.services import submissions


class SubmissionIn(serializers.Serializer):
    """A file, for whom it is sent, and of which format. What its rows may say is checked afterwards."""

    body = serializers.SlugRelatedField(slug_field="code", queryset=SubmittingBody.objects.all())
    format = serializers.CharField(max_length=60)
    file = serializers.FileField()


class CountsOut(serializers.Serializer):
    """Rows by what becomes of them."""

    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    asked = serializers.IntegerField()
    refused = serializers.IntegerField()
    saved = serializers.IntegerField()


class SubmissionOut(serializers.ModelSerializer):
    """A file as it stands."""

    body = serializers.SlugRelatedField(slug_field="code", read_only=True)
    format = serializers.CharField(source="format_code")
    file_name = serializers.CharField(source="document.name")
    sha256 = serializers.CharField(source="document.sha256")
    problem = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField()
    counts = serializers.SerializerMethodField()

    class Meta:
        model = Submission
        fields = (
            "id", "body", "format", "file_name", "sha256", "state", "problem", "notes", "encoding", "rows_total",
            "rows_worked", "uploaded_at", "confirmed_at", "finished_at", "counts",
        )  # fmt: skip
        read_only_fields = fields

    def get_problem(self, submission: Submission) -> str:
        return for_reader(submission.problem)

    def get_notes(self, submission: Submission) -> list[str]:
        return [for_reader(note) for note in submission.notes]

    @extend_schema_field_counts
    def get_counts(self, submission: Submission) -> dict:
        return CountsOut(selectors.counts_of(submission)).data
