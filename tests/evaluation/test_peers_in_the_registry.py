"""Schemes that compare peers, on the registry: tables are kept, grades cite them, bulk, single and replay agree."""

from datetime import date, timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, transaction
from django.utils import timezone

from entities.models import CreditRecord, Entity
from evaluation import bulk, peer_store, replay, services, tasks
from evaluation.models import CurrentRating, PeerTables, RatingChange, RatingRun
from evaluation.peers import PeerTable
from evaluation.schemes import SchemeDocument
from evaluation.schemes.in_force import published_by, schemes_in_force
from tests.factories import EntityFactory, RecordTypeFactory

pytestmark = pytest.mark.django_db
SAID = {"zh": "测试", "en": "a test"}
TODAY = timezone.localdate


def compares(**more) -> SchemeDocument:
    """Fines in all, as a percentile among entities of the same industry, size and region, or else of the same industry."""
    return SchemeDocument.model_validate(
        {
            "language": 2,
            "family": "risk",
            "seen_by": {"basis": SAID},
            "purpose": SAID,
            "basis": SAID,
            "figures": SAID,
            "scale": [
                {"letter": "low", "at_most": 50, "meaning": SAID},
                {"letter": "mid", "less_than": 100, "meaning": SAID},
                {"letter": "high", "meaning": SAID},
            ],
            "scale_article": "1",
            "considered": {"article": "1", "types": ["administrative-penalty"]},
            "enough": {"article": "1"},
            "components": [
                {"kind": "records", "code": "fines", "name": SAID, "article": "2", "weight": "0",
                 "records": {"types": ["administrative-penalty"]}, "each": {"field": "amount"}},
                {"kind": "peers", "code": "percentile", "name": SAID, "article": "3", "of": {"value": "fines"},
                 "among": [["section", "size", "region"], ["section"]], "at_least": 3},
            ],
        }
        | more
    )  # fmt: skip


def install(document: SchemeDocument, code: str = "among-peers"):
    facts = {"name_zh": "同业", "name_en": "Peers", "family": document.family}
    return services.install_scheme(
        by=None, code=code, facts=facts, document=document, effective_from=date(2026, 1, 1)
    )


@pytest.fixture
def fined(record):
    """An entity of the like of the others with a fine: `fined(amount, …)`."""

    def make(amount, **known) -> Entity:
        entity = EntityFactory(**{"industry_code": "H6210", "size": "micro", "region_code": "339702"} | known)
        record(entity, amount=amount, decided_on=TODAY() - timedelta(days=30))
        return entity

    return make


def grades(code="among-peers") -> dict[int, tuple[str, int | None]]:
    rows = CurrentRating.objects.filter(scheme__code=code).values_list("entity_id", "grade", "points")
    return {entity: (grade, points) for entity, grade, points in rows}


def rate_now(*entities: Entity) -> None:
    services.request_ratings(entity.pk for entity in entities)
    tasks.rate_waiting()


def test_a_scheme_that_compares_peers_is_installed_and_rates_by_kept_tables(fined):
    install(compares())
    a, b, c, d = fined(100), fined(200), fined(200), fined(900)
    services.rate_all(as_of=TODAY())
    assert grades() == {
        a.pk: ("low", 0), b.pk: ("low", 33_33), c.pk: ("low", 33_33), d.pk: ("high", 100_00),
    }  # fmt: skip
    (tables,) = PeerTables.objects.all()
    assert tables.peers == 4
    assert set(CurrentRating.objects.values_list("peers", flat=True)) == {tables.pk}
    assert set(RatingChange.objects.values_list("peers", flat=True)) == {tables.pk}


def test_before_there_are_tables_nobody_is_rated_under_such_a_scheme(fined):
    install(compares())
    rate_now(fined(100))
    assert grades() == {}
    assert schemes_in_force(TODAY()) == []


def test_a_group_that_is_too_small_gives_way_to_the_wider_one_and_none_means_not_rated(fined):
    install(compares())
    micro = [fined(n) for n in (1, 2)]
    large = [fined(n, size="large") for n in (3, 4)]
    alone = fined(5, industry_code="C1310")
    services.rate_all(as_of=TODAY())
    assert [grades()[one.pk][1] for one in (*micro, *large)] == [0, 33_33, 66_67, 100_00]
    assert alone.pk not in grades()


