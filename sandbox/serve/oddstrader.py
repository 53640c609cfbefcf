"""Oddstrader: a page with its state and its short-lived key, and the odds query that the key opens.

Shapes: the page's `window.__INITIAL_STATE__` and `window.__config` as documented; lines with the fields of the newest
capture (`tim` a string of milliseconds). The key changes every hour and is good for two; without it the query answers 401.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.fixtures import HOUR
from sandbox.market import Quote, moneyline
from sandbox.season import Game
from sandbox.serve.nba_teams import city_name, nickname
from sandbox.serve.routes import HTML, Ask, Reply, Route, dump_json, json_reply
from sandbox.serve.world import FINAL, SCHEDULED, World, stage_of
from sandbox.streams import Purpose, stream
from sandbox.times import eastern_wall

HOST = "www.oddstrader.com"
SPREAD, TOTAL, MONEYLINE = 401, 402, 83
OVER, UNDER = 15143, 15144
BOOKS = {98: "FanDuel", 101: "Caesars", 8: "BetMGM", 20: "Bovada", 3: "BetRivers"}
_SHADES = (-0.5, 0.0, 0.0, 0.0, 0.0, 0.5)
_CODES = {"GSW": "GS", "NOP": "NO", "NYK": "NY", "PHX": "PHO", "SAS": "SA", "UTA": "UTAH", "WAS": "WSH"}
_FIRST_EVENT, _FIRST_PARTNER = 4_000_000, 1_480
_CALL = re.compile(r"(?:(?P<alias>\w+)\s*:\s*)?(?P<name>currentLines|openingLines)\s*\((?P<given>[^)]*)\)")
_GIVEN = re.compile(r"(\w+)\s*:\s*(\[[^\]]*\]|\d+)")


@dataclass(frozen=True)
class Line:
    """One side of one book's price."""

    market: int
    partid: int
    point: float | None
    price: float


def event_id(game: Game) -> int:
    """The site's number of a game: season and number in it."""
    return _FIRST_EVENT + game.fixture.season % 100 * 10_000 + int(game.fixture.game_id[5:])


def page(world: World, ask: Ask) -> Reply:
    """The page of an Eastern date (`date=YYYYMMDD`, by default the present one)."""
    day = eastern_wall(ask.at).date()
    if (asked := ask.query.get("date")) is not None:
        try:
            day = datetime.strptime(asked, "%Y%m%d").date()
        except ValueError:
            return Reply(b"", bytes, HTML, 404)
    events = {str(event_id(game)): _event(world, game, ask.at) for game in world.games_on(day, ask.at)}
    key = access_key(world, ask.at)
    config = {
        "apigateway": {
            **{"proto": "https", "domain": HOST, "port": ""},
            "headers": {"Authorization": key, "x-access-policy": f"policy-{key[-8:]}"},
        },
        "endpoints": {"oddsv2Service": "/odds-v2"},
        "site": "oddstrader",
    }
    books = {str(paid): {"paid": paid, "nam": name} for paid, name in BOOKS.items()}
    state = {"events": {"events": events, "date": f"{day:%Y%m%d}"}, "sportsbooks": books}
    return Reply({"state": state, "config": config}, _html, HTML)


def access_key(world: World, at: int) -> str:
    """The Authorization value that the page shows during an hour; random to look at, and no secret."""
    text = f"{world.league.seed}:{at // HOUR}"
    return "Bearer " + hashlib.sha256(text.encode()).hexdigest()[:40]


def query(world: World, ask: Ask) -> Reply:
    """`currentLines` and `openingLines` for events, books and markets, by alias; 401 without the page's key."""
    if ask.headers.get("authorization") not in (access_key(world, ask.at), access_key(world, ask.at - HOUR)):
        return Reply({"message": "Unauthorized"}, dump_json, status=401)
    text = ask.query.get("query", "")
    data: dict[str, Any] = {}
    by_event = {event_id(game): game for game in world.by_id.values()}
    for call in _CALL.finditer(text):
        given = {name: [int(n) for n in re.findall(r"\d+", value)] for name, value in _GIVEN.findall(call["given"])}
        games = [by_event[eid] for eid in given.get("eid", []) if eid in by_event]
        books = [paid for paid in given.get("paid", list(BOOKS)) if paid in BOOKS]
        wanted = given.get("mtid", [SPREAD, TOTAL, MONEYLINE])
        opening = call["name"] == "openingLines"
        data[call["alias"] or call["name"]] = [
            line for game in games for paid in books for line in _lines(world, game, paid, ask.at, wanted, opening)
        ]
    if not data:
        return Reply({"errors": [{"message": f"Syntax Error: cannot read {text[:80]!r}"}]}, dump_json, status=400)
    return json_reply({"data": data})


