"""Filing about several records in one sitting. Every case of it is moved by `repair.services` and by nothing else.

Whoever locks several cases locks all of them, in the order of their records, before the first one moves; the joint
filing itself comes last. So a decision on one of the cases and the withdrawal of all never wait for each other.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from credit_platform.audit import services as audit
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities.models import CreditRecord
from entities.policies import may_act_for_entity
from entities.services import documents
from entities.words import kept_words
from repair import paper_rules, rules, services
from repair.joint import letters, notices
from repair.models import Case, CaseDocument, CaseStep, JointFiling
from repair.outlook import outlooks
from repair.sectors import gives_points_back
from repair.workflow import TABLES, Action, State

NUMBER = "joint"
FEWEST, MOST = 2, 20


@dataclass(frozen=True, slots=True)
class Said:
    """What the applicant says: of all records together, and beside it of some of them, by the number of the case.

    Objections share a ground, one of `Case.Ground`; "" leaves it open, and repairs have none.
    """

    of_all: str = ""
    of_one: Mapping[str, str] = field(default_factory=dict)
    ground: str = ""


def statement_field(number: str) -> str:
    """The name under which problems with the words about one case are told."""
    return f"statement-{number}"


def proofs_field(number: str) -> str:
    """The name under which problems with the proofs of one case are told."""
    return f"proofs-{number}"


# The draft


@transaction.atomic
def begin_filing(*, by, record_ids: Iterable[int], kind: str = Case.Kind.REPAIR) -> JointFiling:
    """Begin to ask for the repair of several records, or to object to them, as drafts that only the entity sees.

    Drafts that there are of some of them are taken along; where they are drafted together already, the others join
    them. So asking again, with the same records or more, gives the same filing.

    Raises:
        Missing: one of the records is not there for this user.
        InvalidInput: for the field `records`, everything that stands against it, record by record; nothing is kept.
            For the field `kind`, that nothing of such a kind is filed together.
    """
    if kind not in _OPENS:
        raise InvalidInput({"kind": [_("Only repairs and objections are filed together.")]})
    wanted = sorted(set(record_ids))
    if not FEWEST <= len(wanted) <= MOST:
        raise InvalidInput(
            {"records": [_("Choose from %(fewest)d to %(most)d records.") % {"fewest": FEWEST, "most": MOST}]}
        )
    cases, problems = _drafts_of(by, wanted, kind)
    for (
        case
    ) in cases:  # Its association may draft a single case by leave; several are the entity's own affair.
        may_act_for_entity(by, case.entity).require()
    if len({case.entity_id for case in cases}) > 1:
        problems.append(_("A joint filing is about the records of one entity."))
    together = sorted({case.joint_id for case in cases if case.joint_id is not None})
    if len(together) > 1:
        problems.append(_("Some of these are drafted together already, in another way; finish that first."))
    if problems:
        raise InvalidInput({"records": problems})
    filing = (
        JointFiling.objects.select_for_update(no_key=True).get(pk=together[0])
        if together
        else _new_filing(by, cases)
    )
    joining = [case for case in cases if case.joint_id is None]
    _join(by, filing, joining)
    return filing


#: How the draft of each kind begins.
_OPENS: dict[str, Callable[..., Case]] = {
    Case.Kind.REPAIR: services.open_case,
    Case.Kind.OBJECTION: services.open_objection,
}


def _drafts_of(by, record_ids: list[int], kind: str) -> tuple[list[Case], list[str]]:
    """A draft about each record, begun where there is none, and what stands against those that have none."""
    cases, problems = [], []
    for record_id in record_ids:
        try:
            case = _OPENS[kind](by=by, record_id=record_id)
        except WrongState as refusal:
            record = CreditRecord.objects.get(pk=record_id)
            problems.append(_("%(record)s: %(why)s") % {"record": record.title, "why": refusal})
            continue
        if gives_points_back(case):
            problems.append(
                _("%(record)s: points come back by the day of its own correction; ask for it by itself.")
                % {"record": case.record.title}
            )
        if case.state != State.DRAFT:
            problems.append(
                _("%(record)s: already filed as %(number)s.") % {"record": case.record.title, "number": case}
            )
        cases.append(case)
    return cases, problems


def _new_filing(by, cases: list[Case]) -> JointFiling:
    first = cases[0]
    filing = JointFiling.objects.create(
        number=services.next_number(NUMBER, timezone.localdate()),
        kind=first.kind,
        ground=next((case.ground for case in cases if case.ground), ""),
        entity=first.entity,
        opened_by=by,
    )
    audit.record(actor=by, verb="joint.filing.begun", target=filing)
    return filing


def _join(by, filing: JointFiling, cases: list[Case]) -> None:
    """Take these drafts into the filing, with the papers that all the others have."""
    there = list(filing.cases.filter(state=State.DRAFT))
    shared = _shared_papers(there)
    for case in cases:
        case.joint = filing
        case.save(update_fields=("joint",))
        for paper in shared:
            _share(by, paper, case)


def _shared_papers(cases: list[Case]) -> list[CaseDocument]:
    """The proofs and certificates that every one of these drafts has, each once; none where there is no draft."""
    proofs = (
        CaseDocument.objects.filter(case__in=cases)
        .exclude(kind=CaseDocument.Kind.COMMITMENT)
        .select_related("document")
    )
    of_document: dict[object, list[CaseDocument]] = {}
    for paper in proofs:
        of_document.setdefault(paper.document_id, []).append(paper)
    return [papers[0] for papers in of_document.values() if len(papers) == len(cases)]


def _share(by, paper: CaseDocument, case: Case) -> None:
    """Give a paper of one case to another; the same content again, or one too many, is left out."""
    kept = case.documents.exclude(kind=CaseDocument.Kind.COMMITMENT)
    if kept.filter(document__sha256=paper.document.sha256).exists():
        return
    if kept.count() >= services.MOST_PROOFS:
        raise InvalidInput(
            {
                "proofs": [
                    _("%(file)s: a case holds at most %(most)s proofs.")
                    % {"file": paper.document.name, "most": services.MOST_PROOFS}
                ]
            }
        )
    CaseDocument.objects.create(case=case, document=paper.document, kind=paper.kind)
    audit.record(
        actor=by,
        verb="repair.case.document_added",
        target=case,
        name=paper.document.name,
        sha256=paper.document.sha256,
    )


@transaction.atomic
def save_filing(*, by, number: str, said: Said, version: int) -> JointFiling:
    """Keep what was typed so far. What another window saved meanwhile is not written over.

    Raises:
        WrongState: it is filed already, or its text is not the one that was on the page.
    """
    filing, drafts = _locked_draft(by, number)
    ground = _ground(filing, said)
    of_all = kept_words(said.of_all)
    of_one = {case: kept_words(said.of_one.get(case.number, case.statement)) for case in drafts}
    if (of_all, ground) == (filing.statement, filing.ground) and all(
        case.statement == text for case, text in of_one.items()
    ):
        return filing
    if version != filing.version:
        raise WrongState(
            _(
                "The draft was saved in another window meanwhile. What you typed is below; saving again replaces it."
            )
        )
    for case, text in of_one.items():
        services.save_draft(by=by, number=case.number, statement=text, version=case.version)
    filing.statement, filing.ground = of_all, ground
    filing.version += 1
    filing.save(update_fields=("statement", "ground", "version"))
    audit.record(actor=by, verb="joint.filing.saved", target=filing)
    return filing


def _ground(filing: JointFiling, said: Said) -> str:
    """The ground that objections are to share; repairs have none."""
    if not filing.is_objection:
        return ""
    if said.ground not in Case.Ground.values:
        raise InvalidInput({"ground": [_("There is no such ground.")]})
    return said.ground


@transaction.atomic
def add_proof(*, by, number: str, upload: UploadedFile, only: str = "") -> CaseDocument:
    """Put a proof into the drafts: into all of them as one file, or into the one of that number only.

    Raises:
        InvalidInput: naming the file and what is wrong with it, for the field `proofs` or that of the one case.
    """
    _filing, drafts = _locked_draft(by, number)
    meant = [case for case in drafts if only in {"", case.number}]
    if not meant:
        raise Missing
    try:
        papers = [services.add_proof(by=by, number=meant[0].number, upload=upload)]
        for case in meant[1:]:
            _share(by, papers[0], case)
    except InvalidInput as refusal:
        raise InvalidInput({proofs_field(only) if only else "proofs": refusal.problems["proofs"]}) from None
    return papers[0]


@transaction.atomic
def remove_proof(*, by, number: str, key: str) -> None:
    """Take a proof or a certificate out of every draft that has it; no harm if it is gone already."""
    _filing, drafts = _locked_draft(by, number)
    certificates = list(
        CaseDocument.objects.filter(case__in=drafts, kind=CaseDocument.Kind.TRAINING).select_related(
            "document"
        )
    )
    # Handed in before the drafts were joined, the same certificate is a file of its own in each.
    names = {paper.document.name for paper in certificates if str(paper.document_id) == key}
    keys = {key} | {str(paper.document_id) for paper in certificates if paper.document.name in names}
    for case in drafts:
        for each in sorted(keys):
            services.remove_paper(by=by, number=case.number, key=each)


@transaction.atomic
def add_certificate(*, by, number: str, certificate: str) -> None:
    """Put the certificate of a course, by its number, into every draft that does not have it, as one file.

    Raises:
        Missing: the entity has no such certificate.
        WrongState: it is filed already, or these are objections.
    """
    _filing, drafts = _locked_draft(by, number)
    if not drafts:
        raise Missing
    paper = services.add_certificate(by=by, number=drafts[0].number, certificate=certificate)
    for case in drafts[1:]:
        if not case.documents.filter(kind=paper.kind, document__name=paper.document.name).exists():
            _share(by, paper, case)


@transaction.atomic
def leave_out(*, by, number: str, case_number: str) -> None:
    """Throw one record's draft away and go on with the others; no harm if it is gone already."""
    _filing, drafts = _locked_draft(by, number)
    for case in drafts:
        if case.number == case_number:
            services.act_on_case(by=by, number=case.number, action=Action.WITHDRAW, version=case.version)


