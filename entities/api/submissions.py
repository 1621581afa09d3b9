"""Files over REST: hand in, follow, read the problems, confirm. The same checks and policies as on the pages."""

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from credit_platform.common.api import ERRORS
from credit_platform.common.errors import InvalidInput
from credit_platform.common.parsers import SoundJSONParser
from entities import submission_selectors as selectors, two_persons
from entities.api.serializers import SYSTEMS
from entities.downloads import rest_response
from entities.intake.sentences import for_reader
from entities.models import Submission, SubmissionRow, SubmittingBody
from entities.services import submissions, taking_back


class SubmissionIn(serializers.Serializer):
    """A file, for whom it is sent, and of which format. What its rows may say is checked afterwards."""

    body = serializers.SlugRelatedField(slug_field="code", queryset=SubmittingBody.objects.all())
    format = serializers.CharField(max_length=60)
    file = serializers.FileField()


class BecauseIn(serializers.Serializer):
    """Why a file is taken back, or why not."""

    because = serializers.CharField(max_length=taking_back.LONGEST_REASON)


class CountsOut(serializers.Serializer):
    """Rows by what becomes of them, as far as the file has been checked."""

    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    asked = serializers.IntegerField(
        help_text="Rows about which a person has to decide on the page of the file: which entity is meant, or whether "
        "two things that contradict each other are right as they stand."
    )
    refused = serializers.IntegerField()
    saved = serializers.IntegerField()


BEFORE_A_REVIEWER = "Whether a second person has still to agree that it be saved, or taken back."


class SubmissionListed(serializers.ModelSerializer):
    """A file in a list."""

    body = serializers.SlugRelatedField(slug_field="code", read_only=True)
    format = serializers.CharField(source="format_code")
    file_name = serializers.CharField(source="document.name")
    sha256 = serializers.CharField(source="document.sha256")
    before_a_reviewer = serializers.BooleanField(
        source="waits_for_two",
        read_only=True,
        help_text=BEFORE_A_REVIEWER,
    )
    problem = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField()

    class Meta:
        model = Submission
        fields = (
            "id", "body", "format", "file_name", "sha256", "state", "before_a_reviewer", "problem", "notes", "encoding", "rows_total",
            "rows_worked", "grade_outlook", "uploaded_at", "confirmed_at", "finished_at",
        )  # fmt: skip

    def get_problem(self, submission: Submission) -> str:
        return for_reader(submission.problem)

    def get_notes(self, submission: Submission) -> list[str]:
        return [for_reader(note) for note in submission.notes]


class SubmissionOut(SubmissionListed):
    """One file as it stands."""

    counts = serializers.SerializerMethodField()
    before_a_reviewer = serializers.SerializerMethodField(help_text=BEFORE_A_REVIEWER)
    asked_by = serializers.SerializerMethodField(
        help_text="Who asked that it be saved, or taken back, where a second person has still to agree; empty otherwise."
    )

    class Meta(SubmissionListed.Meta):
        fields = (*SubmissionListed.Meta.fields, "counts", "asked_by")

    def get_before_a_reviewer(self, submission: Submission) -> bool:
        return two_persons.asked_of_file(submission) is not None

    def get_asked_by(self, submission: Submission) -> str:
        asked = two_persons.asked_of_file(submission)
        return asked.name if asked else ""

    @extend_schema_field(CountsOut)
    def get_counts(self, submission: Submission) -> dict:
        return dict(CountsOut(selectors.counts_of(submission)).data)


class ProblemOut(serializers.Serializer):
    """One thing about one cell."""

    column = serializers.CharField(help_text="As the file names it; empty for the row as a whole.")
    value = serializers.CharField()
    level = serializers.ChoiceField(["error", "question", "warning"])
    message = serializers.SerializerMethodField()

    def get_message(self, problem: dict) -> str:
        return for_reader(problem)


class RowOut(serializers.ModelSerializer):
    """A row with all that was found about it."""

    row = serializers.IntegerField(source="number", help_text="As a spreadsheet numbers it.")
    problems = ProblemOut(many=True)

    class Meta:
        model = SubmissionRow
        fields = ("row", "outcome", "problems")