def test_one_entity_and_everybody_are_rated_alike_to_the_last_hundredth(fined):
    install(compares())
    entities = [fined(n * n % 17 * 100 + 1, size="micro" if n % 3 else "small") for n in range(30)]
    services.rate_all(as_of=TODAY())
    at_once = grades()
    CurrentRating.objects.all().delete()
    for entity in entities:
        rate_now(entity)
    assert grades() == at_once
    assert services.verify_ratings(as_of=TODAY()).differences == []


def test_however_the_city_is_cut_the_tables_are_the_same_to_the_letter(fined, monkeypatch):
    install(compares())
    entities = [fined(n * 37 % 11 * 100 + 1) for n in range(20)]
    services.rate_all(as_of=TODAY())
    (whole,) = PeerTables.objects.all()
    keys = [entity.pk for entity in entities]
    cuts = [(keys[0], keys[6]), (keys[7], keys[7]), (keys[8], keys[-1])]
    monkeypatch.setattr(bulk, "cut_ranges", lambda: cuts)
    (scheme,) = published_by(TODAY())
    assert bulk._tables(scheme, TODAY(), cuts) == whole, "the same tables are not kept twice"


def test_what_one_does_moves_the_others_with_the_next_tables_and_not_before(record, fined):
    install(compares())
    a, b, c = fined(100), fined(200), fined(300)
    services.rate_all(as_of=TODAY())
    assert [grades()[one.pk][1] for one in (a, b, c)] == [0, 50_00, 100_00]
    record(a, amount=900, decided_on=TODAY())
    rate_now(a, b, c)
    assert [grades()[one.pk][1] for one in (a, b, c)] == [150_00, 50_00, 100_00]
    tomorrow = TODAY() + timedelta(days=1)
    services.refresh_peers(as_of=tomorrow)
    assert [grades()[one.pk][1] for one in (a, b, c)] == [100_00, 0, 50_00]
    first, second = PeerTables.objects.order_by("pk")
    assert list(RatingChange.objects.filter(entity=b).order_by("pk").values_list("peers", flat=True)) == [
        first.pk, second.pk,
    ]  # fmt: skip


def test_the_tables_of_a_day_are_made_once_and_a_lost_run_goes_on_with_them(fined, monkeypatch):
    install(compares())
    fined(100), fined(200), fined(300)
    run = bulk.start_run(as_of=TODAY())
    assert (PeerTables.objects.count(), grades()) == (1, {})
    assert services.refresh_peers(as_of=TODAY()) == 0, "a run of the day is there: the sweep takes it up"
    tasks.work_on_runs()
    assert RatingRun.objects.get().state == "done"
    assert len(grades()) == 3
    assert RatingRun.objects.get().tables == run.tables
    assert services.refresh_peers(as_of=TODAY()) == 0
    assert services.refresh_peers(as_of=TODAY() + timedelta(days=1)) == 0, "nothing moved"
    assert PeerTables.objects.count() == 1, "tables that say the same are not kept twice"
    assert RatingRun.objects.count() == 2


def test_without_such_a_scheme_nothing_is_refreshed(schemes, fined):
    fined(100)
    assert services.refresh_peers(as_of=TODAY()) == 0
    assert not RatingRun.objects.exists()


def test_a_replay_uses_the_tables_of_that_day(record, fined):
    install(compares())
    a, b, c = fined(100), fined(200), fined(300)
    services.rate_all(as_of=TODAY())
    record(a, amount=900, decided_on=TODAY())
    tomorrow = TODAY() + timedelta(days=1)
    services.refresh_peers(as_of=tomorrow)
    (scheme,) = published_by(TODAY())

    def replayed(day, known_at=None):
        ratings = replay.ratings_on(
            entity_ids=[b.pk], scheme=scheme, day=day, known_at=known_at or replay.end_of(tomorrow)
        )
        return int(ratings.points[0])

    assert replayed(TODAY()) == 50_00
    assert replayed(tomorrow) == 0
    compared, differences = replay.verify_past([a.pk, b.pk, c.pk])
    assert (compared > 4, differences) == (True, [])