# Filing, withdrawing


@transaction.atomic
def file_filing(*, by, number: str, version: int, signature: str = "", agreed: bool = False) -> JointFiling:
    """Sign the commitment letters and file every draft, all or none; each body has its own case when this returns.

    Objections need no signature; every record of theirs is marked when this returns. Filed again, by the second
    press of the button, it is the filing as it stands.

    Raises:
        WrongState: the page is old, or no draft is left in it.
        InvalidInput: everything that is missing in any of them, at once.
    """
    filing, cases = _locked(by, number)
    may_act_for_entity(by, filing.entity).require()
    if filing.submitted_at is not None:
        return filing
    drafts = [case for case in cases if case.state == State.DRAFT]
    if not drafts:
        raise WrongState(_("No record is left in this filing."))
    if version != filing.version:
        raise WrongState(
            _("The draft was saved in another window meanwhile. Read it once more before you file it.")
        )
    signature = " ".join(signature.split())
    if missing := missing_in(filing, drafts, signature=signature, agreed=agreed):
        raise InvalidInput(missing)
    filing.submitted_at = timezone.now()
    filing.save(update_fields=("submitted_at",))
    if not filing.is_objection:
        _sign(by, filing, drafts, signature)
    for case in drafts:
        case.statement = "\n\n".join(filter(None, [filing.statement, case.statement]))
        case.ground = filing.ground
        case.save(update_fields=("statement", "ground"))
        services.act_on_case(by=by, number=case.number, action=Action.SUBMIT, version=case.version)
    audit.record(actor=by, verb="joint.filing.filed", target=filing, cases=[case.number for case in drafts])
    notices.received(filing, drafts)
    return filing


