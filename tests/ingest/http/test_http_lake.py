"""What a scrape writes with a session that every answer quotes: nothing of it, anywhere below the lake."""

from __future__ import annotations

import io
import zlib
from datetime import date
from pathlib import Path

import polars as pl

from ingest.http.client import Client
from ingest.payload import Parsed, PayloadKind
from ingest.scrape import scrape
from ingest.source import Cadence, Scraper, Source
from lakehouse.clock import FixedClock
from lakehouse.lake import Lake
from tests.ingest.http.asking import DRAFTKINGS, SECRET, account_question
from tests.ingest.http.wire import Wire, reply

DAY = date(2025, 11, 1)
KIND = PayloadKind("anything", 1, lambda body, stamp: Parsed({}), lambda body: True)
GOOD = reply(200, b"PK fine", "application/zip", ETag=f'"{SECRET}"', Set_Cookie=f"dk={SECRET}")
ANSWERS = (
    GOOD, reply(200, SECRET.encode(), "application/zip"), reply(302, Location=f"https://{SECRET}.example/{SECRET}"),
    reply(302, Location=f"https://myaccount.draftkings.com/login?{SECRET}"), reply(200, b"PK", f"text/{SECRET}"),
    reply(404, SECRET.encode()),
)  # fmt: skip


def source_of(count: int) -> Source:
    """A source that asks that many questions."""

    def ask(scraper: Scraper, day: date) -> None:
        for number in range(count):
            url = f"https://www.draftkings.com/{number}"
            scraper.collect(account_question(key=f"question {number}", url=url), KIND)

    cadence = Cadence(None, None)
    return Source("draftkings", "", "", (KIND,), ask, dict(DRAFTKINGS.rates), {}, cadence, auth="draftkings")


def holds(path: Path, secret: bytes) -> bool:
    """Whether a file holds the bytes, also where it is parquet and packs them."""
    raw = path.read_bytes()
    if path.suffix == ".parquet":
        frame = pl.read_parquet(io.BytesIO(raw))
        raw += repr(frame.rows()).encode()
        if "body" in frame.columns:
            raw += b"".join(unpacked(body) for body in frame["body"] if body is not None)
    return secret in raw


def unpacked(body: bytes) -> bytes:
    """The bytes, whichever way they are packed."""
    try:
        return zlib.decompress(body, zlib.MAX_WBITS | 32)
    except zlib.error:
        return body


def test_no_file_of_the_lake_holds_the_secret(wire: Wire, client: Client, clock: FixedClock, lake: Lake) -> None:
    for number, answer in enumerate(ANSWERS):
        wire.script(f"/www.draftkings.com/{number}", answer)
    [report] = scrape(lake, client, [(source_of(len(ANSWERS)), DAY)], "draftkings")
    assert report.stored == 1
    assert len(report.failures) == len(ANSWERS) - 1
    assert SECRET not in repr(report)
    assert all(asked.headers["cookie"].startswith(f"dk={SECRET}") for asked in wire.asked)
    files = [path for path in lake.root.rglob("*") if path.is_file()]
    assert all(any(holds(path, written) for path in files) for written in (b"question 0", b"PK fine"))
    assert [path for path in files if holds(path, SECRET.encode())] == []
