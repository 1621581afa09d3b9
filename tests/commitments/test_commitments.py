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

    def test_what_lacks_english_is_named_in_it_and_the_wording_stays(
        self, client, lead, clerk, template, settings
    ):
        CommitmentTemplate.objects.update(name_en="", matter_en="")
        address = reverse("commitments:template-english", args=(template.pk,))
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        public = reverse("portal:promise", args=(template.pk,))
        assert '<span lang="zh-CN">食品经营许可</span>' in client.get(public).text
        client.force_login(lead)
        assert address in client.get(reverse("commitments:templates")).text
        assert client.post(address, {"name": " ", "matter": ""}).status_code == 422
        said = {"matter": "Licence to sell food", "text_en": "Nothing."}
        assert client.post(address, said).status_code == 302
        template.refresh_from_db()
        assert (template.matter_en, template.name_en) == ("Licence to sell food", "")
        assert template.text_en == "We sell nothing that is over its date."
        page = client.get(public).text
        assert "Licence to sell food" in page
        assert "食品经营许可" not in page
        with pytest.raises(InvalidInput):
            services.name_in_english(by=lead, template_id=template.pk, matter="Another matter")
        services.name_in_english(by=lead, template_id=template.pk, name="Safe food")
        assert client.get(address).status_code == 404, "it has all"
        with pytest.raises(NotPermitted):
            services.name_in_english(by=clerk, template_id=template.pk, name="Mine")

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
        check(clerk, given)
        assert "Kept" in client.get(url).content.decode()

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
            "code": "clean-air", "matter_zh": "大气排放", "matter_en": "Emissions", "name_zh": "排放承诺", "text_zh": "本单位承诺达标排放。",
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
        (one,) = selectors.library(timezone.localdate())
        assert (one.given, one.kept, one.broken, one.in_time) == (1, 1, 0, 1)

    def test_the_register_stays_within_its_query_budget(self, client, clerk, template, query_budget):
        for _ in range(3):
            agency = AgentFactory()
            services.give_commitment(
                by=agency.user, entity=agency.entity, template_id=template.pk, signed_as="Pei"
            )
        client.force_login(clerk)
        with query_budget("commitments"):
            client.get(reverse("commitments:register"))

    def test_the_register_is_narrowed_by_department_template_and_words_and_so_is_its_file(
        self, client, clerk, given, lead, wording
    ):
        another = services.add_template(
            by=lead,
            wording=wording(code="clean-air", name_en="Clean air", checked_by=BodyFactory(code="air")),
        )
        agency = AgentFactory()
        other = services.give_commitment(
            by=agency.user, entity=agency.entity, template_id=another.pk, signed_as="Pei"
        )
        client.force_login(clerk)
        url = reverse("commitments:register")
        for asked, found, hidden in (
            ({"body": "air"}, other, given),
            ({"template": given.template_id}, given, other),
            ({"q": other.entity.credit_code}, other, given),
            ({"q": given.number}, given, other),
        ):
            for page in (
                client.get(url, asked),
                client.get(reverse("sharing:export", args=("commitments", "csv")), asked),
            ):
                text = page.getvalue().decode()
                assert found.number in text
                assert hidden.number not in text
        assert "No commitment fits" in client.get(url, {"q": "nobody"}).text

    def test_the_library_says_who_checks_how_many_and_how_punctually(
        self, client, clerk, lead, wording, given, agency, day_after
    ):
        check(clerk, given)
        late = services.give_commitment(
            by=agency.user, entity=agency.entity, template_id=given.template_id, signed_as="Pei"
        )
        Commitment.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=1))
        (one,) = selectors.by_department(timezone.localdate())
        assert (one.given, one.to_keep, one.late, one.kept, one.broken) == (2, 1, 1, 1, 0)
        assert (one.share_kept, one.share_in_time) == (1.0, 1.0)
        check(clerk, late, kept=False)
        (one,) = selectors.by_department(timezone.localdate())
        assert (one.share_kept, one.share_in_time) == (0.5, 0.5)
        client.force_login(lead)
        page = client.get(reverse("commitments:templates")).text
        assert "What became of them" in page and "50.0%" in page


