"""The components in a real browser: nothing in a reader's way, and every key does what it says."""

import re
from itertools import pairwise

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.accessibility import assert_accessible
from tests.browser.looking_up import look_up
from tests.browser.sides import assert_fits
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = ("en", "zh-hans")


@pytest.fixture
def guide(page_as):
    """`guide(lang=…, width=…)`: the style guide as a visitor sees it; only `guide(user)` may send its forms."""

    def open_guide(user=None, **reader) -> Page:
        page = page_as(user, **reader)
        page.goto(reverse("ui:styleguide"))
        expect(page.locator("[data-drawn] canvas")).to_have_count(page.locator("[data-chart]").count())
        return page

    return open_guide


@pytest.mark.parametrize(("lang", "width"), [("en", 1440), ("zh-hans", 1024), ("en", 390), ("zh-hans", 390)])
def test_nothing_on_the_style_guide_stands_in_a_readers_way(guide, lang, width):
    page = guide(lang=lang, width=width)
    for twin in page.locator("details.twin > summary").all():
        twin.click()
    assert_accessible(page)
    assert_fits(page, width)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_open_dialog_stands_in_nobodys_way(guide, lang):
    page = guide(lang=lang)
    page.locator('[data-dialog="withdraw"]').click()
    expect(page.locator("dialog#withdraw")).to_be_visible()
    assert_accessible(page)


def test_a_look_up_is_used_by_keyboard_alone(guide):
    page = guide()
    field = page.locator("#id_blank-entity")
    look_up(field, "hgsp")
    options = page.locator("#id_blank-entity_list [role=option]")
    expect(options).to_have_count(2)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).to_have_attribute("aria-activedescendant", "id_blank-entity_list_0")
    field.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(field).to_have_value("Yunting Hegu Food Sales Co., Ltd.")
    expect(page.locator('input[name="blank-entity"]')).to_have_value("91339702MA7HX1B83N")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_typing_on_after_a_choice_takes_the_choice_back(guide):
    page = guide()
    field = page.locator("#id_blank-entity")
    look_up(field, "hgsp")
    expect(page.locator("#id_blank-entity_list [role=option]")).to_have_count(2)
    field.press("Enter")
    expect(page.locator('input[name="blank-entity"]')).not_to_have_value("")
    field.press("Backspace")
    expect(page.locator('input[name="blank-entity"]')).to_have_value("")


def test_escape_closes_the_list_and_keeps_what_was_typed(guide):
    page = guide()
    field = page.locator("#id_blank-entity")
    look_up(field, "hgsp")
    expect(page.locator("#id_blank-entity_list [role=option]")).to_have_count(2)
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("hgsp")


def test_a_look_up_says_when_it_finds_nothing(guide):
    page = guide()
    page.locator("#id_blank-entity").press_sequentially("zzzz")
    expect(page.locator("#id_blank-entity_list")).to_contain_text("another part of the name")


def test_j_and_k_move_over_the_rows_and_the_question_mark_lists_the_keys(guide):
    page = guide()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("tr.is-current")).to_contain_text("Yunting Hegu Food Co., Ltd.")
    expect(page.locator("tr.is-current a").first).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).to_be_hidden()


def test_letters_are_letters_while_somebody_types(guide):
    page = guide()
    page.locator("#id_number").press_sequentially("jkn?")
    expect(page.locator("tr.is-current")).to_have_count(0)
    expect(page.locator("#shortcuts")).to_be_hidden()


def test_a_remedy_types_what_should_have_been_typed(guide):
    page = guide()
    page.get_by_role("button", name="Use 3.2").click()
    expect(page.locator("#id_fine")).to_have_value("3.2")
    expect(page.locator("#id_fine")).to_be_focused()
    expect(page.locator("#id_fine")).not_to_have_attribute("aria-invalid", "true")


def test_choosing_all_counts_what_is_chosen(guide):
    page = guide()
    page.get_by_label("Choose all on this page").check()
    expect(page.locator("[data-chosen-count]").first).to_have_text("5 chosen")
    page.get_by_label("Choose Qinghe Noodle Works").uncheck()
    expect(page.locator("[data-chosen-count]").first).to_have_text("4 chosen")


def test_a_file_of_the_wrong_kind_is_refused_before_it_is_sent(guide):
    page = guide()
    page.locator("#id_file").set_input_files({"name": "a.exe", "mimeType": "text/plain", "buffer": b"1"})
    expect(page.locator("[data-files]")).to_contain_text("choose one of: xlsx, csv")
    page.locator("#id_file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"1"})
    expect(page.locator("[data-files]")).to_contain_text("1 B")


def test_a_filter_sends_itself_and_its_tag_takes_it_away(guide):
    page = guide()
    page.get_by_label("Class", exact=True).select_option("3")
    expect(page).to_have_url(re.compile(r"level=3"))
    page.get_by_label("Remove filter Class: Serious").click()
    expect(page).not_to_have_url(re.compile(r"level=3"))


def fill_in(page: Page) -> None:
    page.locator("#id_decided_on").fill("2026-11-16")
    page.locator("#id_fine").fill("3.2")
    page.locator("#id_facts").fill("Six batches of flour without purchase checks.")


def test_control_and_s_save_the_form_and_a_toast_says_so(guide):
    page = guide(UserFactory())
    fill_in(page)
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Record sent to review")


def test_a_form_that_cannot_be_saved_comes_back_with_the_focus_on_what_is_wrong(guide):
    page = guide(UserFactory())
    page.locator("#id_fine").fill("45000")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile("/styleguide/try/"))
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("#id_fine")).to_have_value("45000")
    page.locator("[data-error-summary] a", has_text="Fine").click()
    expect(page.locator("#id_fine")).to_be_focused()