def test_a_day_without_kept_tables_is_replayed_from_what_was_known_of_the_whole_city(fined):
    install(compares())
    entities = [fined(100), fined(200), fined(300)]
    (scheme,) = published_by(TODAY())
    ratings = replay.ratings_on(entity_ids=[entities[1].pk], scheme=scheme, day=TODAY())
    assert ratings.points.tolist() == [50_00]


def test_an_entity_without_a_record_in_force_is_nobodys_peer(fined):
    install(compares(enough={"article": "1", "records": 0}))
    ended = fined(0)
    CreditRecord.objects.filter(entity=ended).update(publish_until=TODAY() - timedelta(days=1))
    a, b, c = fined(100), fined(200), fined(300)
    services.rate_all(as_of=TODAY())
    assert PeerTables.objects.get().peers == 3
    assert [grades()[one.pk][1] for one in (a, b, c)] == [0, 50_00, 100_00]


def test_kept_tables_are_read_as_they_were_written_and_cannot_be_changed(fined):
    install(compares())
    fined(100), fined(200), fined(200)
    (scheme,) = published_by(TODAY())
    kept = bulk.start_run(as_of=TODAY()).tables[0]
    table = peer_store.read(kept)["percentile"]
    numbers = [units.tolist() for groups in table.groups for units in groups.values()]
    assert numbers == [[1000, 2000, 2000]] * 2, "tenths of a yuan, as the scheme rounds"
    assert scheme.tables is None
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        PeerTables.objects.update(peers=0)


def test_numbers_beyond_64_bits_are_kept_exactly():
    huge = PeerTable(9, ({(1, -5): np.array([3, 10**24, 10**24], object)}, {(): np.array([1, 2, 2])}))
    written = peer_store.written({"one": huge})
    again = peer_store.understood(written)["one"]
    assert again.places == 9
    assert [{key: units.tolist() for key, units in groups.items()} for groups in again.groups] == [
        {(1, -5): [3, 10**24, 10**24]},
        {(): [1, 2, 2]},
    ]
    assert peer_store.written({"one": again}) == written


def test_the_shipped_method_of_fmcsa_rates_the_registry(types, record):
    types |= {code: RecordTypeFactory(code=code, polarity="neutral") for code in ("inspection", "violation")}
    carriers = [EntityFactory() for _ in range(8)]
    for number, carrier in enumerate(carriers):
        for visit in range(5 + number % 2):
            decided = TODAY() - timedelta(days=20 + 100 * visit)
            record(carrier, "inspection", document_number=f"i{number}-{visit}", decided_on=decided)
            record(
                carrier, "violation", document_number=f"v{number}-{visit}", decided_on=decided,
                details={"inspection": f"i{number}-{visit}", "severity": number + 1, "oos_weight": 0},
            )  # fmt: skip
    out = StringIO()
    call_command("seed_schemes", also=["fmcsa-sms"], stdout=out)
    assert "fmcsa-sms: published as" in out.getvalue()
    found = grades("fmcsa-sms")
    assert {found[carrier.pk][0] for carrier in carriers} >= {"Q1", "Q4"}
    assert services.verify_ratings(as_of=TODAY()).differences == []
    CurrentRating.objects.all().delete()
    rate_now(*carriers)
    assert grades("fmcsa-sms") == found


def test_only_methods_that_come_along_are_published_as_examples(db):
    with pytest.raises(CommandError, match="No such example: mine"):
        call_command("seed_schemes", also=["mine"], stdout=StringIO())


def test_sites_of_all_entities_are_compared_and_single_bulk_and_replay_agree(fined):
    """The fines of one document are a part here: each is held against the fines of all others."""
    whole = compares()
    fines, percentile = (one.model_dump(mode="json", by_alias=True) for one in whole.components)
    part = {
        "kind": "parts", "code": "sites", "name": SAID, "article": "3", "same": ["document-number"], "take": "largest",
        "components": [fines, percentile], "gives": {"value": "percentile"},
    }  # fmt: skip
    install(
        SchemeDocument.model_validate(whole.model_dump(mode="json", by_alias=True) | {"components": [part]})
    )
    a, b, c = fined(100), fined(200), fined(900)
    services.rate_all(as_of=TODAY())
    before = grades()
    assert before == {a.pk: ("low", 0), b.pk: ("low", 50_00), c.pk: ("high", 100_00)}
    rate_now(a, b, c)
    assert grades() == before
    assert services.verify_ratings(as_of=TODAY()).differences == []
