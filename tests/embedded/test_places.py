"""Each clone has places of its own, however long its path."""

import stat

import pytest

from credit_platform.embedded.bootstrap import Refusal
from credit_platform.embedded.places import Places

LONGEST_SOCKET_PATH = 107


def test_socket_paths_are_short_enough_however_long_the_clones_path_is(tmp_path):
    places = Places(tmp_path / ("a very long name " * 12) / "var")

    assert len(str(places.sockets / "postgres" / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH


def test_two_clones_have_different_addresses(tmp_path):
    one, other = Places(tmp_path / "one" / "var"), Places(tmp_path / "other" / "var")

    assert one.database_url != other.database_url
    assert one.redis_url != other.redis_url


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(places):
    secret = places.secret_key()

    assert len(secret) >= 50
    assert places.secret_key() == secret
    assert stat.S_IMODE((places.var / "secret_key").stat().st_mode) == 0o600


def test_a_socket_folder_that_is_a_link_to_elsewhere_is_refused(tmp_path):
    places = Places(tmp_path / "var")
    places.sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(Refusal, match="belongs to somebody else: remove it"):
            places.make()
    finally:
        places.sockets.unlink()