class TestWhatSpeaksAgainstAnEntity:
    """That a commitment was broken is told of like a record: as long as its record is public, and no longer."""

    @pytest.fixture
    def broken(self, lead, wording, agency, clerk, market):
        kind = RecordTypeFactory(submitters=[market])
        PublicityRuleFactory(record_types=[kind], severity_class="general")
        template = services.add_template(
            by=lead, wording=wording(broken_type=kind, broken_class="general", basis="《条例》第一条")
        )
        given = services.give_commitment(
            by=agency.user, entity=agency.entity, template_id=template.pk, signed_as="Pei"
        )
        return check(clerk, given, kept=False)

    @pytest.fixture
    def published(self, broken, market):
        reviewer = MemberFactory(body=market, role="reviewer")
        return records.approve_record(by=reviewer, record_id=broken.record_id)

    def told(self, entity) -> list[str]:
        return [one.state for one in selectors.public_commitments_of(entity, timezone.localdate())]

    def test_without_a_record_nobody_is_told(self, client, given, clerk, agency):
        check(clerk, given, kept=False)
        assert self.told(agency.entity) == []
        page = client.get(reverse("portal:entity", args=(agency.entity.credit_code,))).text
        assert "Safe food" not in page

    def test_before_a_reviewer_has_approved_the_record_nobody_is_told(self, broken):
        assert self.told(broken.entity) == []

    @pytest.mark.parametrize("end", ["repaired", "withdrawn", "expired", "over", "suspended", "withheld"])
    def test_it_is_told_while_the_record_is_public_and_gone_with_it(self, client, published, end):
        url = reverse("portal:entity", args=(published.entity.credit_code,))
        assert "Safe food" in client.get(url).text
        facts = {
            "over": {"publish_until": timezone.localdate() - timedelta(days=1), "decided_on": "2020-01-01"},
            "suspended": {"objected": True, "suspended": True},
            "withheld": {"withheld": True},
        }.get(end, {"status": end, "ended_on": timezone.localdate()})
        type(published).objects.filter(pk=published.pk).update(**facts)
        assert self.told(published.entity) == []
        assert "Safe food" not in client.get(url).text

    def test_a_correction_under_the_same_number_keeps_it(self, published):
        type(published).objects.filter(pk=published.pk).update(
            status="replaced", ended_on=timezone.localdate()
        )
        published.pk, published.replaces_id, published.status = None, published.pk, "published"
        published.save(force_insert=True)
        assert self.told(published.entity) == ["broken"]

    def test_an_objection_to_the_record_marks_it(self, client, published):
        type(published).objects.filter(pk=published.pk).update(objected=True)
        card = client.get(reverse("portal:entity", args=(published.entity.credit_code,))).text
        card = card.partition('id="commitments"')[2].partition("</ul>")[0]
        assert "Broken" in card and "Under objection" in card


