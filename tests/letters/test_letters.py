"""Every step that concerns the applicant leaves a letter: typed, numbered, signed, in both languages, never lost."""

import base64
import json
import re
import subprocess
import sys
from itertools import chain

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.models import Document
from entities.sharing.services import watching
from entities.sharing.services.watching import ListDraft
from repair import services as cases
from repair.letters import papers, services, signing, texts, typing
from repair.letters.models import Letter, SigningKey
from repair.proof import services as proof
from tests.factories import (
    AgentFactory,
    BodyFactory,
    CaseFactory,
    MemberFactory,
    UserFactory,
    repairable_record,
)
from tests.letters.drawn import codes_of, faces_of, unpacked
from tests.repair.papers import pdf

pytestmark = pytest.mark.django_db


def act(case, by, action: str, note: str = "Because."):
    case.refresh_from_db()
    return cases.act_on_case(by=by, number=case.number, action=action, version=case.version, note=note)


def words_of(letter: Letter, language: str = "en") -> str:
    (part,) = (part for part in letter.content["parts"] if part["lang"] == language)
    return " ".join([part["title"], part["to"], *part["paragraphs"], *chain(*part["places"])])


def file_of(letter: Letter) -> bytes:
    with letter.document.file.open() as stored:
        return stored.read()


def test_a_decision_is_a_letter_with_its_reasons_in_both_languages(grant, case):
    grant()
    letter = case.letters.get()
    assert letter.kind == "decision"
    assert re.fullmatch(r"JD-\d{4}-\d{2}-[2-9A-Z]{10}", letter.number)
    assert "All duties are done." in words_of(letter)
    assert "no longer public" in words_of(letter)
    assert "All duties are done." in words_of(letter, "zh")
    assert "终止" in words_of(letter, "zh") or "不再" in words_of(letter, "zh")
    assert letter.content["seal"] == "云汀市市场监督管理局"
    assert letter.document.sha256
    assert file_of(letter).startswith(b"%PDF-")


def test_the_faces_are_in_the_file_and_none_of_the_machine_is_looked_at(grant, case):
    grant()
    faces = faces_of(file_of(case.letters.get()))
    assert {"NotoSerifSC-Regular", "NotoSansSC-Regular"} <= faces
    assert set(typing._fonts().families()) >= {"Noto Serif SC", "Noto Sans SC", "Libertinus Serif"}


def test_each_page_of_a_letter_has_its_red_seal_and_the_code_that_leads_to_where_it_is_checked(grant, case):
    grant()
    letter = case.letters.get()
    drawn = unpacked(file_of(letter))
    address = reverse("portal:verify", args=(letter.number,))
    codes = codes_of(file_of(letter))
    assert len(codes) == len(letter.content["parts"]) == 2
    assert all(code.endswith(address) for code in codes)
    # The ring of each seal is drawn in vermilion, and nothing else on the paper is.
    assert drawn.count(b"0.7019608 0.14901961 0.11764706 SCN") == 2


def test_without_the_chinese_faces_nothing_is_typed_and_the_worker_says_what_is_missing(
    monkeypatch, tmp_path
):
    typing._fonts.cache_clear()
    monkeypatch.setattr(typing, "FACES", (tmp_path / "NotoSerifSC-Regular.otf",))
    with pytest.raises(typing.FacesMissing, match=r"lacks NotoSerifSC-Regular.otf: install the packages"):
        typing._fonts()
    typing._fonts.cache_clear()


def test_the_same_words_are_the_same_file(grant, case):
    grant()
    letter = case.letters.get()
    again = [
        typing.typed(
            letter.content, number=letter.number, verify="https://credit.example/v", issued_at=letter.issued_at,
            files={"statement.json": letter.statement},
        )
        for _time in range(2)
    ]  # fmt: skip
    assert again[0] == again[1]


@pytest.mark.parametrize("text", ["#panic()", "$x$ *_`<a>", "“引号” \\ #{1}", "a\n\n= b"])
def test_what_people_write_is_text_and_no_typesetting(text):
    content = {"parts": [part(text)], "seal": text}
    assert typing.typed(content, number="X", verify="v", issued_at=timezone.now(), files={}).startswith(
        b"%PDF"
    )


def part(text: str) -> dict:
    return {
        "lang": "zh", "title": text, "to": text, "rows": [[text, text]], "paragraphs": [text],
        "places": [[text, text]], "labels": [text, text], "signed_by": text, "day": text, "foot": text, "check": text,
    }  # fmt: skip


