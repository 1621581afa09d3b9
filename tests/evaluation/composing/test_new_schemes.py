"""A scheme that there is not yet: begun from nothing or as a copy, filled in, simulated, published by a second person."""

import copy
import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from credit_platform.common.errors import InvalidInput, Missing, NotPermitted
from evaluation.composing import services
from evaluation.composing.beginnings import GRADES, NOTHING, begun_from, origins
from evaluation.composing.models import SchemeDraft
from evaluation.composing.outline import ADD, DocumentForm
from evaluation.composing.results import Outcome
from evaluation.composing.sides import nobody_rated
from evaluation.composing.simulating import work_on
from evaluation.kernel import NOT_RATED, rate
from evaluation.models import CurrentRating, Scheme
from evaluation.schemes import SchemeDocument, compile_scheme
from evaluation.schemes.in_force import schemes_in_force
from evaluation.schemes.shipped import scheme_library
from evaluation.selectors import scheme_to_read
from tests.evaluation.columns import Row, columns
from tests.factories import MemberFactory, UserFactory

pytestmark = pytest.mark.django_db
SAID = {"zh": "测试", "en": "a test"}
HEAD = {"family": "risk", "seen_by": {"basis": SAID}, "purpose": SAID, "basis": SAID}
TYPED = {
    "origin": NOTHING, "types": ["administrative-penalty", "commendation"], "code": "food-risk",
    "name_zh": "食品风险", "name_en": "Food risk", "family": "risk",
    **{f"{name}_{lang}": f"{name} {lang}" for name in ("purpose", "basis", "seen") for lang in ("zh", "en")},
}  # fmt: skip


@pytest.fixture
def from_nothing(office, types):
    """A draft of a scheme from nothing that looks at penalties and commendations."""
    document = begun_from(
        office[0], NOTHING, head=HEAD, types=[types["administrative-penalty"], types["commendation"]]
    )
    return services.begin_scheme(
        by=office[0], code="food-risk", name_zh="食品风险", name_en="Food risk", document=document
    )


def with_points(document):
    document["components"][0]["each"]["gives"] = {"minor": "-5", "general": "-15", "serious": "-45"}


def published(draft, change, office, simulate):
    """The scheme after its whole way."""
    simulate(change(draft, with_points))
    services.send_draft(by=office[0], draft_id=draft.pk)
    return services.publish_draft(by=office[1], draft_id=draft.pk)


def test_from_nothing_each_kind_of_record_has_a_component_that_gives_nothing_yet(from_nothing):
    document = SchemeDocument.model_validate(from_nothing.document)
    assert [one.code for one in document.components] == ["administrative-penalty", "commendation"]
    assert [grade.letter for grade in document.scale] == [letter for letter, _least, _meaning in GRADES]
    assert from_nothing.base is None
    assert from_nothing.scheme.family == "risk"
    row = Row(type="administrative-penalty", severity="serious")
    scheme = compile_scheme(document)
    ratings = rate(columns([row], scheme.vocabulary), scheme, date(2026, 11, 22))
    assert (ratings.points.tolist(), ratings.place.tolist()) == ([100 * 100], [0])


def test_until_it_is_published_nobody_is_rated_by_it_and_it_is_on_nobodys_list(from_nothing, city, rated):
    rated(*city)
    assert not CurrentRating.objects.filter(scheme__code="food-risk").exists()
    assert "food-risk" not in {one.scheme.code for one in schemes_in_force(date(2100, 1, 1))}
    with pytest.raises(Missing):
        scheme_to_read(MemberFactory(), "food-risk", "", timezone.localdate())


def test_the_first_version_of_a_scheme_goes_the_whole_way(
    from_nothing, change, office, simulate, city, rated
):
    version = published(from_nothing, change, office, simulate)

    assert (version.number, version.author, version.approver) == (1, office[0], office[1])
    from_nothing.refresh_from_db()
    assert from_nothing.cites.base is None
    day = version.effective_from
    (found,) = [one for one in schemes_in_force(day) if one.scheme.code == "food-risk"]
    assert found.version == version
    assert "food-risk" not in {one.scheme.code for one in schemes_in_force(day - timedelta(days=1))}
    following = services.begin_draft(by=office[0], code="food-risk")
    assert following.base == version


def test_family_and_visibility_are_the_first_versions_to_say(from_nothing, change, office, simulate):
    def opened(document):
        with_points(document)
        document["family"], document["seen_by"]["entity"] = "sector", True

    draft = change(from_nothing, opened, name_en="Another name")
    simulate(draft)
    services.send_draft(by=office[0], draft_id=draft.pk)
    scheme = services.publish_draft(by=office[1], draft_id=draft.pk).scheme
    scheme.refresh_from_db()
    assert (scheme.family, scheme.shown_to_entity, scheme.is_public) == ("sector", True, False)
    assert scheme.name_en == "Another name"

    following = services.begin_draft(by=office[0], code="food-risk")
    with pytest.raises(InvalidInput) as refused:
        change(following, lambda document: document.update(family="evaluation"))
    assert "document.family" in refused.value.problems