def _html(document: Any) -> bytes:
    def script(name: str, value: Any) -> str:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        return f"<script>window.{name} = {text};</script>"

    head = '<!DOCTYPE html><html><head><title>NBA Odds</title></head><body><div id="app"></div>'
    made = script("__config", document["config"]) + script("__INITIAL_STATE__", document["state"])
    return f"{head}{made}</body></html>".encode()


def _event(world: World, game: Game, at: int) -> dict[str, Any]:
    known, eid = game.fixture.known(at), event_id(game)
    stage = stage_of(game, at)
    state = "postponed" if known.status == "postponed" else "scheduled" if stage == SCHEDULED else "in-progress"
    home, away = world.teams_of(game)
    participants = {}
    for number, team, is_home in ((game.fixture.away, away, False), (game.fixture.home, home, True)):
        partid = _FIRST_PARTNER + number
        abbr = _CODES.get(team.code, team.code)
        source = {"tmid": partid, "lid": 5, "nam": city_name(team), "nn": nickname(team), "abbr": abbr}
        participants[str(partid)] = {"eid": eid, "partid": partid, "psid": partid, "ih": is_home, "source": source}
    return {
        **{"eid": eid, "lid": 5, "spid": 5, "des": f"{away.name}@{home.name}", "dt": known.tip * 1000},
        **{"es": "complete" if stage == FINAL else state, "participants": participants},
    }


def _lines(world: World, game: Game, paid: int, at: int, wanted: list[int], opening: bool) -> Iterator[dict[str, Any]]:
    if not (quotes := _quotes(world, game, paid, at)):
        return
    quote = quotes[0] if opening else quotes[-1]
    for line in _sides(game, quote):
        if line.market in wanted:
            yield {
                **{"mtid": line.market, "eid": event_id(game), "boid": paid * 1000 + line.market, "paid": paid},
                **{"sbid": 0, "tim": f"{quote.stamp * 1000}.000000", "partid": line.partid, "adj": line.point},
                **{"ap": int(line.price), "pri": round(_decimal(line.price), 4)},
                **{"mtgrp": "Event" if line.market == TOTAL else "EventTeam", "sequence": quote.stamp},
            }


def _quotes(world: World, game: Game, paid: int, at: int) -> list[Quote]:
    """A book's quotes so far: the market's, shaded its own way and some seconds late; none before the day is settled."""
    if game.fixture.known(at).day != game.fixture.day:
        return []
    fixture = game.fixture
    rng = stream(world.league.seed, Purpose.BOOKS, fixture.season, int(fixture.game_id[5:]), paid)
    spread, total = (_SHADES[int(k)] for k in rng.integers(0, len(_SHADES), 2))
    late = int(rng.integers(0, 90))
    lines = game.lines
    made = [
        Quote(quote.stamp + late, quote.spread_home + spread, quote.total + total)
        for quote in (lines.morning, *lines.moves)
    ]
    closing = Quote(lines.closing.stamp, lines.closing.spread_home + spread, lines.closing.total + total)
    return [quote for quote in [*made, closing] if quote.stamp <= at]


def _sides(game: Game, quote: Quote) -> Iterator[Line]:
    home, away = _FIRST_PARTNER + game.fixture.home, _FIRST_PARTNER + game.fixture.away
    yield Line(SPREAD, home, quote.spread_home, -110)
    yield Line(SPREAD, away, -quote.spread_home, -110)
    yield Line(TOTAL, OVER, quote.total, -110)
    yield Line(TOTAL, UNDER, quote.total, -110)
    for partid, price in zip((home, away), moneyline(quote.spread_home), strict=True):
        yield Line(MONEYLINE, partid, None, price)


def _decimal(american: float) -> float:
    return 1 + (american / 100 if american > 0 else 100 / -american)


ROUTES = (
    Route(HOST, r"/nba/?", page),
    Route(HOST, r"/odds-v2/odds-v2-service", query),
)