@transaction.atomic
def lacking(*, by, number: str, signature: str = "", agreed: bool = False) -> dict[str, list[str]]:
    """What `file_filing` would say is missing, without filing anything."""
    filing, drafts = _locked_draft(by, number)
    return missing_in(filing, drafts, signature=" ".join(signature.split()), agreed=agreed)


def missing_in(
    filing: JointFiling, drafts: list[Case], *, signature: str, agreed: bool
) -> dict[str, list[str]]:
    """Everything that keeps these drafts from being filed today, by field; empty when all are complete.

    What concerns one record alone stands under `statement_field`, `proofs_field`, or with its name under "".
    """
    if filing.is_objection:
        return _missing_in_objections(filing, drafts)
    missing: dict[str, list[str]] = {}
    looking = outlooks([case.record for case in drafts], timezone.localdate())
    book = paper_rules.paper_book()
    with_proof = {case.pk for case in drafts if case.documents.filter(kind=CaseDocument.Kind.PROOF).exists()}
    for case in drafts:
        may_apply = rules.may_apply(looking.of(case.record))
        lacks = rules.what_is_missing(
            statement=filing.statement,
            has_proof=case.pk in with_proof,
            is_signed=True,
            asked=paper_rules.papers(book.asked_in(case)),
            outlook_says_no=may_apply.reason,
        )
        if against := lacks.pop("", None):
            missing.setdefault("", []).extend(
                _("%(record)s: %(why)s") % {"record": case.record.title, "why": why} for why in against
            )
        if proofs := lacks.pop("proofs", None):
            missing[proofs_field(case.number) if with_proof else "proofs"] = proofs
        missing |= lacks
    if problems := services.what_a_signature_lacks(name=signature, agreed=agreed):
        missing["signature"] = problems
    return missing


def _missing_in_objections(filing: JointFiling, drafts: list[Case]) -> dict[str, list[str]]:
    book = paper_rules.paper_book()
    with_papers = {case.pk for case in drafts if case.documents.exists()}
    missing: dict[str, list[str]] = {}
    for case in drafts:
        lacks = rules.what_an_objection_lacks(
            ground=filing.ground,
            statement=filing.statement,
            has_papers=case.pk in with_papers,
            asked=paper_rules.papers(book.asked_in(case)),
        )
        if proofs := lacks.pop("proofs", None):
            missing[proofs_field(case.number) if with_papers else "proofs"] = proofs
        missing |= lacks
    may_object = {case: rules.may_object(case.record) for case in drafts}
    if against := [
        _("%(record)s: %(why)s") % {"record": case.record.title, "why": may.reason}
        for case, may in may_object.items()
        if not may
    ]:
        missing[""] = against
    return missing