def test_a_risk_class_that_entities_see_is_no_document(from_nothing, change):
    with pytest.raises(InvalidInput) as refused:
        change(from_nothing, lambda document: document["seen_by"].update(entity=True))
    assert set(refused.value.problems) == {"document.seen_by"}


def test_of_two_first_drafts_one_becomes_the_first_version(from_nothing, change, office, simulate, types):
    with pytest.raises(InvalidInput) as refused:
        services.begin_scheme(
            by=office[1], code="food-risk", name_zh="又", name_en="again", document=from_nothing.document
        )
    assert set(refused.value.problems) == {"code"}
    published(from_nothing, change, office, simulate)
    with pytest.raises(InvalidInput):
        services.begin_scheme(
            by=office[1], code="food-risk", name_zh="又", name_en="again", document=from_nothing.document
        )


def test_a_code_that_was_only_thought_of_is_free_again(from_nothing, office):
    services.discard_draft(by=office[0], draft_id=from_nothing.pk)
    document = copy.deepcopy(from_nothing.document) | {"family": "evaluation"}

    again = services.begin_scheme(
        by=office[1], code="food-risk", name_zh="又", name_en="again", document=document
    )

    assert again.scheme == from_nothing.scheme
    assert Scheme.objects.get(code="food-risk").family == "evaluation"


def test_all_that_is_wrong_with_a_beginning_is_told_at_once(office):
    with pytest.raises(InvalidInput) as refused:
        services.begin_scheme(by=office[0], code="New Scheme", name_zh=" ", name_en="x", document=HEAD)
    assert {"code", "name_zh", "document.scale", "document.components"} <= set(refused.value.problems)
    for word in ("new", "drafts", "scales"):
        with pytest.raises(InvalidInput) as refused:
            services.begin_scheme(by=office[0], code=word, name_zh="x", name_en="x", document=HEAD)
        assert "another meaning" in refused.value.problems["code"][0]


def test_only_the_lead_office_begins_schemes(office, from_nothing):
    for somebody in (MemberFactory(), UserFactory()):
        with pytest.raises(NotPermitted):
            services.begin_scheme(
                by=somebody, code="other", name_zh="x", name_en="x", document=from_nothing.document
            )


def test_a_scheme_begins_as_a_copy_of_what_is_in_force_or_published_elsewhere(schemes, office):
    of_city, examples = origins(office[0])
    assert {one.code for one in of_city} == {f"scheme:{code}" for code in schemes}
    assert {one.code for one in examples} == {
        f"library:{one.code}" for one in scheme_library() if not one.installed
    }
    for number, one in enumerate([*of_city, *examples]):
        begun = services.begin_scheme(
            by=office[0], code=f"copy-{number}", name_zh="副本", name_en="Copy",
            document=begun_from(office[0], one.code, head=HEAD),
        )  # fmt: skip
        same = {name: begun.document[name] for name in ("scale", "components", "rules")}
        origin = one.document.model_dump(mode="json", by_alias=True)
        assert same == {name: origin[name] for name in same}
        assert begun.scheme.family == "risk"
    with pytest.raises(InvalidInput):
        begun_from(office[0], "scheme:none", head=HEAD)


@pytest.mark.parametrize("code", [one.code for one in scheme_library()])
def test_beside_a_new_scheme_nobody_is_rated(code):
    (document,) = [one.document for one in scheme_library() if one.code == code]
    scheme = compile_scheme(nobody_rated(document))
    rows = [Row(entity=n, type=document.considered.types[0]) for n in range(3)]
    ratings = rate(columns(rows, scheme.vocabulary), scheme, date(2026, 11, 22))
    assert ratings.place.tolist() == [NOT_RATED] * 3
    assert scheme.letters == compile_scheme(document).letters


def test_its_simulation_says_who_would_get_which_grade_and_nobody_falls(from_nothing, change, simulate, city):
    outcome = Outcome(simulate(change(from_nothing, with_points), inspections={"A": 1, "": 3}))

    count = outcome.count()
    assert (count.entities, count.newly, count.fell, count.rose, count.kept) == (6, 6, 0, 0, 0)
    # 100; 95; 85; 70; 40; -35: by the points of the penalties alone.
    assert outcome.grades() == {"A": 2, "B": 2, "C": 2, "": 0}
    tables = outcome.tables()
    assert not {"fell", "rose", "by-department"} & set(tables)
    by_district = {row[0]: row[1:] for row in tables["by-district"].rows}
    assert by_district == {"汀东区": (3, 2, 1, 0, 0), "汀西区": (3, 0, 1, 2, 0)}
    assert len(tables["months"].rows[0]) == len(tables["months"].columns) == 3
    assert tables["inspections"].rows[-1][4:6] == (0, 0)


# In the browser


@pytest.fixture
def as_lead(client, office):
    client.force_login(office[0])
    return client


