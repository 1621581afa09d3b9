"""A story is told with consent, by a second person, on records that stand; and it is gone the moment one of these ends."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from credit_platform.portal import looking
from credit_platform.portal.stories import selectors, services
from credit_platform.portal.stories.models import Story
from entities.models import CreditRecord, Entity, Notice
from tests.factories import AgentFactory, BodyFactory, MemberFactory, RecordFactory, RecordTypeFactory

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


def kinds_told(**to) -> list[str]:
    return list(Notice.objects.filter(**to).order_by("pk").values_list("kind", flat=True))


def places(story: Story) -> list[str]:
    """Every address at which somebody could read the story."""
    return [
        reverse("stories:list"),
        reverse("stories:feed"),
        reverse("stories:story", args=(story.number,)),
        reverse("api-public-stories"),
        reverse("portal:entity", args=(story.entity.credit_code,)),
        reverse("portal:sitemap-pages"),
    ]


def shown_at(client, story: Story) -> list[bool]:
    return [story.number in client.get(place, headers=ENGLISH).text for place in places(story)]


def list_under_misconduct(entity: Entity) -> CreditRecord:
    return RecordFactory(
        entity=entity, record_type=RecordTypeFactory(code="serious-violation-listing"), title="Listed"
    )


class TestProposing:
    def test_the_business_is_asked_and_nobody_else_reads_it(self, client, proposed):
        assert kinds_told(entity=proposed.entity) == ["stories.proposed"]
        assert not any(shown_at(client, proposed))

    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"text_en": " "}, "text_en"),
            ({"title_zh": "长" * 121}, "title_zh"),
            ({"records": []}, "records"),
            ({"records": [0]}, "records"),
            ({"shown_until": "yesterday"}, "shown_until"),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field(self, clerk, body, entity, draft, facts, field):
        if "shown_until" in facts:
            facts = {"shown_until": timezone.localdate() - timedelta(days=1)}
        with pytest.raises(InvalidInput) as refused:
            services.propose_story(by=clerk, body=body, entity=entity, draft=draft(**facts))
        assert set(refused.value.problems) == {field}

    def test_nothing_is_told_of_who_is_listed_under_misconduct(self, clerk, body, entity, draft):
        list_under_misconduct(entity)
        with pytest.raises(InvalidInput, match="list of misconduct"):
            services.propose_story(by=clerk, body=body, entity=entity, draft=draft())

    def test_nothing_is_told_of_a_household(self, clerk, body, entity, draft):
        Entity.objects.filter(pk=entity.pk).update(credit_code="92999999MA00000A0X")
        entity.refresh_from_db()
        with pytest.raises(InvalidInput, match="name of a person"):
            services.propose_story(by=clerk, body=body, entity=entity, draft=draft())

    def test_it_rests_on_public_commendations_of_this_business_alone(
        self, clerk, body, entity, draft, praise
    ):
        of_another = RecordFactory(record_type=praise.record_type)
        with pytest.raises(InvalidInput):
            services.propose_story(
                by=clerk, body=body, entity=entity, draft=draft(records=[praise.pk, of_another.pk])
            )

    def test_nobody_proposes_for_a_body_that_is_not_theirs(self, clerk, entity, draft):
        with pytest.raises(NotPermitted):
            services.propose_story(by=clerk, body=BodyFactory(), entity=entity, draft=draft())


class TestConsent:
    def test_who_acts_for_the_business_consents_and_the_lead_office_hears_of_it(self, office, consented):
        assert (consented.consent_signed_as, consented.consent_paper) == ("Pei Huaijin", "")
        assert kinds_told(body=office) == ["stories.consented"]

    def test_nobody_else_consents(self, proposed, clerk):
        with pytest.raises(NotPermitted):
            services.give_consent(by=clerk, number=proposed.number, signed_as="Pei")
        stranger = AgentFactory().user
        with pytest.raises(Missing):
            services.give_consent(by=stranger, number=proposed.number, signed_as="Pei")

    def test_a_consent_on_paper_says_who_signed_when_and_where_it_is(self, clerk, proposed, lead):
        said = {"signed_as": "裴怀瑾", "signed_on": timezone.localdate(), "paper": ""}
        with pytest.raises(InvalidInput) as refused:
            services.note_consent(by=clerk, number=proposed.number, **said)
        assert set(refused.value.problems) == {"paper"}
        services.note_consent(by=clerk, number=proposed.number, **said | {"paper": "File 7/2026"})
        assert services.publish_story(by=lead, number=proposed.number).consent_paper == "File 7/2026"

    def test_taken_back_it_is_gone_at_once_and_everybody_concerned_is_told(
        self, client, published, agent, body, entity
    ):
        services.take_consent_back(by=agent, number=published.number)
        assert not any(shown_at(client, published))
        assert kinds_told(body=body)[-1] == kinds_told(entity=entity)[-1] == "stories.ended"


class TestPublishing:
    def test_without_consent_nothing_is_published(self, proposed, lead):
        with pytest.raises(WrongState, match="not consented"):
            services.publish_story(by=lead, number=proposed.number)

    def test_the_lead_office_publishes_and_a_second_person_does(self, office, entity, draft, agent, clerk):
        first, second = (MemberFactory(body=office, role="lead") for _one in range(2))
        story = services.propose_story(by=first, body=office, entity=entity, draft=draft())
        services.give_consent(by=agent, number=story.number, signed_as="Pei")
        with pytest.raises(NotPermitted, match="colleague"):
            services.publish_story(by=first, number=story.number)
        with pytest.raises(Missing):
            services.publish_story(by=clerk, number=story.number)
        assert services.publish_story(by=second, number=story.number).state == "published"

    def test_who_noted_the_consent_does_not_publish(self, office, entity, draft):
        first, second = (MemberFactory(body=office, role="lead") for _one in range(2))
        story = services.propose_story(by=first, body=office, entity=entity, draft=draft())
        services.note_consent(
            by=second, number=story.number, signed_as="裴", signed_on=timezone.localdate(), paper="File 7"
        )
        with pytest.raises(NotPermitted, match="colleague"):
            services.publish_story(by=second, number=story.number)

    def test_the_database_knows_both_rules_too(self, consented):
        told = Story.objects.filter(pk=consented.pk)
        facts = {"state": "published", "published_on": timezone.localdate()}
        for by in (None, consented.proposed_by):
            with pytest.raises(IntegrityError), transaction.atomic():
                told.update(**facts, published_by=by)

    def test_what_stopped_holding_meanwhile_is_not_published(self, consented, lead):
        list_under_misconduct(consented.entity)
        with pytest.raises(WrongState, match="speaks against it"):
            services.publish_story(by=lead, number=consented.number)

    def test_a_returned_story_says_why_to_whom_it_concerns(self, consented, lead, body):
        with pytest.raises(InvalidInput):
            services.return_story(by=lead, number=consented.number, because=" ")
        services.return_story(by=lead, number=consented.number, because="It names a person.")
        assert "It names a person." in Notice.objects.filter(body=body).latest("pk").text

    def test_everybody_reads_it_in_their_language(self, client, published):
        assert all(shown_at(client, published))
        chinese = client.get(
            reverse("stories:story", args=(published.number,)), headers={"accept-language": "zh-hans"}
        )
        assert published.text_zh in chinese.text
        assert published.text_en not in chinese.text
        assert "unavailable_after" in chinese["X-Robots-Tag"]
        assert "max-age=0" in chinese["Cache-Control"]

    def test_each_deed_is_in_the_log(self, published):
        deeds = AuditEvent.objects.filter(target_type="stories.story").values_list("verb", flat=True)
        assert set(deeds) == {"stories.story.proposed", "stories.story.consented", "stories.story.published"}


def _listed(story: Story) -> None:
    list_under_misconduct(story.entity)


def _serious(story: Story) -> None:
    RecordFactory(entity=story.entity, severity_class="serious")


def _basis_withdrawn(story: Story) -> None:
    story.rests_on.update(status="withdrawn", ended_on=timezone.localdate())


def _deregistered(story: Story) -> None:
    Entity.objects.filter(pk=story.entity_id).update(status="deregistered")


def _merged(story: Story) -> None:
    Entity.objects.filter(pk=story.entity_id).update(merged_into=RecordFactory().entity)


def _over(story: Story) -> None:
    Story.objects.filter(pk=story.pk).update(shown_until=timezone.localdate() - timedelta(days=1))


class TestWhatNoLongerHolds:
    @pytest.mark.parametrize(
        ("befalls", "ending"),
        [
            (_listed, "against"),
            (_serious, "against"),
            (_basis_withdrawn, "basis"),
            (_deregistered, "entity"),
            (_merged, "entity"),
            (_over, "over"),
        ],
    )
    def test_is_gone_everywhere_at_once_and_the_sweep_says_why_once(self, client, published, befalls, ending):
        shown_at(client, published)  # So that whatever is kept is kept.
        befalls(published)
        assert not any(shown_at(client, published))
        today = timezone.localdate()
        assert [services.end_what_no_longer_holds(today=today) for _time in range(2)] == [1, 0]
        published.refresh_from_db()
        assert (published.state, published.ending) == ("ended", ending)
        assert kinds_told(body=published.body)[-1] == "stories.ended"

    def test_does_not_come_back_when_the_listing_ends(self, client, published):
        listing = list_under_misconduct(published.entity)
        services.end_what_no_longer_holds(today=timezone.localdate())
        CreditRecord.objects.filter(pk=listing.pk).update(status="withdrawn")
        assert not any(shown_at(client, published))

    def test_while_its_commendation_is_under_objection_it_is_only_hidden(self, client, published):
        published.rests_on.update(objected=True, suspended=True)
        assert not any(shown_at(client, published))
        assert services.end_what_no_longer_holds(today=timezone.localdate()) == 0
        published.rests_on.update(objected=False, suspended=False)
        assert all(shown_at(client, published))

    def test_a_listing_whose_disclosure_is_suspended_hides_it_and_ends_nothing(self, client, published):
        CreditRecord.objects.filter(pk=list_under_misconduct(published.entity).pk).update(
            objected=True, suspended=True
        )
        assert not any(shown_at(client, published))
        assert services.end_what_no_longer_holds(today=timezone.localdate()) == 0

    def test_the_proof_of_a_removed_commendation_looks_at_the_stories_too(self, published, praise):
        assert looking._stories_show(praise)
        _basis_withdrawn(published)
        assert not looking._stories_show(praise)


class TestPages:
    def test_a_clerk_proposes_the_agent_consents_and_the_lead_office_publishes(
        self, client, clerk, agent, lead, entity, body, praise, draft
    ):
        client.force_login(clerk)
        address = reverse("stories:new")
        assert client.get(address).status_code == 200
        assert client.get(f"{address}?entity=91339702MX90000157").status_code == 422
        typed = {name: getattr(draft(), name) for name in draft().__dataclass_fields__}
        sent = client.post(
            f"{address}?entity={entity.credit_code}", typed | {"body": body.code}, headers=ENGLISH
        )
        story = Story.objects.get()
        page = reverse("stories:detail", args=(story.number,))
        assert sent["Location"] == page
        for person, act, said in (
            (agent, "consent", {"agreed": "on", "signed_as": "Pei"}),
            (lead, "publish", {}),
            (clerk, "take-down", {"because": "Told twice."}),
        ):
            client.force_login(person)
            assert reverse("stories:act", args=(story.number, act)) in client.get(page).text
            assert client.post(reverse("stories:act", args=(story.number, act)), said).status_code == 302
        story.refresh_from_db()
        assert (story.state, story.ending) == ("ended", "taken_down")

    def test_an_entity_with_no_commendation_is_told_so(self, client, clerk):
        client.force_login(clerk)
        other = RecordFactory().entity
        page = client.get(f"{reverse('stories:new')}?entity={other.credit_code}", headers=ENGLISH)
        assert "none of this business is on record" in page.text

    def test_the_agent_finds_what_is_told_of_its_business_and_no_other(self, client, published, agent):
        client.force_login(agent)
        own = client.get(reverse("stories:own", args=(published.entity.credit_code,)))
        assert published.number in own.text
        other = AgentFactory().user
        client.force_login(other)
        assert client.get(reverse("stories:detail", args=(published.number,))).status_code == 404

    def test_another_department_sees_none_of_a_proposal(self, proposed):
        assert not selectors.register_for(user=MemberFactory(), state="proposed").exists()
