"""The catalogue is gathered, judged and written without the gettext programs."""

import gettext

import pytest

from credit_platform.common import translations


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small project with a Python file and a template, and a catalogue to be."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "__init__.py").write_text('_("only a test says this")')
    (tmp_path / "templates").mkdir()
    monkeypatch.setattr(translations, "CATALOGUE", tmp_path / "locale" / "django.po")
    monkeypatch.setattr(translations, "FRAGMENTS", tmp_path / "locale" / "fragments")
    (tmp_path / "locale" / "fragments").mkdir(parents=True)
    return tmp_path


def code(project, text: str) -> None:
    (project / "app" / "views.py").write_text(text)


def catalogue(project, text: str) -> None:
    translations.CATALOGUE.write_text(translations.HEADER + "\n" + text, encoding="utf-8")


def judge(project) -> list[str]:
    return translations.problems(translations.gather(project), translations.read_catalogue())


def test_strings_are_found_in_python_and_templates_but_not_in_tests(project):
    code(project, '_("Grade")\npgettext("month", "May")\nngettext("%(n)s record", "%(n)s records", n)')
    (project / "templates" / "page.html").write_text(
        '{% load i18n %}\n  {% translate "Our credit" %}\n{% blocktranslate trimmed count n=n %}\n'
        "  {{ n }} day left\n{% plural %}\n  {{ n }} days left\n{% endblocktranslate %}"
    )

    found = {(message.context, message.id) for message in translations.gather(project) if message.id}

    assert found == {
        (None, "Grade"),
        ("month", "May"),
        (None, ("%(n)s record", "%(n)s records")),
        (None, "Our credit"),
        (None, ("%(n)s day left", "%(n)s days left")),
    }


def test_a_string_without_chinese_is_named_with_its_place(project):
    code(project, 'x = 1\n_("Grade")')

    assert judge(project) == ["app/views.py:2: no Chinese for “Grade”"]


def test_a_guess_does_not_count_as_a_translation(project):
    code(project, '_("Grade")')
    catalogue(project, '#, fuzzy\nmsgid "Grade"\nmsgstr "等级"\n')

    assert judge(project) == ["app/views.py:1: the Chinese for “Grade” is marked as a guess (fuzzy)"]


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("%(n)s days", "天"),
        ("{name} grade", "{nom}等级"),
        ("%s of %s", "%d"),
        ("100%% of %(n)s", "%(m)s的100%%"),
    ],
)
def test_a_placeholder_that_differs_is_a_problem(project, english, chinese):
    code(project, f'_("{english}")')
    catalogue(project, f'msgid "{english}"\nmsgstr "{chinese}"\n')

    assert judge(project) == [f"app/views.py:1: the Chinese for “{english}” has other placeholders"]


def test_the_one_chinese_form_must_say_all_that_the_plural_says(project):
    code(project, 'ngettext("one record", "%(n)s records", n)')
    catalogue(project, 'msgid "one record"\nmsgid_plural "%(n)s records"\nmsgstr[0] "%(n)s条记录"\n')

    assert judge(project) == []


def test_what_left_the_code_is_a_problem_until_it_leaves_the_catalogue(project):
    code(project, '_("Grade")')
    catalogue(project, 'msgid "Grade"\nmsgstr "等级"\n\nmsgid "Rank"\nmsgstr "级别"\n')
    assert judge(project) == ["django.po: “Rank” is no longer in the code"]

    translations.write_catalogue(
        translations.merge(translations.gather(project), translations.read_catalogue())
    )

    assert judge(project) == []
    assert "Rank" not in translations.CATALOGUE.read_text()


def test_the_catalogue_is_written_in_the_same_way_each_time_whatever_the_lines_are(project):
    code(project, '_("Grade")\n_("Appeal")')
    translations.write_catalogue(
        translations.merge(translations.gather(project), translations.read_catalogue())
    )
    first = translations.CATALOGUE.read_text()
    code(project, '\n\n_("Appeal")\n_("Grade")')

    translations.write_catalogue(
        translations.merge(translations.gather(project), translations.read_catalogue())
    )

    assert translations.CATALOGUE.read_text() == first
    assert first.index("Appeal") < first.index("Grade")


def test_what_is_compiled_is_what_gettext_reads(project):
    code(project, '_("Grade")\nngettext("one record", "%(n)s records", n)')
    catalogue(
        project,
        'msgid "Grade"\nmsgstr "等级"\n\n'
        'msgid "one record"\nmsgid_plural "%(n)s records"\nmsgstr[0] "%(n)s条记录"\n',
    )

    translations.compile_catalogue()

    with translations.CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("Grade") == "等级"
    assert compiled.ngettext("one record", "%(n)s records", 1) == "%(n)s条记录"