def test_a_new_scheme_is_begun_and_filled_in_with_the_form_alone(as_lead, types):
    assert as_lead.get(reverse("composing:new")).status_code == 200

    answer = as_lead.post(reverse("composing:new"), TYPED)

    draft = SchemeDraft.objects.get()
    assert answer.url == reverse("composing:edit", args=(draft.pk,))
    assert as_lead.get(answer.url).status_code == 200
    for what in ({f"{ADD}/components": "formula"}, {f"{ADD}/rules": "rule"}, {"v:/family": "sector"}):
        draft.refresh_from_db()
        fields = DocumentForm(None, draft.document, is_first=True).fields.items()
        data = {name: one.initial for name, one in fields if one.initial not in (None, False, "")}
        data |= {
            "name_zh": draft.name_zh, "name_en": draft.name_en, "reason": "a new duty",
            "effective_from": draft.effective_from.isoformat(), "shown": json.dumps(draft.document),
        }  # fmt: skip
        assert as_lead.post(answer.url, data | what).status_code == 302
    draft.refresh_from_db()
    assert draft.document["components"][-1]["code"] == "new-formula"
    assert draft.document["rules"][0]["then"]["floor"] == "C"
    assert draft.document["family"] == "sector"
    assert draft.reason == "a new duty"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"entity": "on"}, "An internal risk class is for officials only."),
        ({"types": []}, "This field is required."),
        ({"types": ["member-commendation"]}, "Choose at least one kind of public credit information."),
        ({"code": "new"}, "another meaning"),
        ({"code": "has_underscore"}, "small letters, digits and hyphens"),
        ({"name_zh": ""}, "This field is required."),
        ({"origin": "scheme:none"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_with_a_beginning_stands_beside_its_field(as_lead, types, wrong, says):
    answer = as_lead.post(reverse("composing:new"), TYPED | wrong)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not SchemeDraft.objects.exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_of_a_new_scheme_is_there_in_both_languages(
    as_lead, from_nothing, change, simulate, city, office, language
):
    simulation = simulate(change(from_nothing, with_points))

    def page(name, *args):
        answer = as_lead.get(reverse(f"composing:{name}", args=args), headers={"accept-language": language})
        assert answer.status_code == 200
        return answer

    for name in ("draft", "edit", "source", "simulate"):
        page(name, from_nothing.pk)
    page("new")
    shown = page("simulation", simulation.pk).content.decode()
    assert ("Who would get which grade" in shown) == (language == "en")
    assert reverse("composing:draft", args=(from_nothing.pk,)) in page("schemes").content.decode()
    lines = b"".join(page("table-file", simulation.pk, "by-size", "csv")).decode("utf-8-sig").splitlines()
    assert len(lines) == 5


def test_two_simulations_of_a_new_scheme_stand_side_by_side(as_lead, from_nothing, change, simulate, city):
    one = simulate(from_nothing)
    other = simulate(change(from_nothing, with_points))
    page = as_lead.get(reverse("composing:beside", args=(one.pk,)), {"with": other.pk})
    assert page.status_code == 200


def test_a_published_version_is_read_before_it_begins_and_after_it_is_over(
    as_lead, from_nothing, change, office, simulate
):
    version = published(from_nothing, change, office, simulate)
    page = as_lead.get(reverse("evaluation:scheme", args=("food-risk",))).content.decode()
    assert "Version 1, in force from" in page
    assert "not in force yet" in as_lead.get(reverse("composing:schemes")).content.decode()

    tomorrow = version.effective_from + timedelta(days=1)
    following = services.begin_draft(by=office[1], code="food-risk")
    later = {"effective_from": tomorrow, "by": office[1]}
    simulate(change(following, lambda document: document["scale"][0].update({"from": "95"}), **later))
    services.send_draft(by=office[1], draft_id=following.pk)
    services.publish_draft(by=office[0], draft_id=following.pk)

    def read(day, number=""):
        found = scheme_to_read(office[0], "food-risk", number, day)
        return found.in_force.version.number, found.standing

    assert read(version.effective_from - timedelta(days=1)) == (1, "to-come")
    assert read(version.effective_from) == (1, "in-force")
    assert read(version.effective_from, "2") == (2, "to-come")
    assert read(tomorrow) == (2, "in-force")
    assert read(tomorrow, "1") == (1, "over")
    for wrong in ("3", "x", "-1"):
        with pytest.raises(Missing):
            read(tomorrow, wrong)
    shown = as_lead.get(reverse("evaluation:scheme", args=("food-risk",)), {"version": "2"})
    assert "Its versions" in shown.content.decode()
    document = as_lead.get(reverse("evaluation:scheme-document", args=("food-risk",)), {"version": "2"})
    assert document.json()["scale"][0]["from"] == "95"


def test_a_worker_that_comes_twice_to_a_new_scheme_finds_it_done(from_nothing, change, office, city):
    change(from_nothing, with_points)
    simulation = services.start_simulation(by=office[0], draft_id=from_nothing.pk)
    work_on(simulation.pk)
    work_on(simulation.pk)
    simulation.refresh_from_db()
    assert simulation.state == "done"