class TestTakenBack:
    @pytest.fixture
    def handed_in(self, clerk, market, agency, template):
        return services.take_in_commitment(
            by=clerk,
            body=market.code,
            entity=agency.entity.credit_code,
            template=template.code,
            signed_as="Pei",
        )

    def test_what_was_handed_in_by_mistake_binds_nobody_and_whom_it_concerns_hears_why(
        self, client, handed_in, clerk, agency, market
    ):
        with pytest.raises(InvalidInput) as refused:
            services.take_back_commitment(by=clerk, number=handed_in.number, because=" ")
        assert set(refused.value.problems) == {"because"}
        taken = services.take_back_commitment(by=clerk, number=handed_in.number, because="Another business.")
        assert (taken.state, taken.taken_back_by) == ("taken_back", clerk)
        for told in (
            Notice.objects.get(kind="commitments.taken-back", entity=agency.entity),
            Notice.objects.get(kind="commitments.taken-back", body=market),
        ):
            assert "Another business." in told.text
        page = client.get(reverse("portal:entity", args=(agency.entity.credit_code,))).text
        assert "Safe food" not in page
        assert services.watch_days(today=handed_in.due_on + timedelta(days=9)) == 0
        for again in (
            lambda: services.take_back_commitment(by=clerk, number=taken.number, because="Twice."),
            lambda: check(clerk, taken),
        ):
            with pytest.raises(WrongState):
                again()
        assert selectors.by_department(timezone.localdate())[0].given == 0

    def test_what_the_entity_signed_here_or_another_department_handed_in_is_not_taken_back(
        self, given, clerk
    ):
        with pytest.raises(NotPermitted):
            services.take_back_commitment(by=clerk, number=given.number, because="x")

    def test_another_department_takes_nothing_back(self, handed_in):
        with pytest.raises(NotPermitted):
            services.take_back_commitment(by=MemberFactory(), number=handed_in.number, because="x")

    def test_a_window_takes_it_back_by_the_interface_and_a_clerk_on_the_page(
        self, client, handed_in, clerk, market, agency, template
    ):
        client.force_login(clerk)
        answer = client.post(
            f"/api/v1/commitments/{handed_in.number}/take-back/",
            {"because": "Typed wrongly."},
            content_type="application/json",
        )
        assert (answer.status_code, answer.json()["taken_back_because"]) == (200, "Typed wrongly.")
        again = services.take_in_commitment(
            by=clerk,
            body=market.code,
            entity=agency.entity.credit_code,
            template=template.code,
            signed_as="Pei",
        )
        page = reverse("commitments:detail", args=(again.number,))
        url = reverse("commitments:take-back", args=(again.number,))
        assert url in client.get(page).text
        assert client.post(url, {"because": ""}).status_code == 422
        assert "Taken back" in client.post(url, {"because": "Once more."}, follow=True).text
        assert url not in client.get(page).text
        assert again.number in client.get(f"{reverse('commitments:register')}?state=taken_back").text

    def test_what_a_check_found_by_mistake_is_taken_back_and_checked_again(
        self, client, clerk, given, agency
    ):
        check(clerk, given, kept=False)
        client.force_login(clerk)
        url = reverse("commitments:take-check-back", args=(given.number,))
        assert url in client.get(reverse("commitments:detail", args=(given.number,))).text
        client.post(url, {"because": "It was the shop next door."})
        given.refresh_from_db()
        assert (given.state, given.finding, given.checked_by) == ("given", "", None)
        told = Notice.objects.get(kind="commitments.check-taken-back", entity=agency.entity)
        assert "next door" in told.text
        assert check(clerk, given).state == "kept"

    def test_a_check_stands_as_long_as_its_record_does(self, lead, wording, agency, clerk, market):
        kind = RecordTypeFactory(submitters=[market])
        PublicityRuleFactory(record_types=[kind], severity_class="general")
        template = services.add_template(
            by=lead, wording=wording(broken_type=kind, broken_class="general", basis="《条例》第一条")
        )
        given = services.give_commitment(
            by=agency.user, entity=agency.entity, template_id=template.pk, signed_as="Pei"
        )
        record = check(clerk, given, kept=False).record
        with pytest.raises(WrongState, match="A record was made of it"):
            services.take_check_back(by=clerk, number=given.number, because="A mistake.")
        records.approve_record(by=MemberFactory(body=market, role="reviewer"), record_id=record.pk)
        type(record).objects.filter(pk=record.pk).update(status="withdrawn", ended_on=timezone.localdate())
        assert services.take_check_back(by=clerk, number=given.number, because="A mistake.").state == "given"

    def test_what_was_promised_again_since_is_checked_instead(self, clerk, given, agency):
        check(clerk, given)
        services.give_commitment(
            by=agency.user, entity=agency.entity, template_id=given.template_id, signed_as="Pei"
        )
        with pytest.raises(WrongState, match="promised again"):
            services.take_check_back(by=clerk, number=given.number, because="A mistake.")

    def test_nobody_else_takes_a_check_back_and_none_that_was_not_made(self, clerk, given):
        with pytest.raises(WrongState):
            services.take_check_back(by=clerk, number=given.number, because="x")
        check(clerk, given)
        with pytest.raises(NotPermitted):
            services.take_check_back(by=MemberFactory(), number=given.number, because="x")

    def test_what_was_taken_back_says_why_or_not_at_all(self, given):
        given.state = "taken_back"
        with pytest.raises(IntegrityError), transaction.atomic():
            given.save()


