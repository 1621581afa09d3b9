"""Drafts and simulations in the browser, in both languages, with all that is wrong told beside where it was typed."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from credit_platform.audit.models import AuditEvent
from evaluation.composing import services
from evaluation.composing.models import SchemeDraft, Simulation
from evaluation.composing.outline import DocumentForm
from evaluation.composing.results import Outcome
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_lead(client, office):
    client.force_login(office[0])
    return client


@pytest.fixture
def done(harsher, city, simulate):
    return simulate(harsher, inspections={"A": 10, "B": 12.5, "C": 100, "D": 100})


def page(draft, name="draft"):
    return reverse(f"composing:{name}", args=(draft.pk,))


def typed(draft, **fields):
    """What the form of a draft sends as it was shown, with some fields typed anew."""
    form = DocumentForm(None, draft.document)
    data = {name: one.initial for name, one in form.fields.items() if one.initial not in (None, False, "")}
    head = {
        "name_zh": draft.name_zh,
        "name_en": draft.name_en,
        "effective_from": draft.effective_from.isoformat(),
        "reason": "a new law",
        "shown": json.dumps(draft.document),
    }
    return data | head | fields


def test_the_lead_office_begins_a_draft_from_the_list(as_lead, schemes):
    listed = as_lead.get(reverse("composing:schemes"))
    assert "City comprehensive scheme" in listed.content.decode()

    answer = as_lead.post(reverse("composing:begin", args=("city-comprehensive",)))

    draft = SchemeDraft.objects.get()
    assert answer.url == page(draft)
    assert "Nothing differs yet" in as_lead.get(answer.url).content.decode()


def test_a_draft_is_changed_in_the_form_and_told_in_words(as_lead, draft):
    assert as_lead.get(page(draft, "edit")).status_code == 200

    answer = as_lead.post(
        page(draft, "edit"),
        typed(draft, **{"v:/components/0/each/add/0/gives/general": "-15", "v:/scale/1/from": "77"}),
    )

    assert answer.url == page(draft)
    draft.refresh_from_db()
    assert draft.document["scale"][1]["from"] == "77"
    shown = as_lead.get(page(draft)).content.decode()
    assert "General −15" in shown
    assert "77.0–90.0" in shown
    assert "a new law" in shown


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(as_lead, draft):
    answer = as_lead.post(
        page(draft, "edit"),
        typed(draft, **{"v:/components/0/floor": "much", "name_en": "", "v:/scale/0/from": "10"}),
    )

    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "Type a number." in shown
    assert "This field is required." in shown
    assert 'value="much"' in shown
    draft.refresh_from_db()
    assert draft.document["components"][0]["floor"] == "-60"


def test_a_rule_across_the_document_is_told_above_the_form(as_lead, draft):
    answer = as_lead.post(page(draft, "edit"), typed(draft, **{"v:/scale/0/from": "10"}))

    assert answer.status_code == 422
    assert "Grades: Grades go from the best to the worst." in answer.content.decode()


def test_one_more_component_appears_to_be_filled_in(as_lead, draft):
    answer = as_lead.post(page(draft, "edit"), typed(draft, **{"add:/components": "copy"}))

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert len(draft.document["components"]) == 9


@pytest.mark.parametrize("shown", ["", "{", "[]", '{"components": 5}', '{"scale": [1], "components": [[]]}'])
def test_a_form_that_comes_back_damaged_is_refused_with_a_sentence(as_lead, draft, shown):
    answer = as_lead.post(page(draft, "edit"), typed(draft, shown=shown))

    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.reason == ""


def test_the_source_says_everything_and_tells_all_problems_with_their_lines(as_lead, draft):
    assert "&quot;language&quot;: 2" in as_lead.get(page(draft, "source")).content.decode()
    document = json.loads(json.dumps(draft.document))
    document["components"][0]["each"] = {
        "steps": {"field": "amount"},
        "table": [{"at_most": 5, "gives": "many"}, {"gives": 0}],
    }
    document["strange"] = 1
    text = json.dumps(document, indent=2, ensure_ascii=False)

    answer = as_lead.post(page(draft, "source"), typed(draft, source=text))

    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "2 things are not as the language asks" in shown
    assert "Type a number." in shown
    assert "The language knows no such word here." in shown
    line = next(n for n, one in enumerate(text.splitlines(), start=1) if "many" in one)
    assert f">{line}<" in shown

    document["components"][0]["each"] = {"steps": {"field": "amount"}, "table": [{"gives": "-5"}]}
    del document["strange"]
    answer = as_lead.post(page(draft, "source"), typed(draft, source=json.dumps(document)))
    assert answer.url == page(draft)
    draft.refresh_from_db()
    assert draft.document["components"][0]["each"]["table"][0]["gives"] == "-5"


def test_a_source_that_is_no_json_or_changes_the_family_is_told_so(as_lead, draft):
    answer = as_lead.post(page(draft, "source"), typed(draft, source="{\n oops"))
    assert "This is not JSON" in answer.content.decode()

    other = dict(draft.document, family="sector")
    answer = as_lead.post(page(draft, "source"), typed(draft, source=json.dumps(other)))
    assert answer.status_code == 422
    assert "does not change the family" in answer.content.decode()


def test_the_whole_way_to_a_published_version(client, harsher, city, office, simulate):
    client.force_login(office[0])
    assert "Not simulated yet" in client.get(page(harsher)).content.decode()
    answer = client.post(page(harsher, "simulate"), {"grade_0": "1", "grade_3": "50"})
    simulation = Simulation.objects.get()
    assert answer.url == reverse("composing:simulation", args=(simulation.pk,))
    assert simulation.inspections == {"A": 1.0, "D": 50.0}
    assert "Waiting for a worker" in client.get(answer.url).content.decode()
    simulate(harsher, inspections=simulation.inspections)
    client.post(page(harsher, "send"))
    assert "A colleague publishes it" in client.get(page(harsher)).content.decode()

    client.force_login(office[1])
    shown = client.get(page(harsher)).content.decode()
    assert page(harsher, "publish") in shown
    client.post(page(harsher, "publish"))

    harsher.refresh_from_db()
    assert harsher.state == "published"
    assert "version 2" in client.get(page(harsher)).content.decode()
    assert "not begun" in client.get(reverse("composing:schemes")).content.decode()


def test_publishing_without_its_simulation_is_refused_with_a_sentence(client, harsher, office):
    services.send_draft(by=office[0], draft_id=harsher.pk)
    client.force_login(office[1])

    answer = client.post(page(harsher, "publish"))

    assert answer.status_code == 409
    assert "Exactly this document has not been simulated yet" in answer.content.decode()


def test_a_colleague_returns_a_draft_with_a_note(client, harsher, office):
    services.send_draft(by=office[0], draft_id=harsher.pk)
    client.force_login(office[1])
    assert client.post(page(harsher, "return"), {"note": ""}).status_code == 422

    client.post(page(harsher, "return"), {"note": "too hard on the small"})

    assert "too hard on the small" in client.get(page(harsher)).content.decode()


def test_a_draft_before_a_colleague_is_not_changed(as_lead, harsher, office):
    services.send_draft(by=office[0], draft_id=harsher.pk)

    assert as_lead.get(page(harsher, "edit")).status_code == 409


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_result_is_told_in_figures_pictures_tables_and_reasons(as_lead, done, city, language):
    as_lead.cookies["django_language"] = language
    with override(language):
        shown = as_lead.get(reverse("composing:simulation", args=(done.pk,))).content.decode()

    assert 'data-chart="flow"' in shown
    assert 'data-chart="heat"' in shown
    assert city[2].name_zh in shown or city[2].name_en in shown
    assert "−10.0" in shown
    assert "汀东区" in shown


def test_a_risk_class_does_not_look_like_a_grade_of_the_evaluation(
    as_lead, office, schemes, change, city, simulate
):
    def harsh(document):
        document["components"][0]["each"]["gives"]["general"] = "-60"

    risk = simulate(change(services.begin_draft(by=office[0], code="risk-class"), harsh))
    answer = as_lead.get(reverse("composing:simulation", args=(risk.pk,)))

    assert answer.context["fell"]
    assert 'class="grade ' not in answer.content.decode()
    assert {node["place"] for node in answer.context["flow"].data["nodes"]} == {"0"}


def test_the_tables_add_up(done, city):
    outcome = Outcome(done)
    count, tables = outcome.count(), outcome.tables()

    assert count.entities == sum(row[2] for row in tables["migration"].rows) == 6
    assert count.rated == count.kept + count.fell + count.rose == 6
    assert count.fell == len(tables["fell"].rows) > 0
    for way in ("by-district", "by-section", "by-size", "by-age"):
        assert sum(row[1] for row in tables[way].rows) == 6
        assert sum(row[2] for row in tables[way].rows) == count.fell
    load = {row[0]: row for row in tables["inspections"].rows}
    assert load["Together"][2] == load["Together"][3] == 6
    moves = {row[:2]: row[2] for row in tables["migration"].rows}
    for name, (_grade, rate, before, after, now, then, _rule) in load.items():
        if name != "Together":
            assert before == sum(count for (was, _is), count in moves.items() if was == name)
            assert after == sum(count for (_was, is_), count in moves.items() if is_ == name)
            assert (now, then) == (round(before * rate / 100), round(after * rate / 100))
    assert load["Together"][4:6] == tuple(
        sum(row[place] for name, row in load.items() if name != "Together") for place in (4, 5)
    )
    # A harsher scheme makes for more inspections.
    assert load["Together"][5] > load["Together"][4] > 0


def test_a_group_that_falls_much_more_often_than_the_city_is_marked(done):
    whole = [0] * 25
    whole[12:14] = [90, 10]  # of B: 90 stay, 10 fall to C
    small = [0] * 25
    small[12:14] = [30, 8]
    done.results |= {"matrix": whole, "by": {"size": {"small": small, "large": [0] * 12 + [1, 1] + [0] * 11}}}

    rows = {row[0]: row for row in Outcome(done).tables()["by-size"].rows}

    assert rows["Small"][-2:] == (Decimal("2.11"), "look closer")
    # Two are too few to say anything of.
    assert rows["Large"][-2:] == (None, "")


def test_tables_are_taken_away_as_files(as_lead, done):
    def file(table, ending):
        answer = as_lead.get(reverse("composing:table-file", args=(done.pk, table, ending)))
        return answer, b"".join(answer.streaming_content)

    answer, content = file("migration", "csv")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert lines[0] == ["Grade under version 1", "Grade under the draft", "Entities"]
    assert sum(int(line[2]) for line in lines[1:]) == 6
    assert "attachment" in answer["Content-Disposition"]
    _answer, content = file("sensitivity", "xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "Parameter"
    assert len(rows) > 30
    missing = reverse("composing:table-file", args=(done.pk, "nothing", "csv"))
    assert as_lead.get(missing).status_code == 404
    assert as_lead.get(reverse("composing:table-file", args=(done.pk, "fell", "pdf"))).status_code == 404


def test_who_took_a_table_away_is_in_the_audit_log(as_lead, done, office):
    address = reverse("composing:table-file", args=(done.pk, "fell", "csv"))
    assert as_lead.get(address).status_code == 200
    (event,) = AuditEvent.objects.filter(verb="composing.simulation.exported")
    assert (event.actor, event.target_id) == (office[0], str(done.pk))
    assert event.detail == {"table": "fell", "format": "csv", "rows": len(Outcome(done).movers("fell"))}


def test_two_simulations_are_held_beside_each_other(as_lead, done, harsher, change, simulate):
    other = simulate(change(harsher, lambda document: document["start"].update(points="70")))

    answer = as_lead.get(reverse("composing:beside", args=(done.pk,)) + f"?with={other.pk}")

    shown = answer.content.decode()
    counts = [Outcome(one).count() for one in (other, done)]
    figures = {title: values for title, *values in answer.context["figures"]}
    for title, name in (("Fall", "fell"), ("Fall two grades or more", "far"), ("Keep their grade", "kept")):
        first, second = (getattr(count, name) for count in counts)
        assert figures[title] == [first, second, second - first]
    assert figures["Fall"][0] > figures["Fall"][1] > 0
    for letter, first, second, more in answer.context["grades"]:
        after = [
            sum(
                count
                for (_was, is_), count in Outcome(one).moves().items()
                if is_ == ("" if letter == "Not rated" else letter)
            )
            for one in (other, done)
        ]
        assert [first, second, more] == [*after, after[1] - after[0]]
    assert "Fall two grades or more" in shown
    assert "Where counting starts" in shown
    alone = as_lead.get(reverse("composing:beside", args=(done.pk,)) + "?with=nonsense").content.decode()
    assert "Choose another simulation" in alone


def test_a_simulation_is_read_by_a_department_once_it_is_shared(client, done, office):
    clerk = MemberFactory()
    client.force_login(clerk)
    address = reverse("composing:simulation", args=(done.pk,))
    assert client.get(address).status_code == 404

    services.share_simulation(by=office[0], simulation_id=done.pk, is_shared=True)

    assert client.get(address).status_code == 200
    assert client.get(reverse("composing:table-file", args=(done.pk, "fell", "csv"))).status_code == 200
    assert "shared" in client.get(reverse("composing:schemes")).content.decode()
    assert client.post(reverse("composing:share", args=(done.pk,)), {"shared": "no"}).status_code == 403


def test_the_progress_is_told_without_loading_the_page_again(as_lead, harsher, office, done):
    waiting = services.start_simulation(by=office[0], draft_id=harsher.pk)
    address = reverse("composing:progress", args=(waiting.pk,))

    shown = as_lead.get(address, headers={"hx-request": "true"})
    assert 'id="job"' in shown.content.decode()
    assert as_lead.get(address).url == reverse("composing:simulation", args=(waiting.pk,))
    over = as_lead.get(reverse("composing:progress", args=(done.pk,)), headers={"hx-request": "true"})
    assert over["HX-Refresh"] == "true"


def test_a_simulation_is_stopped_and_gone_on_with_from_its_page(as_lead, harsher, office):
    waiting = services.start_simulation(by=office[0], draft_id=harsher.pk)
    as_lead.post(reverse("composing:cancel", args=(waiting.pk,)))
    address = reverse("composing:simulation", args=(waiting.pk,))
    assert "It was stopped" in as_lead.get(address).content.decode()

    as_lead.post(reverse("composing:resume", args=(waiting.pk,)))

    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_the_pages_ask_the_database_a_fixed_number_of_times(as_lead, done, harsher, query_budget):
    for name, address in {
        "composing schemes": reverse("composing:schemes"),
        "composing draft": page(harsher),
        "composing simulation": reverse("composing:simulation", args=(done.pk,)),
    }.items():
        with query_budget(name):
            assert as_lead.get(address).status_code == 200
