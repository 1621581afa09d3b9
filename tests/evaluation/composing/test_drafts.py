"""Drafts: one writes, the city is simulated, a second person publishes on a simulation of exactly that document."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from credit_platform.audit.models import AuditEvent
from credit_platform.common.errors import InvalidInput, Missing, NotPermitted, WrongState
from evaluation.composing import services
from evaluation.composing.models import SchemeDraft, Simulation
from evaluation.composing.results import Outcome
from evaluation.models import SchemeVersion
from evaluation.schemes.in_force import schemes_in_force
from evaluation.services import install_scheme
from tests.factories import MemberFactory, UserFactory, install_shipped_schemes

pytestmark = pytest.mark.django_db


def cheaper(document):
    document["start"]["points"] = "80"


def test_a_draft_begins_as_a_copy_of_the_version_in_force(draft, schemes):
    assert draft.document == schemes["city-comprehensive"].version.document
    assert draft.base == schemes["city-comprehensive"].version
    assert draft.name_zh == draft.scheme.name_zh
    assert draft.effective_from.day == 1
    assert draft.effective_from > timezone.localdate()


def test_of_an_unknown_scheme_no_draft_begins(schemes, office):
    with pytest.raises(Missing):
        services.begin_draft(by=office[0], code="nothing")


def test_only_the_lead_office_drafts_simulates_and_publishes(draft, schemes):
    clerk = MemberFactory()
    known = {
        name: getattr(draft, name) for name in ("document", "name_zh", "name_en", "effective_from", "reason")
    }
    for attempt in (
        lambda: services.begin_draft(by=clerk, code="city-comprehensive"),
        lambda: services.save_draft(by=clerk, draft_id=draft.pk, **known),
        lambda: services.send_draft(by=clerk, draft_id=draft.pk),
        lambda: services.return_draft(by=clerk, draft_id=draft.pk, note="no"),
        lambda: services.discard_draft(by=clerk, draft_id=draft.pk),
        lambda: services.publish_draft(by=clerk, draft_id=draft.pk),
        lambda: services.start_simulation(by=clerk, draft_id=draft.pk),
    ):
        with pytest.raises(NotPermitted):
            attempt()


def test_saving_tells_everything_that_is_wrong_at_once(draft, change):
    def wrong(document):
        document["floor"] = "much"
        document["components"][1]["each"] = {"strange": 1}
        del document["purpose"]["en"]

    with pytest.raises(InvalidInput) as refused:
        change(draft, wrong, name_en=" ", effective_from=timezone.localdate())

    assert set(refused.value.problems) == {
        "name_en",
        "effective_from",
        "document.floor",
        "document.components.1.each",
        "document.purpose.en",
    }


def test_saving_the_same_again_changes_nothing(draft, change):
    changed = change(draft, cheaper)
    events = AuditEvent.objects.count()

    again = change(changed, lambda document: None)

    assert again.drafted_at == changed.drafted_at
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize(
    ("how", "field"),
    [
        (lambda document: document.update(family="sector"), "document.family"),
        (lambda document: document["seen_by"].update(public=True), "document.seen_by"),
        (lambda document: document["seen_by"].update(entity=False), "document.seen_by"),
    ],
)
def test_a_version_changes_neither_the_family_nor_who_sees_the_result(draft, change, how, field):
    with pytest.raises(InvalidInput) as refused:
        change(draft, how)
    assert set(refused.value.problems) == {field}


def test_a_draft_is_sent_with_a_reason_and_a_change(draft, change, office):
    with pytest.raises(InvalidInput) as refused:
        services.send_draft(by=office[0], draft_id=draft.pk)
    assert set(refused.value.problems) == {"reason", "document"}

    change(draft, cheaper)
    assert services.send_draft(by=office[0], draft_id=draft.pk).state == "proposed"
    assert services.send_draft(by=office[0], draft_id=draft.pk).state == "proposed"
    with pytest.raises(WrongState):
        change(draft, lambda document: document["start"].update(points="70"))


def test_nobody_publishes_what_they_wrote(draft, change, office, simulate):
    changed = change(draft, cheaper)
    simulate(changed)
    services.send_draft(by=office[0], draft_id=draft.pk)

    with pytest.raises(NotPermitted, match="colleague"):
        services.publish_draft(by=office[0], draft_id=draft.pk)


def test_whoever_changed_it_last_is_its_author(draft, change, office, simulate):
    simulate(change(draft, cheaper, by=office[1]))
    services.send_draft(by=office[0], draft_id=draft.pk)

    with pytest.raises(NotPermitted):
        services.publish_draft(by=office[1], draft_id=draft.pk)
    assert services.publish_draft(by=office[0], draft_id=draft.pk).author == office[1]


def test_without_a_simulation_of_exactly_this_document_nothing_is_published(draft, change, office, simulate):
    simulate(draft)
    changed = change(draft, cheaper)
    services.send_draft(by=office[0], draft_id=draft.pk)

    with pytest.raises(WrongState, match="Exactly this document has not been simulated"):
        services.publish_draft(by=office[1], draft_id=draft.pk)
    started = services.start_simulation(by=office[1], draft_id=draft.pk)
    with pytest.raises(WrongState, match="Exactly this document has not been simulated"):
        services.publish_draft(by=office[1], draft_id=draft.pk)
    assert started.digest == changed.digest


def test_a_simulation_of_a_city_that_is_too_old_is_not_published_on(draft, change, office, simulate, client):
    simulation = simulate(change(draft, cheaper))
    services.send_draft(by=office[0], draft_id=draft.pk)
    old = timezone.localdate() - timedelta(days=services.SIMULATION_HOLDS + 1)
    Simulation.objects.filter(pk=simulation.pk).update(as_of=old)

    with pytest.raises(WrongState, match="not older than 14 days: simulate it again"):
        services.publish_draft(by=office[1], draft_id=draft.pk)
    client.force_login(office[1])
    shown = client.get(f"/schemes/drafts/{draft.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "Simulated too long ago" in shown
    assert "Not simulated yet" not in shown

    Simulation.objects.filter(pk=simulation.pk).update(as_of=old + timedelta(days=1))
    assert services.publish_draft(by=office[1], draft_id=draft.pk).number == 2


def test_publishing_makes_the_next_version_and_cites_the_simulation(draft, change, office, simulate):
    changed = change(draft, cheaper, name_en="Another name", name_zh="另一名称")
    simulation = simulate(changed)
    services.send_draft(by=office[0], draft_id=draft.pk)

    version = services.publish_draft(by=office[1], draft_id=draft.pk)

    draft.refresh_from_db()
    assert (version.number, version.state, version.document) == (2, "published", changed.document)
    assert (version.author, version.approver) == (office[0], office[1])
    assert version.legal_basis == changed.document["basis"]["zh"]
    assert (draft.state, draft.became, draft.cites) == ("published", version, simulation)
    assert simulation.digest == services.digest_of(version.document)
    assert version.scheme.versions.get(number=2).scheme.name_en == "Another name"
    assert services.publish_draft(by=office[1], draft_id=draft.pk) == version
    deeds = AuditEvent.objects.filter(verb__in=("composing.draft.published", "evaluation.scheme.published"))
    assert deeds.filter(detail__simulation=simulation.pk).count() == 2
    # It holds from its day on, and not before.
    in_force = {one.scheme.code: one.version.number for one in schemes_in_force(timezone.localdate())}
    assert in_force["city-comprehensive"] == 1
    later = {one.scheme.code: one.version.number for one in schemes_in_force(version.effective_from)}
    assert later["city-comprehensive"] == 2


def test_what_is_published_never_changes(draft, change, office, simulate):
    simulate(change(draft, cheaper))
    services.send_draft(by=office[0], draft_id=draft.pk)
    version = services.publish_draft(by=office[1], draft_id=draft.pk)

    with pytest.raises(WrongState):
        change(draft, lambda document: None)
    with pytest.raises(DatabaseError), transaction.atomic():
        SchemeVersion.objects.filter(pk=version.pk).update(number=9)


def test_a_draft_of_a_version_that_is_no_longer_the_last_is_not_published(
    draft, change, office, simulate, schemes
):
    other = services.begin_draft(by=office[0], code="city-comprehensive")
    for one, points in ((draft, "80"), (other, "79")):
        simulate(change(one, lambda document, to=points: document["start"].update(points=to)))
        services.send_draft(by=office[0], draft_id=one.pk)
    services.publish_draft(by=office[1], draft_id=draft.pk)

    with pytest.raises(WrongState, match="Another version was published"):
        services.publish_draft(by=office[1], draft_id=other.pk)


def test_a_draft_whose_day_is_over_is_not_published(draft, change, office, simulate):
    simulate(change(draft, cheaper))
    services.send_draft(by=office[0], draft_id=draft.pk)
    SchemeDraft.objects.filter(pk=draft.pk).update(effective_from=timezone.localdate())

    with pytest.raises(InvalidInput, match="tomorrow at the earliest"):
        services.publish_draft(by=office[1], draft_id=draft.pk)


def test_a_draft_that_is_returned_is_changed_and_sent_again(draft, change, office, simulate):
    simulate(change(draft, cheaper))
    services.send_draft(by=office[0], draft_id=draft.pk)
    with pytest.raises(InvalidInput):
        services.return_draft(by=office[1], draft_id=draft.pk, note=" ")

    services.return_draft(by=office[1], draft_id=draft.pk, note="too much")

    draft.refresh_from_db()
    assert (draft.state, draft.note) == ("returned", "too much")
    simulate(change(draft, lambda document: document["start"].update(points="82")))
    services.send_draft(by=office[0], draft_id=draft.pk)
    services.publish_draft(by=office[1], draft_id=draft.pk)


def test_a_draft_that_is_dropped_stays_in_the_history(draft, office):
    services.discard_draft(by=office[1], draft_id=draft.pk)
    services.discard_draft(by=office[1], draft_id=draft.pk)

    draft.refresh_from_db()
    assert draft.state == "discarded"
    with pytest.raises(WrongState):
        services.start_simulation(by=office[0], draft_id=draft.pk)


def test_what_the_platform_brings_again_takes_nothing_from_what_the_office_published(
    draft, change, office, simulate, schemes
):
    simulate(change(draft, cheaper, name_en="Renamed by the office"))
    services.send_draft(by=office[0], draft_id=draft.pk)
    published = services.publish_draft(by=office[1], draft_id=draft.pk)

    install_shipped_schemes()

    assert list(draft.scheme.versions.order_by("number")) == [draft.base, published]
    draft.scheme.refresh_from_db()
    assert draft.scheme.name_en == "Renamed by the office"


def test_a_draft_follows_the_version_that_holds_last_not_the_one_that_came_last(
    draft, change, office, simulate, schemes
):
    simulate(change(draft, cheaper))
    services.send_draft(by=office[0], draft_id=draft.pk)
    published = services.publish_draft(by=office[1], draft_id=draft.pk)
    of_the_platform = schemes["city-comprehensive"]
    start = of_the_platform.document.start.model_copy(update={"points": Decimal(85)})
    version = install_scheme(
        by=None,
        code=of_the_platform.scheme.code,
        facts={},
        document=of_the_platform.document.model_copy(update={"start": start}),
        effective_from=of_the_platform.version.effective_from,
    )

    assert version.number == 3
    assert services.begin_draft(by=office[0], code=of_the_platform.scheme.code).base == published


def test_the_database_itself_keeps_the_four_eyes(draft, office):
    with pytest.raises(DatabaseError), transaction.atomic():
        SchemeDraft.objects.filter(pk=draft.pk).update(state="published", decided_by=office[1])


def test_a_simulation_is_shared_and_taken_back(draft, office, simulate):
    simulation = simulate(draft)
    clerk, stranger = MemberFactory(), UserFactory()
    assert not Simulation.objects.visible_to(clerk).exists()

    services.share_simulation(by=office[0], simulation_id=simulation.pk, is_shared=True)
    assert Simulation.objects.visible_to(clerk).get() == simulation
    assert not Simulation.objects.visible_to(stranger).exists()

    services.share_simulation(by=office[0], simulation_id=simulation.pk, is_shared=False)
    assert not Simulation.objects.visible_to(clerk).exists()
    assert Simulation.objects.visible_to(office[1]).exists()


def test_what_is_over_is_neither_stopped_nor_gone_on_with(draft, office, simulate):
    simulation = simulate(draft)
    with pytest.raises(WrongState):
        services.cancel_simulation(by=office[0], simulation_id=simulation.pk)
    with pytest.raises(WrongState):
        services.resume_simulation(by=office[0], simulation_id=simulation.pk)


def test_a_version_begins_no_sooner_than_the_one_before(draft, change, office, simulate):
    late = timezone.localdate() + timedelta(days=90)
    simulate(change(draft, cheaper, effective_from=late))
    services.send_draft(by=office[0], draft_id=draft.pk)
    services.publish_draft(by=office[1], draft_id=draft.pk)
    following = services.begin_draft(by=office[0], code="city-comprehensive")

    with pytest.raises(InvalidInput, match="does not begin sooner"):
        change(following, lambda document: None, effective_from=late - timedelta(days=1))


def test_the_calendar_says_how_many_a_version_that_begins_would_move(
    draft, change, office, city, simulate, client
):
    changed = change(draft, cheaper, effective_from=timezone.localdate() + timedelta(days=5))
    simulation = simulate(changed)
    services.send_draft(by=office[0], draft_id=draft.pk)
    version = services.publish_draft(by=office[1], draft_id=draft.pk)
    for reader, url in ((office[0], f"/simulations/{simulation.pk}/"), (MemberFactory(), "")):
        client.force_login(reader)
        (one,) = client.get("/ratings/calendar/").context["beginnings"]
        assert (one.version, one.simulation, one.url) == (version, simulation, url)
        assert one.count.fell == Outcome(simulation).count().fell > 0
