"""What components promise to those who use them."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.utils.translation import override

from credit_platform.ui import charts


def draw(source: str, rf=None, query: str = "", **variables) -> str:
    template = Template("{% load ui %}" + source)
    if rf is None:
        return template.render(Context(variables))
    return template.render(RequestContext(rf.get(f"/list/?{query}"), variables))


def test_what_a_component_holds_is_drawn_as_it_is_and_what_it_is_told_is_escaped():
    drawn = draw("{% card title=title %}<b>{{ inside }}</b>{% endcard %}", title="<i>", inside="<u>")
    assert "&lt;i&gt;" in drawn
    assert "<b>&lt;u&gt;</b>" in drawn


def test_a_slot_goes_to_the_component_it_stands_in():
    drawn = draw(
        "{% card title='outer' %}{% slot foot %}outer foot{% endslot %}"
        "{% card title='inner' %}{% slot foot %}inner foot{% endslot %}{% endcard %}{% endcard %}"
    )
    inner, outer = drawn.split("inner foot")
    assert "outer foot" not in inner
    assert "outer foot" in outer


def test_an_unknown_slot_is_an_error():
    with pytest.raises(TemplateSyntaxError, match="no slot food"):
        draw("{% card %}{% slot food %}{% endslot %}{% endcard %}")


def test_a_slot_outside_of_a_component_is_an_error():
    with pytest.raises(TemplateSyntaxError, match="outside"):
        draw("{% slot foot %}{% endslot %}")


def test_an_unknown_argument_is_an_error():
    with pytest.raises(TemplateSyntaxError, match="colour"):
        draw("{% card colour='red' %}{% endcard %}")


@pytest.mark.parametrize(
    ("tag", "says", "tone"),
    [
        ("{% deadline_chip 5 %}", "5 wd left", "due ok"),
        ("{% deadline_chip 2 %}", "2 wd left", "due soon"),
        ("{% deadline_chip 0 clock='17:30' %}", "today 17:30", "due soon"),
        ("{% deadline_chip -1 %}", "1 wd over", "due over"),
        ("{% deadline_chip 1 long=True %}", "1 working day left", "due soon"),
        ("{% deadline_chip 4 state='paused' %}", "paused", "due held"),
        ("{% deadline_chip None %}", "no deadline", "due"),
    ],
)
def test_a_deadline_says_how_many_working_days_are_left(tag, says, tone):
    drawn = draw(tag)
    assert says in drawn
    assert f'class="{tone}"' in drawn


def test_a_deadline_in_an_unpublished_year_is_called_provisional():
    assert "provisional" in draw("{% deadline_chip 40 provisional=True %}")
    assert "provisional" not in draw("{% deadline_chip 40 provisional=True state='paused' %}")


def test_in_chinese_nothing_is_squeezed_between_a_word_and_a_figure():
    with override("zh-hans"):
        assert "今日17:30" in draw("{% deadline_chip 0 clock='17:30' %}")


def test_a_grade_is_a_letter_with_a_name():
    assert 'aria-label="Grade C"' in draw("{% grade 'C' %}")
    assert "grade-4" in draw("{% grade 'C' %}")
    assert "grade-3" in draw("{% grade 'C' scale %}", scale=("A", "B", "C", "D", "E"))


def test_no_grade_is_not_a_bad_grade():
    drawn = draw("{% grade None %}")
    assert 'aria-label="Not rated: not enough data"' in drawn
    assert "grade-0" in drawn


def test_a_grade_is_shown_with_the_scale_of_its_own_scheme():
    with pytest.raises(ValueError, match="not on the scale"):
        draw("{% grade 'E' %}")


def test_sorting_turns_around_and_keeps_the_rest_of_the_address(rf):
    head = "{% sort_th 'points' 'Points' %}"
    assert 'aria-sort="ascending"' in draw(head, rf, "sort=points&district=x")
    assert "?sort=-points&amp;district=x" in draw(head, rf, "sort=points&district=x&page=3")
    assert 'aria-sort="descending"' in draw(head, rf, "sort=-points")
    assert "aria-sort" not in draw(head, rf, "sort=name")


def test_a_page_sorted_unasked_says_by_what(rf):
    assert 'aria-sort="descending"' in draw("{% sort_th 'day' 'Day' default='descending' %}", rf)


def test_the_foot_of_a_table_says_which_part_of_how_many(rf):
    page = Paginator(range(1_284_006), 11).page(2)
    drawn = draw("{% pagination page %}", rf, "district=x&page=2", page=page)
    assert "12–22 of 1,284,006" in drawn
    assert "?district=x&amp;page=1" in drawn
    assert "?district=x&amp;page=3" in drawn


def test_a_table_that_fits_one_page_has_no_ways_on(rf):
    assert "<a" not in draw("{% pagination page %}", rf, page=Paginator(range(3), 11).page(1))


class Filters(forms.Form):
    district = forms.ChoiceField(choices=[("", "All"), ("e", "East"), ("w", "West")], required=False)


def test_a_chosen_filter_is_a_tag_that_takes_itself_away(rf):
    drawn = draw(
        "{% filter_bar form %}{% endfilter_bar %}",
        rf,
        "district=w&sort=day&page=4",
        form=Filters({"district": "w"}),
    )
    assert 'aria-label="Remove filter District: West"' in drawn
    assert 'href="?sort=day"' in drawn
    assert '<input type="hidden" name="sort" value="day">' in drawn


def test_without_a_chosen_filter_there_is_nothing_to_take_away(rf):
    assert "tag-x" not in draw("{% filter_bar form %}{% endfilter_bar %}", rf, form=Filters({}))


def test_a_notice_that_is_an_alert_is_read_out_at_once():
    assert 'role="alert"' in draw("{% notice tone='bad' alert=True %}x{% endnotice %}")
    assert "role=" not in draw("{% notice %}x{% endnotice %}")


def test_a_running_job_is_asked_again_and_a_finished_one_is_not():
    panel = "{% job_panel steps '/job/' 5 10 running=running %}"
    assert "hx-get" in draw(panel, steps=[], running=True)
    assert "hx-get" not in draw(panel, steps=[], running=False)


@pytest.mark.parametrize(("seconds", "says"), [(2, "about 5 s"), (27, "about 25 s"), (150, "about 2 min")])
def test_an_estimate_does_not_pretend_to_be_exact(seconds, says):
    assert says in draw("{{ seconds|about_left }}", seconds=seconds)


def test_a_mark_in_a_match_is_escaped_around():
    assert draw("{{ text|marked:'HG' }}", text="<HGSP>") == "&lt;<mark>HG</mark>SP&gt;"


def test_a_day_a_moment_and_a_sentence_are_each_shown_as_they_are():
    moment = datetime(2026, 11, 27, 8, 4, tzinfo=UTC)
    shown = draw(
        "{{ a|day_or_moment }}|{{ b|day_or_moment }}|{{ c|day_or_moment }}",
        a=date(2026, 11, 20),
        b=moment,
        c="until 2 Dec",
    )
    assert shown == "20 Nov 2026|27 Nov 2026 16:04|until 2 Dec"


def test_a_person_is_marked_by_initials_or_by_the_family_name():
    assert draw("{{ user|initials }}", user="Xu Wan") == "XW"
    assert draw("{{ user|initials }}", user="许婉") == "许"


def test_a_chart_stands_beside_its_table_and_offers_it_as_a_file():
    chart = charts.distribution({"A": 3, "B": 1, "": 2})
    drawn = draw("{% chart chart title='Grades' sentence='Most are A.' id='c' %}", chart=chart)
    assert 'role="img" aria-label="Most are A."' in drawn
    assert 'id="c-data" type="application/json"' in drawn
    assert '<td class="num">3</td>' in drawn
    assert 'download="c.csv"' in drawn


def test_a_confirm_dialog_posts_with_a_token(rf):
    drawn = draw(
        "{% confirm_dialog 'd' 'Sure?' '/do/' 'Do it' %}x{% endconfirm_dialog %}", csrf_token="token"
    )
    assert 'action="/do/"' in drawn
    assert 'value="token"' in drawn


def test_a_toast_offers_undo_only_where_there_is_a_way_back():
    assert "<form" not in draw("{% toast 'Done' %}")
    assert 'action="/undo/"' in draw("{% toast 'Done' undo_url='/undo/' %}", csrf_token="x")


def test_reasons_keep_their_sign():
    item = SimpleNamespace(points=-6.4, text="Fine", url="", sub="", note="")
    assert "\N{MINUS SIGN}6.4" in draw("{% reasons items %}", items=[item])
