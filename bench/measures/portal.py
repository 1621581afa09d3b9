"""The public page of an entity under as much load as the server can take, beside a bare view on the same server."""

import asyncio
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from bench import city
from bench.harness import ROOT, CannotMeasure, Result, Run, measure

#: How look-ups divide over entities: a few are looked up all the time, most hardly ever.
ZIPF = 1.2
#: So many people look at once; each looks at so many pages and goes.
PEOPLE, PAGES_EACH = 16, 8
SECONDS, SECONDS_BEFORE = 12, 60
#: A round goes to and fro between the two: a processor shared with others comes and goes within seconds.
TURNS = 6
#: What a round may ask at the very most.
DRAWN = 80_000
SLOWEST_MS = 250
READY_WITHIN = 60.0


@measure("portal.vs_bare", unit="ratio")
def vs_bare(run: Run) -> Result:
    """Answered requests a second for public pages of entities, to those of a bare Django view with one indexed read.

    Both are served by gunicorn as `make up` starts it, one after the other in turns, to people with connections and
    addresses of their own. The bare one has the middleware that Django's `startproject` sets up, and answers with a
    name. `baseline` is its requests a second. The page must keep 99 of 100 answers within 250 ms.

    Pages are kept for half an hour, so a minute of look-ups goes before the rounds that count; its speed is told too.
    """
    told = run.apart("bench.measures.portal:ask_both", run.size.rounds, database=city.database_of(run.size))
    for number, (page, bare) in enumerate(zip(told["page"], told["bare"], strict=True), start=1):
        run.say(
            f"    round {number}: {page['speed']:.0f} pages/s, p99 {page['p99']:.0f} ms; bare {bare['speed']:.0f}/s, "
            f"p99 {bare['p99']:.0f} ms; ratio {page['speed'] / bare['speed']:.2f}"
        )
    run.say(f"    {told['different']:,} different entities of {told['entities']:,}")
    run.say(f"    in the minute before, with nothing kept at first: {told['before']['speed']:.0f} pages/s")
    slowest = statistics.median(page["p99"] for page in told["page"])
    if slowest > SLOWEST_MS:
        raise CannotMeasure(f"99 of 100 pages were answered within {slowest:.0f} ms, not {SLOWEST_MS}.")
    bare = statistics.median(one["speed"] for one in told["bare"])
    ratio = statistics.median(
        page["speed"] / one["speed"] for page, one in zip(told["page"], told["bare"], strict=True)
    )
    return Result(ratio, bare, ratio)


# In a process of its own


def ask_both(rounds: int) -> dict:
    """Speed and slowness: of the platform in the minute before, then of it and the bare view in turns, round by round."""
    from entities.models import Entity

    found: dict[str, list[dict[str, float]]] = {"page": [], "bare": []}
    drawn = _drawn_codes(rounds + 1)
    with _server("credit_platform.wsgi") as page, _server("bench.bare") as bare:
        before = _figures([asyncio.run(_ask(page, iter(drawn[0]), SECONDS_BEFORE))])
        asyncio.run(_ask(bare, iter(drawn[0]), SECONDS))
        for codes in drawn[1:]:
            left = {"page": iter(codes), "bare": iter(codes)}
            turns: dict[str, list[Turn]] = {"page": [], "bare": []}
            for _turn in range(TURNS):
                for name, port in (("page", page), ("bare", bare)):
                    turns[name].append(asyncio.run(_ask(port, left[name], SECONDS / TURNS)))
            for name, asked in turns.items():
                found[name].append(_figures(asked))
    different = {code for codes in drawn for code in codes}
    return found | {"before": before, "different": len(different), "entities": Entity.objects.count()}


def _drawn_codes(rounds: int) -> list[list[str]]:
    """The codes that each round asks for: the same for the same city."""
    from entities.models import Entity

    chance = np.random.default_rng(city.SEED)
    codes = np.array(
        list(Entity.objects.filter(merged_into=None).order_by("pk").values_list("credit_code", flat=True))
    )
    chance.shuffle(codes)
    places = chance.zipf(ZIPF, size=(rounds, DRAWN)) - 1
    return [codes[of_round % len(codes)].tolist() for of_round in places]


@contextmanager
def _server(application: str) -> Iterator[int]:
    """gunicorn as `make up` starts it, for this application; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", application, "--config", "credit_platform/serving.py"),
            *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket"),
        ],
        cwd=ROOT,
    )  # fmt: skip
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port: int, server: subprocess.Popen) -> None:
    give_up_at = time.monotonic() + READY_WITHIN
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/e/none/", timeout=5)
        except urllib.error.HTTPError:
            return  # Nobody has this code, and it says so.
        except OSError:
            if server.poll() is not None or time.monotonic() > give_up_at:
                raise CannotMeasure("The server did not start.") from None
            time.sleep(0.2)


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of asking one server for a while: the milliseconds of each answer, and how many seconds it all took."""

    spent: list[float]
    seconds: float


def _figures(turns: list[Turn]) -> dict[str, float]:
    spent = [one for turn in turns for one in turn.spent]
    return {
        "speed": len(spent) / sum(turn.seconds for turn in turns),
        "p99": float(np.percentile(spent, 99)),
    }


async def _ask(port: int, left: Iterator[str], seconds: float) -> Turn:
    spent: list[float] = []
    began = time.monotonic()
    await asyncio.gather(*(_look(port, left, began + seconds, number, spent) for number in range(PEOPLE)))
    return Turn(spent, time.monotonic() - began)


async def _look(port: int, left: Iterator[str], until: float, number: int, spent: list[float]) -> None:
    """One person after another: a connection from an address of its own, some pages, the end."""
    visits = 0
    while time.monotonic() < until:
        visits += 1
        # All of 127.0.0.0/8 is this machine; the platform counts requests by address.
        address = f"127.{number + 1}.{visits >> 8}.{visits & 255}"
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
        for _page in range(PAGES_EACH):
            started = time.monotonic()
            writer.write(
                f"GET /e/{next(left)}/ HTTP/1.1\r\nHost: localhost\r\nAccept-Language: zh-CN\r\n\r\n".encode()
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            if not head.startswith("http/1.1 200"):
                raise CannotMeasure(f"A page was answered with {head.splitlines()[0]}.")
            await reader.readexactly(int(head.partition("content-length:")[2].split(maxsplit=1)[0]))
            spent.append((time.monotonic() - started) * 1000)
        writer.close()
        await writer.wait_closed()
