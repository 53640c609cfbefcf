"""Small made-up pages and answers of the odds site, and a reader of the older captures."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.odds.events import Event
from lakehouse.clock import to_ms

WIRE = Path(__file__).parents[4] / "shared" / "data" / "wire" / "oddstrader"
TIP = datetime(2025, 12, 25, 17, 0, tzinfo=UTC)
FETCHED = datetime(2025, 12, 25, 16, 0, tzinfo=UTC)
SECRET = "Bearer eyJ-made-up.value"
POLICY = "policy-made-up-0042"
GAME = Event(eid=77, starts_ms=to_ms(TIP), home_partid=1142, away_partid=1151, home_team="NYK", away_team="CLE")


def participant(partid: int, is_home: bool, abbr: str | None, nickname: str = "") -> dict[str, Any]:
    """A participant as the page has it."""
    return {"partid": partid, "ih": is_home, "source": {"abbr": abbr, "nn": nickname}}


def event(eid: int = 77, starts: datetime = TIP, home: str | None = "NY", away: str | None = "CLE") -> dict[str, Any]:
    """An event as the page has it."""
    sides = {"1": participant(1142, True, home, "Knicks"), "2": participant(1151, False, away, "Cavaliers")}
    return {"eid": eid, "dt": to_ms(starts), "des": 'a "quoted" {brace} \\', "participants": sides}


def page(*events: dict[str, Any], **gateway: Any) -> bytes:
    """A page with events, and a gateway whose headers hold secrets."""
    state = {"events": {"events": {str(one["eid"]): one for one in events}}, "note": "};{"}
    named = {
        "proto": "https", "domain": "www.oddstrader.com", "port": "",
        "headers": {"Authorization": SECRET, "access-policy": POLICY}, **gateway,
    }  # fmt: skip
    config = {"apigateway": named, "endpoints": {"oddsv2Service": "/odds-v2"}}
    script = f"window.__INITIAL_STATE__ = {json.dumps(state)};\nwindow.__config={json.dumps(config)};"
    return f"<!doctype html><html><script>{script}</script><i>{POLICY}</i></html>".encode()


def line(mtid: int, partid: int, adj: float, ap: float, **others: Any) -> dict[str, Any]:
    """A side of a market, stamped an hour before it is fetched."""
    tim = f"{to_ms(FETCHED) - 3_600_000}.000000"
    return {"eid": 77, "mtid": mtid, "partid": partid, "paid": 98, "adj": adj, "ap": ap, "tim": tim, **others}


def market_lines(**others: Any) -> list[dict[str, Any]]:
    """The six sides of the three markets: the home team gives 5.5."""
    return [
        line(401, 1151, 5.5, -110, **others), line(401, 1142, -5.5, -112, **others),
        line(402, 15143, 228.5, -108, **others), line(402, 15144, 228.5, -114, **others),
        line(83, 1142, 0, -230, **others), line(83, 1151, 0, 190, **others),
    ]  # fmt: skip


def answer(lines: list[dict[str, Any]], name: str = "A_CL") -> bytes:
    """An answer of the gateway."""
    return json.dumps({"data": {name: lines}}).encode()


def read_capture(name: str) -> dict[str, list[Any]]:
    """An older capture, a list of lines or of blocks of lines, as the value the gateway's JSON had."""
    title, blocks, rows = "", [], []
    for text in (WIRE / name).read_text().splitlines():
        words = text.strip()
        if not text.startswith((" ", "-")):
            title = words.rstrip(":")
        elif words == "- lines:":
            rows = []
            blocks.append({"lines": rows})
        else:
            if words.startswith("- "):
                rows.append({})
            key, _, value = words.removeprefix("- ").partition(": ")
            rows[-1][key] = (
                value.strip("'") if value.startswith("'") or value in ("false", "null", "true") else float(value)
            )
    for row in [row for block in blocks for row in block["lines"]] or rows:
        row.update({key: int(row[key]) for key in ("eid", "mtid", "paid", "partid")})
    return {title: blocks or rows}
