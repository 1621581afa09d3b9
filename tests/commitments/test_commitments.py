"""An entity commits itself by a template of the lead office; the department checks it by its day, and says what it found."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from entities.commitments import selectors, services
from entities.commitments.models import Commitment, CommitmentTemplate
from entities.models import Notice
from entities.services import records
from tests.factories import (
    AgentFactory,
    BodyFactory,
    MemberFactory,
    PublicityRuleFactory,
    RecordTypeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def check(by, commitment, *, kept: bool = True) -> Commitment:
    return services.check_commitment(
        by=by, number=commitment.number, kept=kept, finding="We looked at the shelves."
    )


class TestTheLibrary:
    def test_a_new_wording_takes_the_place_of_the_one_in_force(self, lead, template, wording, given):
        tomorrow = timezone.localdate() + timedelta(days=1)
        newer = services.add_template(by=lead, wording=wording(text_zh="新的承诺。", valid_from=tomorrow))
        template.refresh_from_db()
        assert template.valid_to == timezone.localdate()
        assert list(CommitmentTemplate.objects.in_force_on(tomorrow)) == [newer]
        given.refresh_from_db()
        assert given.template.text_zh == "本单位承诺依法经营。"

    @pytest.mark.parametrize(
        ("facts", "field"),
        [({"check_within_days": 0}, "check_within_days"), ({"valid_from": "yesterday"}, "valid_from")],
    )
    def test_what_is_wrong_with_a_wording_is_said_beside_its_field(self, lead, wording, facts, field):
        if facts.get("valid_from"):
            facts = {"valid_from": timezone.localdate() - timedelta(days=1)}
        with pytest.raises(InvalidInput) as refused:
            services.add_template(by=lead, wording=wording(**facts))
        assert set(refused.value.problems) == {field}

    def test_no_two_wordings_begin_on_the_same_day(self, lead, template, wording):
        with pytest.raises(InvalidInput) as refused:
            services.add_template(by=lead, wording=wording())
        assert set(refused.value.problems) == {"valid_from"}

    def test_it_names_only_records_that_the_department_submits(self, lead, wording):
        with pytest.raises(InvalidInput) as refused:
            services.add_template(by=lead, wording=wording(kept_type=RecordTypeFactory()))
        assert set(refused.value.problems) == {"kept_type"}

    def test_nobody_but_the_lead_office_keeps_it(self, clerk, template, wording):
        with pytest.raises(NotPermitted):
            services.add_template(by=clerk, wording=wording(code="other"))
        with pytest.raises(NotPermitted):
            services.end_template(by=clerk, template_id=template.pk)

    def test_by_a_template_that_has_ended_nothing_is_promised(self, lead, template, agency):
        services.end_template(by=lead, template_id=template.pk)
        CommitmentTemplate.objects.update(
            valid_from=timezone.localdate() - timedelta(days=9),
            valid_to=timezone.localdate() - timedelta(days=1),
        )
        with pytest.raises(Missing):
            services.give_commitment(
                by=agency.user, entity=agency.entity, template_id=template.pk, signed_as="Pei"
            )
        with pytest.raises(WrongState):
            services.end_template(by=lead, template_id=template.pk)


class TestGiving:
    def test_it_binds_from_today_and_the_department_hears_by_when_it_checks(self, given, market):
        assert given.due_on == timezone.localdate() + timedelta(days=30)
        assert given.number in Notice.objects.get(body=market).text

    def test_it_is_signed(self, agency, template):
        with pytest.raises(InvalidInput) as refused:
            services.give_commitment(
                by=agency.user, entity=agency.entity, template_id=template.pk, signed_as=" "
            )
        assert set(refused.value.problems) == {"signed_as"}

    def test_the_same_stands_once_and_may_be_given_again_once_it_was_checked(
        self, agency, template, given, clerk
    ):
        again = {"by": agency.user, "entity": agency.entity, "template_id": template.pk, "signed_as": "Pei"}
        with pytest.raises(WrongState):
            services.give_commitment(**again)
        check(clerk, given)
        assert services.give_commitment(**again).state == "given"

    def test_nobody_else_binds_the_entity(self, agency, template, clerk):
        for stranger in (clerk, AgentFactory().user, UserFactory()):
            with pytest.raises(NotPermitted):
                services.give_commitment(
                    by=stranger, entity=agency.entity, template_id=template.pk, signed_as="Pei"
                )


class TestAtAWindow:
    @pytest.fixture
    def sent(self, market, agency, template):
        return {
            "body": market.code,
            "entity": agency.entity.credit_code,
            "template": template.code,
            "signed_as": "Pei Huaijin",
        }

    def test_a_department_hands_in_what_was_signed_and_the_entity_is_told(
        self, client, clerk, sent, market, agency
    ):
        client.force_login(clerk)
        answer = client.post("/api/v1/commitments/", sent, content_type="application/json")
        assert answer.status_code == 201
        assert answer.json()["through"] == market.code
        given = Commitment.objects.get()
        assert (given.entity, given.through) == (agency.entity, market)
        assert given.number in Notice.objects.get(kind="commitments.taken-in", entity=agency.entity).text
        assert client.get(f"/api/v1/commitments/{given.number}/").json()["state"] == "given"

    def test_sent_again_it_is_not_given_twice(self, client, clerk, sent):
        client.force_login(clerk)
        codes = [
            client.post("/api/v1/commitments/", sent, content_type="application/json").status_code
            for _time in range(2)
        ]
        assert codes == [201, 409]
        assert Commitment.objects.count() == 1

    @pytest.mark.parametrize("field", ["body", "entity", "template"])
    def test_a_code_that_nobody_has_is_named(self, client, clerk, sent, field):
        client.force_login(clerk)
        answer = client.post(
            "/api/v1/commitments/", sent | {field: "nobody"}, content_type="application/json"
        )
        assert answer.status_code == 422
        assert set(answer.json()["problems"]) == {field}

    def test_nobody_hands_in_on_behalf_of_another_department(self, client, sent, agency):
        for stranger in (MemberFactory(), agency.user, UserFactory()):
            client.force_login(stranger)
            answer = client.post("/api/v1/commitments/", sent, content_type="application/json")
            assert answer.status_code == 403
        assert not Commitment.objects.exists()


class TestChecking:
    @pytest.mark.parametrize(("kept", "state"), [(True, "kept"), (False, "broken")])
    def test_the_department_says_what_it_found_and_the_entity_is_told(
        self, clerk, given, agency, kept, state
    ):
        checked = check(clerk, given, kept=kept)
        assert (checked.state, checked.checked_by, checked.record) == (state, clerk, None)
        assert given.number in Notice.objects.get(entity=agency.entity, kind=f"commitments.{state}").text
        with pytest.raises(WrongState):
            check(clerk, given)

    def test_a_finding_is_needed(self, clerk, given):
        with pytest.raises(InvalidInput) as refused:
            services.check_commitment(by=clerk, number=given.number, kept=True, finding=" ")
        assert set(refused.value.problems) == {"finding"}

    def test_what_was_broken_goes_to_a_reviewer_as_a_record_by_the_catalogue(
        self, lead, wording, agency, clerk, market
    ):
        kind = RecordTypeFactory(submitters=[market])
        PublicityRuleFactory(record_types=[kind], severity_class="general")
        template = services.add_template(
            by=lead, wording=wording(broken_type=kind, broken_class="general", basis="《条例》第一条")
        )
        given = services.give_commitment(
            by=agency.user, entity=agency.entity, template_id=template.pk, signed_as="Pei"
        )
        record = check(clerk, given, kept=False).record
        assert (record.status, record.record_type, record.entity) == ("waiting", kind, agency.entity)
        assert (record.document_number, record.facts) == (given.number, "We looked at the shelves.")
        reviewer = MemberFactory(body=market, role="reviewer")
        assert records.approve_record(by=reviewer, record_id=record.pk).status == "published"

    def test_what_the_catalogue_finds_wrong_leaves_the_commitment_unchecked(
        self, lead, wording, agency, clerk, market
    ):
        kind = RecordTypeFactory(submitters=[market])
        PublicityRuleFactory(record_types=[kind], severity_class="general")
        template = services.add_template(by=lead, wording=wording(broken_type=kind))
        given = services.give_commitment(
            by=agency.user, entity=agency.entity, template_id=template.pk, signed_as="Pei"
        )
        with pytest.raises(InvalidInput):
            check(clerk, given, kept=False)
        given.refresh_from_db()
        assert given.state == "given"

    def test_no_other_department_checks_and_no_stranger_sees_it(self, given):
        with pytest.raises(NotPermitted):
            check(MemberFactory(), given)
        for stranger in (AgentFactory().user, UserFactory()):
            with pytest.raises(Missing):
                check(stranger, given)

    def test_the_successor_of_a_department_that_is_gone_checks(self, given, market):
        market.is_active, market.successor = False, BodyFactory()
        market.save()
        assert check(MemberFactory(body=market.successor), given).state == "kept"

    def test_what_was_checked_stands_or_falls_as_a_whole(self, given):
        given.state = "kept"
        with pytest.raises(IntegrityError), transaction.atomic():
            given.save()


class TestTheDay:
    def test_the_entity_is_reminded_once_and_the_department_told_once(self, given, agency, market, day_after):
        assert services.watch_days(today=timezone.localdate()) == 0
        assert services.watch_days(today=given.due_on) == 1
        assert services.watch_days(today=given.due_on) == 0
        assert services.watch_days(today=day_after(given)) == 1
        assert services.watch_days(today=day_after(given)) == 0
        assert Notice.objects.filter(entity=agency.entity, kind="commitments.due-soon").count() == 1
        assert Notice.objects.filter(body=market, kind="commitments.overdue").count() == 1

    def test_nobody_is_reminded_of_what_was_checked(self, given, clerk, day_after):
        check(clerk, given)
        assert services.watch_days(today=day_after(given)) == 0


class TestPages:
    def test_what_is_public_stands_on_the_public_page_and_changes_with_it(self, client, given, clerk, agency):
        url = reverse("portal:entity", args=(agency.entity.credit_code,))
        assert "To be kept" in client.get(url).content.decode()
        check(clerk, given, kept=False)
        assert "Broken" in client.get(url).content.decode()

    def test_what_is_not_public_does_not(self, client, lead, wording, agency):
        template = services.add_template(by=lead, wording=wording(is_public=False))
        services.give_commitment(
            by=agency.user, entity=agency.entity, template_id=template.pk, signed_as="Pei"
        )
        page = client.get(reverse("portal:entity", args=(agency.entity.credit_code,))).content.decode()
        assert "Safe food" not in page

    def test_the_agent_reads_signs_and_follows(self, client, agency, template):
        client.force_login(agency.user)
        own = reverse("commitments:own", args=(agency.entity.credit_code,))
        assert "Read and sign" in client.get(own).content.decode()
        give = reverse("commitments:give", args=(agency.entity.credit_code, template.pk))
        assert "We sell nothing that is over its date." in client.get(give).content.decode()
        assert client.post(give, {"signed_as": "Pei"}).status_code == 422
        shown = client.post(give, {"signed_as": "Pei", "agreed": "on"}, follow=True).content.decode()
        assert "To be kept" in shown

    def test_the_department_checks_on_its_page(self, client, clerk, given):
        client.force_login(clerk)
        assert given.number in client.get(reverse("commitments:register")).content.decode()
        url = reverse("commitments:detail", args=(given.number,))
        shown = client.post(url, {"kept": "no", "finding": "Milk of October."}, follow=True).content.decode()
        assert "Milk of October." in shown
        given.refresh_from_db()
        assert given.state == "broken"

    def test_the_lead_office_keeps_the_library_on_its_pages(self, client, lead, market):
        client.force_login(lead)
        typed = {
            "code": "clean-air", "matter": "Emissions", "name_zh": "排放承诺", "text_zh": "本单位承诺达标排放。",
            "checked_by": market.pk, "check_within_days": "60", "valid_from": timezone.localdate().isoformat(),
        }  # fmt: skip
        shown = client.post(reverse("commitments:template-new"), typed, follow=True).content.decode()
        assert "排放承诺" in shown
        template = CommitmentTemplate.objects.get()
        page = client.get(f"{reverse('commitments:template-new')}?of={template.pk}").content.decode()
        assert "本单位承诺达标排放。" in page
        client.post(reverse("commitments:template-end", args=(template.pk,)))
        template.refresh_from_db()
        assert template.valid_to == timezone.localdate()

    def test_the_pages_speak_chinese_as_well(self, client, clerk, given, settings):
        client.force_login(clerk)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
        page = client.get(reverse("commitments:detail", args=(given.number,))).content.decode()
        assert "履行中" in page and "本单位承诺依法经营。" in page

    def test_the_library_counts_what_became_of_its_commitments(self, clerk, given):
        check(clerk, given)
        (one,) = selectors.library()
        assert (one.given, one.kept, one.broken) == (1, 1, 0)

    def test_the_register_stays_within_its_query_budget(self, client, clerk, template, query_budget):
        for _ in range(3):
            agency = AgentFactory()
            services.give_commitment(
                by=agency.user, entity=agency.entity, template_id=template.pk, signed_as="Pei"
            )
        client.force_login(clerk)
        with query_budget("commitments"):
            client.get(reverse("commitments:register"))
