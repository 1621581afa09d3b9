import shutil
import signal

import pytest

from credit_platform.embedded.places import Places


@pytest.fixture
def places(tmp_path):
    """The places of a clone of its own, in a folder with a space in its name that every user may enter."""
    for folder in (tmp_path, *tmp_path.parents):  # pytest makes its own folders private.
        if folder.stat().st_mode & 0o005 == 0:
            folder.chmod(0o755)
    places = Places(tmp_path / "a clone" / "var")
    places.make()
    yield places
    shutil.rmtree(places.sockets)


@pytest.fixture
def own_signals():
    """Give the signals back that a supervisor takes for itself when it stops."""
    asked = {how: signal.getsignal(how) for how in (signal.SIGINT, signal.SIGTERM)}
    yield
    for how, handler in asked.items():
        signal.signal(how, handler)
