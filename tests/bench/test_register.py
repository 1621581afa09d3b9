"""The public register as a database of the bench: made where its file is, once, and a word where it is not."""

import pytest

from bench import databases, register
from bench.harness import CannotMeasure, Run, Size

TINY = Size("tiny", 50, 200, rows=100, sample=50, searches=10, flat=(20, 60))


@pytest.fixture
def server(monkeypatch):
    """What would be asked of a server: databases with their marks, and what was run in them."""
    marks: dict[str, str] = {}
    built = []
    monkeypatch.setattr(databases, "mark_of", lambda database: marks.get(database, ""))
    monkeypatch.setattr(databases, "mark", marks.__setitem__)
    monkeypatch.setattr(databases, "create", lambda database: marks.pop(database, None))
    monkeypatch.setattr(Run, "apart", lambda self, target, *arguments, database: built.append(target))
    return built


@pytest.fixture
def run(tmp_path):
    return Run(TINY, tmp_path / "bench.log", say=lambda line: None)


def test_without_a_folder_of_real_data_there_is_no_register(server, run, monkeypatch):
    monkeypatch.delenv("REAL_DATA_DIR", raising=False)
    assert register.ensure(run) is None
    assert not server


def test_a_folder_without_the_register_is_said_so(server, run, monkeypatch, tmp_path):
    monkeypatch.setenv("REAL_DATA_DIR", str(tmp_path))
    with pytest.raises(CannotMeasure, match=r"all_name_uscc\.csv\.gz"):
        register.ensure(run)


def test_the_register_is_read_once_and_again_when_its_file_is_another(server, run, monkeypatch, tmp_path):
    monkeypatch.setenv("REAL_DATA_DIR", str(tmp_path))
    file = tmp_path / register.FILE
    file.parent.mkdir()
    file.write_bytes(b"1")

    assert register.ensure(run) == register.ensure(run) == register.DATABASE
    assert server == ["bench.register:build"]
    file.write_bytes(b"22")
    register.ensure(run)
    assert server == ["bench.register:build"] * 2