def test_each_step_that_concerns_the_applicant_has_its_letter():
    case = CaseFactory()
    clerk, boss = (
        MemberFactory(body=case.deciding_body),
        MemberFactory(body=case.deciding_body, role="supervisor"),
    )
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    act(case, clerk, "ask_material", "The receipt, please.")
    act(case, case.opened_by, "supply_material", "Here.")
    act(case, clerk, "propose_refuse")
    act(case, boss, "refuse", "It was not paid.")
    act(case, case.opened_by, "appeal", "It was.")
    act(case, lead, "uphold_appeal", "It was paid.")
    letters = list(case.letters.order_by("pk"))
    assert [letter.kind for letter in letters] == ["material", "decision", "decision"]
    assert "The receipt, please." in words_of(letters[0])
    assert "administrative reconsideration within 60 days" in words_of(letters[1])
    assert "appeal is upheld" in words_of(letters[2])
    assert letters[2].content["seal"] == lead.memberships.get().body.name_zh


def test_filing_an_objection_is_answered_with_a_notice_of_acceptance(media):
    record = repairable_record()
    agent = AgentFactory(entity=record.entity).user
    case = cases.file_objection(
        by=agent, record_id=record.pk, ground="wrong", statement="Wrong day.", uploads=[pdf()]
    )
    letter = case.letters.get()
    assert letter.kind == "acceptance"
    assert "objection" in words_of(letter)


def test_steps_between_officials_have_none(case, supervisor):
    act(case, supervisor, "note")
    act(case, supervisor, "send_back")
    assert not case.letters.exists()


def test_an_upheld_objection_says_what_was_changed(media):
    case = CaseFactory(
        record=repairable_record(objected=True, title="Old title"), kind="objection", state="proposed",
        proposal="correct", correction={"title": ["Old title", "New title"]},
    )  # fmt: skip
    act(case, MemberFactory(body=case.deciding_body, role="supervisor"), "uphold")
    assert "instead of “Old title” it says “New title”" in words_of(case.letters.get())


# Never lost, never twice


def test_a_step_that_fails_leaves_no_letter(case, supervisor, monkeypatch):
    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(texts, "content_of", die)
    with pytest.raises(KeyboardInterrupt):
        act(case, supervisor, "grant")
    assert not Letter.objects.exists()
    case.refresh_from_db()
    assert case.state == "proposed"