class TestWhatMayBePromised:
    def test_a_window_reads_the_wording_to_be_signed_and_none_that_is_over(
        self, client, clerk, lead, template, wording
    ):
        client.force_login(clerk)
        (one,) = client.get("/api/v1/commitment-templates/").json()["results"]
        assert (one["code"], one["text_zh"], one["checked_by"]) == (
            template.code, "本单位承诺依法经营。", template.checked_by.code,
        )  # fmt: skip
        assert (one["matter_zh"], one["matter_en"]) == ("食品经营许可", "Licence to sell food")
        tomorrow = timezone.localdate() + timedelta(days=1)
        services.add_template(by=lead, wording=wording(text_zh="新的承诺。", valid_from=tomorrow))
        (one,) = client.get("/api/v1/commitment-templates/").json()["results"]
        assert one["text_zh"] == "本单位承诺依法经营。"
        client.force_login(UserFactory())
        assert client.get("/api/v1/commitment-templates/").json()["results"] == []

    def test_what_was_signed_in_another_wording_is_not_taken_in(
        self, client, clerk, market, agency, template
    ):
        client.force_login(clerk)
        sent = {
            "body": market.code, "entity": agency.entity.credit_code, "template": template.code, "signed_as": "Pei",
            "wording_from": (template.valid_from - timedelta(days=9)).isoformat(),
        }  # fmt: skip
        refused = client.post("/api/v1/commitments/", sent, content_type="application/json")
        assert (refused.status_code, set(refused.json()["problems"])) == (422, {"wording_from"})
        sent["wording_from"] = template.valid_from.isoformat()
        assert client.post("/api/v1/commitments/", sent, content_type="application/json").status_code == 201

    def test_anybody_reads_the_wordings_that_are_public_and_where_a_newer_one_is(
        self, client, lead, template, wording
    ):
        inner = services.add_template(
            by=lead, wording=wording(code="inner", name_en="Inner matters", is_public=False)
        )
        page = client.get(reverse("portal:promises"), headers={"accept-language": "en"}).text
        assert "Safe food" in page and "We sell nothing" in page
        assert "Inner matters" not in page
        assert client.get(reverse("portal:promise", args=(inner.pk,))).status_code == 404
        CommitmentTemplate.objects.filter(pk=template.pk).update(
            valid_from=timezone.localdate() - timedelta(days=9)
        )
        services.add_template(by=lead, wording=wording(text_zh="新的承诺。"))
        before = client.get(
            reverse("portal:promise", args=(template.pk,)), headers={"accept-language": "zh-hans"}
        ).text
        assert "本单位承诺依法经营。" in before and "新的承诺。" not in before
        newer = CommitmentTemplate.objects.get(text_zh="新的承诺。")
        assert reverse("portal:promise", args=(newer.pk,)) in before

    def test_the_pages_of_wordings_stay_within_their_query_budgets(self, client, template, query_budget):
        with query_budget("public promises"):
            client.get(reverse("portal:promises"))
        with query_budget("public promise"):
            client.get(reverse("portal:promise", args=(template.pk,)))