@extend_schema_view(
    list=extend_schema(
        summary="The files of your bodies, newest first", responses={200: SubmissionListed, **ERRORS}
    ),
    retrieve=extend_schema(
        summary="How far a file has come, and its counts", responses={200: SubmissionOut, **ERRORS}
    ),
)
class SubmissionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Hand files in and follow them."""

    token_scopes = SYSTEMS
    serializer_class = SubmissionListed
    parser_classes = (MultiPartParser, SoundJSONParser)
    filter_backends = ()
    queryset = Submission.objects.none()

    def get_queryset(self):
        return selectors.submissions_for_list(user=self.request.user)

    def retrieve(self, request: Request, pk: str | None = None) -> Response:
        return Response(SubmissionOut(self.get_object()).data)

    @extend_schema(
        summary="Hand a file in",
        description=(
            "Answers at once; the file is checked by a worker. Ask for it again until its state is `ready`. "
            "The same file, while it is in work or waits for its confirmation, is answered with the one there."
        ),
        request={"multipart/form-data": SubmissionIn},
        responses={201: SubmissionOut, **ERRORS},
    )
    def create(self, request: Request) -> Response:
        sent = SubmissionIn(data=request.data)
        sent.is_valid(raise_exception=True)
        submission = submissions.upload_submission(
            by=request.user,
            body=sent.validated_data["body"],
            format_code=sent.validated_data["format"],
            upload=sent.validated_data["file"],
        )
        return Response(SubmissionOut(submission).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="The rows of a file about which something was found, with every problem",
        parameters=[OpenApiParameter("outcome", OpenApiTypes.STR, enum=list(SubmissionRow.Outcome.values))],
        responses={200: RowOut(many=True), **ERRORS},
    )
    @action(detail=True, methods=["get"])
    def problems(self, request: Request, pk: str | None = None) -> Response:
        rows = self.get_object().rows.exclude(problems=[]).order_by("number")
        if outcome := request.query_params.get("outcome"):
            if outcome not in SubmissionRow.Outcome.values:
                raise InvalidInput({"outcome": [_("There is no outcome “%(value)s”.") % {"value": outcome}]})
            rows = rows.filter(outcome=outcome)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(RowOut(page, many=True).data)

    @extend_schema(
        summary="Give a file up before it is saved",
        description="Of a file of which a part is saved, that part stays and the rest is closed.",
        request=None,
        responses={200: SubmissionOut, **ERRORS},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        submission = submissions.cancel_submission(by=request.user, submission_id=self.get_object().pk)
        return Response(SubmissionOut(submission).data)

    @extend_schema(
        summary="Check a file anew against the registry as it is now",
        request=None,
        responses={200: SubmissionOut, **ERRORS},
    )
    @action(detail=True, methods=["post"], url_path="check-again")
    def check_again(self, request: Request, pk: str | None = None) -> Response:
        submission = submissions.check_again(by=request.user, submission_id=self.get_object().pk)
        return Response(SubmissionOut(submission).data)

    @extend_schema(
        summary="Stop a file that is being saved",
        description="What was saved stays; confirm it again to go on, cancel it to close it, or take it back.",
        request=None,
        responses={200: SubmissionOut, **ERRORS},
    )
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str | None = None) -> Response:
        submission = taking_back.stop_saving(by=request.user, submission_id=self.get_object().pk)
        return Response(SubmissionOut(submission).data)

    @extend_schema(
        summary="Take a saved file back as a whole, while nothing has been built on it",
        description=(
            "A file of results of nation or province takes two persons: the first asks (it stays `done`, with "
            "`asked_by`), and a reviewer who is another person sends the same; the reason of the first is kept."
        ),
        request=BecauseIn,
        responses={202: SubmissionOut, **ERRORS},
    )
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: str | None = None) -> Response:
        sent = BecauseIn(data=request.data)
        sent.is_valid(raise_exception=True)
        submission = taking_back.ask_to_take_back(
            by=request.user, submission_id=self.get_object().pk, because=sent.validated_data["because"]
        )
        return Response(SubmissionOut(submission).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Say no to what is asked of a file that takes two persons",
        description="It waits as before, or stays saved. Whoever asked takes it back so too.",
        request=BecauseIn,
        responses={200: SubmissionOut, **ERRORS},
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str | None = None) -> Response:
        sent = BecauseIn(data=request.data)
        sent.is_valid(raise_exception=True)
        submission = submissions.decline(
            by=request.user, submission_id=self.get_object().pk, because=sent.validated_data["because"]
        )
        return Response(SubmissionOut(submission).data)

    @extend_schema(
        summary="The rows that were not taken, with the reasons, as CSV or XLSX",
        parameters=[OpenApiParameter("as", OpenApiTypes.STR, enum=["csv", "xlsx"])],
        responses={(200, "text/csv"): OpenApiTypes.BINARY, **ERRORS},
    )
    @action(detail=True, methods=["get"])
    def rest(self, request: Request, pk: str | None = None) -> HttpResponseBase:
        return rest_response(self.get_object(), request.query_params.get("as", ""))

    @extend_schema(
        summary="Save the good rows of a checked file",
        description=(
            "Rows that ask something or were refused are left out. Confirming again changes nothing. "
            "A file of results of nation or province takes two persons: the first puts it before a reviewer "
            "(it stays `ready`, with `asked_by`), and a reviewer who is another person confirms it too."
        ),
        request=None,
        responses={200: SubmissionOut, **ERRORS},
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str | None = None) -> Response:
        submission = submissions.confirm_submission(by=request.user, submission_id=self.get_object().pk)
        return Response(SubmissionOut(submission).data)