def test_a_worker_that_dies_while_it_types_leaves_the_letter_for_the_next(case, supervisor, monkeypatch):
    act(case, supervisor, "grant")

    def die(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(typing, "typed", die)
        with pytest.raises(KeyboardInterrupt):
            papers.type_waiting()
    assert papers.type_waiting() == 0
    Letter.objects.update(next_attempt_at=timezone.now())
    assert papers.type_waiting() == 1
    assert papers.type_waiting() == 0


def test_typed_by_two_workers_at_once_it_is_one_letter(case, supervisor):
    act(case, supervisor, "grant")
    claimed = papers.claim_next(Letter)
    assert [papers.type_claimed(claimed), papers.type_claimed(claimed)] == [True, False]
    assert Document.objects.count() == 1


def test_a_letter_is_whole_or_waits(grant, case):
    grant()
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.update(signature="")


# Who gets it


def test_every_side_of_the_case_downloads_it_and_nobody_else(client, grant, case, supervisor):
    grant()
    letter = case.letters.get()
    path = reverse("letters:letter", args=(case.number, letter.number))
    for reader in (case.opened_by, supervisor):
        client.force_login(reader)
        response = client.get(path)
        assert response.status_code == 200
        assert b"".join(response).startswith(b"%PDF-")
        page = client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
        assert path in page
    for stranger in (UserFactory(), MemberFactory(), AgentFactory().user):
        client.force_login(stranger)
        assert client.get(path).status_code == 404
        assert client.get(reverse("letters:statement", args=(case.number, letter.number))).status_code == 404


def test_a_letter_that_is_still_being_typed_says_so(client, case, supervisor):
    act(case, supervisor, "grant")
    letter = case.letters.get()
    client.force_login(case.opened_by)
    assert "being typed" in client.get(reverse("repair:case-detail", args=(case.number,))).content.decode()
    assert client.get(reverse("letters:letter", args=(case.number, letter.number))).status_code == 409


# Certificates


def test_a_certificate_says_from_when_and_which_places_have_confirmed(grant, case, confirmed):
    effect = grant()
    early = services.issue_certificate(by=case.opened_by, number=case.number)
    assert "not answered yet" in words_of(early)
    confirmed()
    effect.refresh_from_db()
    assert effect.closed_at
    later = services.issue_certificate(by=case.opened_by, number=case.number)
    assert later.number != early.number
    assert "every place below has confirmed it" in words_of(later)
    assert "The public page of the entity, and its public interface" in words_of(later)
    assert case.letters.filter(kind="result").count() == 1


def test_asked_again_while_nothing_has_changed_it_is_the_same_certificate(grant, case):
    grant()
    numbers = {
        services.issue_certificate(by=case.opened_by, number=case.number).number for _press in range(2)
    }
    assert len(numbers) == 1


def test_an_excused_place_stands_in_the_certificate_with_its_reason(case, supervisor):
    tax = BodyFactory()
    keeper = MemberFactory(body=tax, role="supervisor")
    watching.begin_list(
        by=keeper, body=tax, draft=ListDraft(name="K", kind="picked"), credit_codes=[case.entity.credit_code]
    )
    effect = act(case, supervisor, "grant").effect
    proof.excuse(
        by=supervisor, key=effect.confirmations.get(body=tax).pk, because="Its system was shut down."
    )
    assert "excused: Its system was shut down." in words_of(
        services.issue_certificate(by=case.opened_by, number=case.number)
    )


def test_only_who_acts_for_the_entity_has_a_certificate_made_and_only_of_what_was_ended(
    case, supervisor, grant
):
    with pytest.raises(WrongState, match="nothing to certify"):
        services.issue_certificate(by=case.opened_by, number=case.number)
    grant()
    with pytest.raises(NotPermitted):
        services.issue_certificate(by=supervisor, number=case.number)
    with pytest.raises(Missing):
        services.issue_certificate(by=UserFactory(), number=case.number)


def test_the_button_makes_one_and_leads_back(client, grant, case):
    grant()
    client.force_login(case.opened_by)
    answer = client.post(reverse("letters:certificate", args=(case.number,)), follow=True)
    assert "being typed" in answer.content.decode()
    papers.type_waiting()
    answer = client.post(reverse("letters:certificate", args=(case.number,)), follow=True)
    assert "nothing has changed" in answer.content.decode()


# Keys


@pytest.fixture
def key_file(settings, tmp_path):
    """A key as the documents tell to make it."""

    def made(name: str = "signing-key.pem") -> str:
        path = tmp_path / name
        path.write_bytes(
            Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        settings.SIGNING_KEY_FILE = str(path)
        return signing.current_key().code

    return made


def test_after_a_change_of_key_what_was_signed_before_is_still_genuine(grant, case, key_file):
    first = key_file("first.pem")
    grant()
    second = key_file("second.pem")
    services.issue_certificate(by=case.opened_by, number=case.number)
    papers.type_waiting()
    assert {letter.key_id for letter in case.letters.all()} == {first, second}
    assert {papers.check(letter.number).verdict for letter in case.letters.all()} == {"holds"}


def test_what_a_revoked_key_signed_is_not_to_be_relied_on(grant, case):
    grant()
    letter = case.letters.get()
    with pytest.raises(InvalidInput):
        services.revoke_key(code=letter.key_id, because=" ")
    services.revoke_key(code=letter.key_id, because="The machine was stolen.")
    assert papers.check(letter.number).verdict == "revoked"


@pytest.mark.parametrize("content", [b"", b"no key", None])
def test_a_file_without_a_key_is_told_of_at_the_start(settings, tmp_path, content):
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_bytes(content)
    settings.SIGNING_KEY_FILE = str(path)
    assert [error.id for error in signing.check_signing_key(None)] == ["letters.E001"]
    with pytest.raises(ImproperlyConfigured):
        signing.current_key()


def test_a_key_of_another_kind_is_refused(settings, tmp_path):
    path = tmp_path / "key.pem"
    path.write_bytes(
        X25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    settings.SIGNING_KEY_FILE = str(path)
    with pytest.raises(ImproperlyConfigured, match="none of Ed25519"):
        signing.current_key()


def test_no_private_key_stands_in_the_database(grant):
    grant()
    with connection.cursor() as cursor:
        cursor.execute("SELECT public_pem FROM letters_signingkey")
        assert all("PRIVATE" not in pem for (pem,) in cursor.fetchall())


# Checked by anybody


def test_a_paper_that_says_something_else_than_was_signed_is_not_genuine(grant, case):
    grant()
    letter = case.letters.get()
    assert papers.check(letter.number).verdict == "holds"
    Letter.objects.update(statement=letter.statement.replace("All duties", "No duties"))
    assert papers.check(letter.number).verdict == "broken"


def test_a_statement_that_was_signed_under_another_number_is_not_genuine(grant, case):
    grant()
    decision = case.letters.get()
    services.issue_certificate(by=case.opened_by, number=case.number)
    papers.type_waiting()
    Letter.objects.filter(kind="certificate").update(
        statement=decision.statement, signature=decision.signature
    )
    assert papers.check(case.letters.get(kind="certificate").number).verdict == "broken"


def test_what_was_accepted_and_asked_for_holds_only_as_long_as_it_is_so(media):
    record = repairable_record()
    agent = AgentFactory(entity=record.entity).user
    case = cases.file_objection(by=agent, record_id=record.pk, ground="wrong", statement="It was 1,000.")

    def verdicts() -> dict[str, str]:
        papers.type_waiting()
        return {letter.kind: papers.check(letter.number).verdict for letter in case.letters.all()}

    act(case, MemberFactory(body=case.deciding_body), "ask_material")
    assert verdicts() == {"acceptance": "holds", "material": "holds"}
    act(case, agent, "supply_material")
    assert verdicts() == {"acceptance": "holds", "material": "superseded"}
    act(case, agent, "withdraw")
    assert verdicts() == {"acceptance": "superseded", "material": "superseded"}


def test_a_refusal_that_was_overruled_no_longer_holds():
    case = CaseFactory(state="proposed")
    boss = MemberFactory(body=case.deciding_body, role="supervisor")
    lead = MemberFactory(body=BodyFactory(kind="lead_office"), role="lead")
    act(case, boss, "refuse")
    act(case, case.opened_by, "appeal")
    act(case, lead, "uphold_appeal")
    papers.type_waiting()
    first, second = case.letters.order_by("pk")
    assert [papers.check(letter.number).verdict for letter in (first, second)] == ["superseded", "holds"]


def test_a_certificate_holds_only_as_long_as_the_record_is_over(grant, case):
    grant()
    number = services.issue_certificate(by=case.opened_by, number=case.number).number
    papers.type_waiting()
    assert papers.check(number).verdict == "holds"
    type(case.record).objects.filter(pk=case.record_id).update(status="published", ended_on=None)
    assert papers.check(number).verdict == "superseded"


def test_the_public_page_says_genuine_and_nothing_of_whom_or_what(client, grant, case):
    grant()
    letter = case.letters.get()
    response = client.get(reverse("portal:verify", args=(letter.number.lower(),)))
    page = response.content.decode()
    assert "Genuine, and it still holds" in page
    assert letter.document.sha256 in page
    assert response["X-Robots-Tag"] == "noindex, noarchive"
    for told in (case.entity.name_zh, case.entity.name_en, case.entity.credit_code, case.number,
                 case.record.document_number, case.record.title, "All duties"):  # fmt: skip
        assert told not in page


def test_a_number_that_was_never_issued_is_said_to_be_none(client, db):
    response = client.get("/verify/ZM-2026-11-0000000000/")
    assert response.status_code == 404
    assert "No paper of this number" in response.content.decode()
    assert client.get("/verify/", {"number": " zm-1 "}).url == "/verify/ZM-1/"


def test_the_file_itself_is_compared_and_not_kept(client, grant, case):
    grant()
    letter = case.letters.get()
    path = reverse("portal:verify-file", args=(letter.number,))
    with letter.document.file.open() as issued:
        assert "the very file" in client.post(path, {"file": issued}).content.decode()
    assert "another file" in client.post(path, {"file": pdf()}).content.decode()
    assert Document.objects.count() == 1


def test_the_offline_check_of_the_documents_works_as_it_is_written(client, grant, case, settings, tmp_path):
    """Runs the commands of docs/verify.md in a folder with the three downloads, and again with one sign changed."""
    grant()
    letter = case.letters.get()
    client.force_login(case.opened_by)
    for name, path in {
        "statement.json": reverse("letters:statement", args=(case.number, letter.number)),
        "statement.sig": reverse("letters:signature", args=(case.number, letter.number)),
        "key.pem": reverse("portal:verify-key", args=(letter.key_id,)),
    }.items():
        (tmp_path / name).write_bytes(client.get(path).content)
    blocks = re.findall(
        r"```(sh|python)\n(.*?)```", (settings.BASE_DIR / "docs/verify.md").read_text(), re.DOTALL
    )
    assert {language for language, _code in blocks} == {"sh", "python"}
    assert [_runs(language, code, tmp_path) for language, code in blocks] == [True] * len(blocks)
    statement = tmp_path / "statement.json"
    statement.write_bytes(statement.read_bytes().replace(b"All duties", b"No  duties"))
    assert [_runs(language, code, tmp_path) for language, code in blocks] == [False] * len(blocks)


def _runs(language: str, code: str, folder) -> bool:
    command = ["sh", "-e", "-c", code] if language == "sh" else [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0


def test_the_statement_is_what_the_paper_says_with_number_day_and_key(grant, case):
    grant()
    letter = case.letters.get()
    statement = json.loads(letter.statement)
    assert statement["number"] == letter.number
    assert statement["says"] == letter.content
    assert statement["key"] == letter.key_id == SigningKey.objects.get().code
    assert len(base64.b64decode(letter.signature)) == 64
