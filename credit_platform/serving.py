"""What every gunicorn that serves the platform does: its workers' figures are added up, their garbage is sought seldom.

gunicorn is given this file as its settings (`--config`) and reads it before it loads the platform; each worker then
writes its figures into files of one folder, and whoever answers /metrics adds them up.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path

#: Set by whoever wants the files elsewhere: a folder of this gunicorn alone.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
#: Which process has prepared the folder: a reload reads this file again, and must not throw figures away.
PREPARED_BY = "CREDIT_METRICS_PREPARED_BY"
OWN = "credit-metrics-"


def _prepare() -> None:
    if os.environ.get(PREPARED_BY) == str(os.getpid()):
        return
    folder = os.environ.get(FOLDER)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for left in Path(folder).glob("*.db"):  # Of an earlier start, whose workers are gone.
            left.unlink()
    else:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix=OWN)
    os.environ[PREPARED_BY] = str(os.getpid())


_prepare()


def post_worker_init(worker) -> None:
    """Look for garbage among what pages make, seldom, and not among all that the platform has loaded.

    With Python's own settings a tenth of the work for a page is that search.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def child_exit(server, worker) -> None:
    """A gauge of a worker that is gone says nothing any more; what it counted stays counted."""
    from prometheus_client import multiprocess  # Only now: it looks for the folder when it is imported.

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server) -> None:
    """The folder that was made here goes with the server."""
    folder = Path(os.environ[FOLDER])
    if folder.name.startswith(OWN):
        shutil.rmtree(folder, ignore_errors=True)