def _sign(by, filing: JointFiling, drafts: list[Case], name: str) -> None:
    """Keep each letter as one document of all the cases for which it is signed, in place of any signed before."""
    now = timezone.now()
    for case in drafts:
        for paper in case.documents.filter(kind=CaseDocument.Kind.COMMITMENT):
            services.remove_paper(by=by, number=case.number, key=str(paper.document_id))
        case.joint = filing
        case.commitment_signed_by, case.commitment_signed_at = name, now
        case.save(update_fields=("commitment_signed_by", "commitment_signed_at"))
    for place, commitment in enumerate(letters.commitments_of(drafts), 1):
        letter = documents.store_text(
            by=by, name=f"{filing.number}-commitment-{place}.txt", text=commitment.text
        )
        CaseDocument.objects.bulk_create(
            CaseDocument(case=case, document=letter, kind=CaseDocument.Kind.COMMITMENT)
            for case in commitment.cases
        )
        audit.record(
            actor=by,
            verb="joint.filing.signed",
            target=filing,
            name=name,
            body=commitment.body.code,
            sha256=letter.sha256,
        )


@transaction.atomic
def withdraw_filing(*, by, number: str, note: str = "") -> JointFiling:
    """Withdraw every case of it on which nobody has decided; what is decided or under appeal stays as it is.

    Doing it again changes nothing.

    Raises:
        WrongState: nothing in it can be withdrawn any more.
    """
    filing, cases = _locked(by, number)
    may_act_for_entity(by, filing.entity).require()
    open_ones = withdrawable(cases)
    if not open_ones:
        if any(case.state == State.WITHDRAWN for case in cases):
            return filing
        raise WrongState(_("Every case of it is decided; nothing is left to withdraw."))
    for case in open_ones:
        services.act_on_case(
            by=by, number=case.number, action=Action.WITHDRAW, version=case.version, note=note
        )
    audit.record(
        actor=by, verb="joint.filing.withdrawn", target=filing, cases=[case.number for case in open_ones]
    )
    return filing


def withdrawable(cases: Iterable[Case]) -> list[Case]:
    """Those that stand where the table lets the applicant withdraw."""
    return [case for case in cases if (State(case.state), Action.WITHDRAW) in TABLES[case.kind]]


# What follows from the steps of its cases


def follow(case: Case, step: CaseStep) -> None:
    """Note when the last case of a filing is over and gone everywhere, and that it is not when one goes on.

    Runs in the transaction of the step (`repair.following`).
    """
    if case.joint_id is None:
        return
    # Locked before the others are looked at: of two cases that end at once, one sees both ended.
    filing = JointFiling.objects.select_for_update(no_key=True).get(pk=case.joint_id)
    is_done = filing.submitted_at is not None and not unfinished().filter(joint=filing).exists()
    if is_done == (filing.done_at is not None):
        return
    filing.done_at = timezone.now() if is_done else None
    filing.save(update_fields=("done_at",))
    if is_done:
        audit.record(actor=None, verb="joint.filing.done", target=filing)
        notices.done(filing)


def unfinished():
    """The cases in which somebody still has something to do, or whose effect some place has not confirmed."""
    not_everywhere = Q(effect__isnull=False, effect__closed_at=None)
    return Case.objects.filter(Q(state__in=Case.OPEN) | not_everywhere)


# Shared steps


def _locked(by, number: str) -> tuple[JointFiling, list[Case]]:
    """The filing and all its cases that this user sees, every one of them under lock; the filing last."""
    found = JointFiling.objects.visible_to(by).filter(number=number).first()
    if found is None:
        raise Missing
    numbers = (
        Case.objects.visible_to(by)
        .filter(joint=found)
        .order_by("record_id", "pk")
        .values_list("number", flat=True)
    )
    cases = [services.locked_case(by, each) for each in numbers]
    filing = JointFiling.objects.select_for_update(no_key=True, of=("self",)).select_related("entity")
    return filing.get(pk=found.pk), cases


def _locked_draft(by, number: str) -> tuple[JointFiling, list[Case]]:
    filing, cases = _locked(by, number)
    may_act_for_entity(by, filing.entity).require()
    if filing.submitted_at is not None:
        raise WrongState(_("The application is filed; it can no longer be changed. You may withdraw it."))
    return filing, [case for case in cases if case.state == State.DRAFT]
