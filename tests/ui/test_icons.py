"""Icons are written into the page; a wrong name is noticed, a missing set is survived."""

import pytest

from credit_platform.ui import icons
from credit_platform.ui.apps import icons_are_installed

STAR = '<!--\ntags: [star]\n-->\n<svg xmlns="http://www.w3.org/2000/svg"\n  width="24">\n  <path d="M1 1" />\n</svg>'


@pytest.fixture
def icon_dir(settings, tmp_path):
    (tmp_path / "star.svg").write_text(STAR, encoding="utf-8")
    settings.UI_ICON_DIR = tmp_path
    return tmp_path


def test_an_icon_without_a_name_is_hidden_from_screen_readers(icon_dir):
    drawn = icons.svg("star")
    assert '<path d="M1 1" />' in drawn
    assert 'aria-hidden="true"' in drawn
    assert drawn.count("<svg") == 1


def test_an_icon_with_a_name_is_an_image(icon_dir):
    drawn = icons.svg("star", label='a "star"')
    assert 'role="img" aria-label="a &quot;star&quot;"' in drawn


def test_a_name_that_the_set_lacks_is_a_mistake(icon_dir):
    with pytest.raises(icons.NoSuchIcon, match="moon"):
        icons.svg("moon")


def test_pages_are_drawn_without_icons_while_the_set_is_not_installed(settings, tmp_path):
    settings.UI_ICON_DIR = tmp_path / "nowhere"
    assert icons.svg("star") == ""
    assert [message.id for message in icons_are_installed(None)] == ["ui.W001"]