def test_a_form_is_sent_once_however_often_the_button_is_pressed(guide):
    page = guide(UserFactory())
    fill_in(page)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate(
        "const button = document.querySelector('form[data-primary] [type=submit]');"
        "button.click(); button.click(); button.click()"
    )
    expect(page.locator("#toasts")).to_contain_text("Record sent to review")
    assert len(sent) == 1


def test_going_back_finds_the_form_ready_to_be_sent_again(guide):
    page = guide(UserFactory())
    fill_in(page)
    page.keyboard.press("Control+s")
    expect(page.locator("#toasts")).to_contain_text("Record sent to review")
    page.go_back()
    expect(page.locator("form[data-sent]")).to_have_count(0)
    expect(page.locator("[data-held]")).to_have_count(0)


def test_leaving_with_something_typed_is_asked_about(guide):
    page = guide()
    page.locator("#id_number").press_sequentially("1")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(reverse("ui:styleguide"))
    assert asked == ["beforeunload"]


def test_an_upload_shows_its_progress_and_ends_on_the_next_page_with_its_message(guide):
    page = guide(UserFactory())
    page.locator("#id_file").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": b"1" * 300_000}
    )
    with page.expect_response(re.compile("/styleguide/try/")) as answer:
        page.locator("form[data-upload] [type=submit]").click()
    assert answer.value.status == 204
    expect(page.locator("#toasts")).to_contain_text("Record sent to review")


def test_an_upload_that_breaks_says_so_and_can_be_sent_again(browser, live_server):
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.goto(reverse("ui:styleguide"))
    page.route(re.compile("/styleguide/try/"), lambda route: route.abort())
    page.locator("#id_file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"1"})
    page.locator("form[data-upload] [type=submit]").click()
    expect(page.locator("[data-files]")).to_contain_text("The connection broke")
    expect(page.locator("form[data-upload][data-sent]")).to_have_count(0)
    context.close()


def test_on_paper_every_table_stands_beside_its_chart(guide):
    page = guide()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("details.twin:not([open])")).to_have_count(0)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("details.twin[open]")).to_have_count(0)


def test_a_chart_gives_its_table_as_a_file(guide):
    page = guide()
    page.locator("details.twin > summary").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").first.click()
    assert download.value.suggested_filename == "c-dist.csv"


def test_the_panel_of_a_job_asks_again_by_itself(guide):
    page = guide()
    with page.expect_request(re.compile(r"/styleguide/job/")):
        pass
    expect(page.locator("#sample-job")).to_contain_text("1,906 / 2,412")


def test_the_other_language_is_one_press_away_and_stays(guide):
    page = guide()
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_have_text("样式指南")
    page.reload()
    expect(page.locator("h1")).to_have_text("样式指南")


def test_names_of_limits_that_lie_close_stand_in_rows_on_a_phone(guide):
    """The chart is drawn anew with four limits in a strip of 150 pixels, as a narrow score on a phone has them."""
    page = guide(width=390)
    distances = page.evaluate(
        """() => {
          const old = document.querySelector("[data-chart=waterfall]");
          const source = document.getElementById(old.dataset.src), data = JSON.parse(source.textContent);
          data.lines = [45, 60, 75, 90].map((at) => ({ at: at, name: "B " + at + ".0" }));
          data.min = 40;
          data.max = 100;
          source.textContent = JSON.stringify(data);
          const place = old.cloneNode(false);
          delete place.dataset.drawn;
          place.removeAttribute("_echarts_instance_");
          old.replaceWith(place);
          place.parentNode.dispatchEvent(new CustomEvent("htmx:afterSwap", { bubbles: true }));
          const lines = echarts.getInstanceByDom(place).getOption().series[1].markLine.data;
          return lines.map((line) => line.label.distance);
        }"""
    )
    assert all(one != next_one for one, next_one in pairwise(distances))


def test_the_menu_opens_on_a_phone(guide):
    page = guide(width=390)
    button = page.get_by_role("button", name="Menu")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")


def test_without_scripts_everything_is_there(page_as):
    page = page_as(UserFactory(), scripts=False)
    page.goto(reverse("ui:styleguide"))
    expect(page.get_by_role("button", name="Filter")).to_be_visible()
    expect(page.locator("input[type=file]").first).to_be_visible()
    page.locator("details.twin > summary").first.click()
    expect(page.locator("details.twin table").first).to_be_visible()
    page.locator("#id_file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"1"})
    page.locator("form[data-upload] [type=submit]").click()
    expect(page.locator(".toastbox", has_text="Record sent to review")).to_have_count(2)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_that_is_not_there_says_what_to_do(page_as, lang):
    page = page_as(None, lang=lang, width=390)
    assert page.goto("/no/such/page/").status == 404
    expect(page.locator("main a.btn-primary")).to_be_visible()
    assert_accessible(page)
