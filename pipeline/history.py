"""What was known of a game, a team or a player at an instant, in the words of the sources and with their bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any

import polars as pl

from lakehouse.clock import eastern_date
from lakehouse.errors import BadInput, ClockError, UnknownName
from lakehouse.gate import Knowledge, View, newest
from lakehouse.identity import normalise_name
from lakehouse.lake import Lake
from lakehouse.teams import FRANCHISES, Franchise
from transforms.espn import SPEAKS_FOR, espn_words
from transforms.injuries import NOT_SUBMITTED, SUBMITTED, UNKNOWN
from transforms.movement import line_moves
from transforms.names import name_keys, resolve_players
from transforms.schedule import run_cuts, slate_games
from transforms.spine import spine

NOT_LISTED = "not listed"
# Longer than any break of a season.
LOOK_AHEAD = timedelta(days=10)
PROOF = ("available_ts", "source", "body_sha256")
_INSTANT = pl.Datetime("us", "UTC")
_SAID = {
    "what": pl.String(), "says": pl.String(), "detail": pl.String(), "since_ts": _INSTANT, "told_ts": _INSTANT,
    "available_ts": _INSTANT, "source": pl.String(), "body_sha256": pl.String(),
}  # fmt: skip


@dataclass(frozen=True)
class TeamWord:
    """What the newest report that covers a game says of a team: its state, the report's stamp, and the lines.

    `lines` has the columns entry, player_id (null where nobody is decided), status, reason, since_ts, report_ts,
    available_ts, source, body_sha256. `report` has report_ts and the proof of the report, null where none was known.
    """

    game: dict[str, Any]
    state: str
    report: dict[str, Any]
    lines: pl.DataFrame


@dataclass(frozen=True)
class Known:
    """What was known of a player for a game; `game` is None where none of his team's was.

    `said` has a row a kind of source: what, says (null where nothing was said of the matter), detail, since_ts (first
    of the consecutive tellings that say so), told_ts (the newest), available_ts, source, body_sha256.
    """

    player_id: int
    player_name: str | None
    team_id: int | None
    game: dict[str, Any] | None
    said: pl.DataFrame


def open_view(lake: Lake, as_of: datetime | None, knowledge: Knowledge) -> View:
    """What was known at an instant; at the lake's last entry where none is given. Errors as of Lake.as_of."""
    if as_of is not None:
        return lake.as_of(as_of, knowledge)
    last = lake.log.newest()
    if last is None:
        raise ClockError("This lake holds nothing yet; import history into it first.")
    return lake.as_of(last.instant, knowledge)


def find_game(view: View, text: str, day: date | None = None) -> dict[str, Any]:
    """The game, as scheduled then, of an id or of AWY@HOM and its Eastern date; raises BadInput and UnknownName."""
    current = newest(view.rows("silver.schedule"), ["game_id"])
    if "@" not in text:
        found = current.filter(pl.col("game_id") == text)
    else:
        away, home = (find_team(part).tricode for part in text.split("@", 1))
        if day is None:
            raise BadInput(f"{text} does not say which of their games is meant; add its Eastern date with --date.")
        found = current.filter(
            (pl.col("game_date") == day) & (pl.col("home_team") == home) & (pl.col("away_team") == away)
        )
    rows = _games(found).to_dicts()
    if not rows:
        on = f" on {day}" if day is not None else ""
        raise UnknownName(f"No game {text}{on} was known then; `pretip show schedule` lists the games.")
    return rows[0]


def find_team(text: str) -> Franchise:
    """The team of a tricode; raises UnknownName with the nearest."""
    teams = {team.tricode: team for team in FRANCHISES}
    wanted = text.strip().upper()
    if wanted not in teams:
        near = get_close_matches(wanted, teams, 1, 0.0)
        raise UnknownName(f"There is no team {text!r}; write its three letters, such as {near[0]}.")
    return teams[wanted]


def find_player(view: View, text: str) -> tuple[int, str | None]:
    """NBA id and printed name of a player, by id or by a name as decided then; raises UnknownName and BadInput."""
    names = newest(view.rows("silver.players"), ["player_id"]).select("player_id", "player_name").collect()
    printed: dict[int, str | None] = dict(names.iter_rows())
    if text.strip().isdigit():
        return int(text), printed.get(int(text))
    keys = name_keys(view).filter(pl.col("key") == pl.select(normalise_name(pl.lit(text))).item()).collect()
    if keys.is_empty():
        near = get_close_matches(text, [name for name in printed.values() if name], 1)
        hint = f"did you mean {near[0]}?" if near else "give his NBA id, or decide the name with `pretip ids add`."
        raise UnknownName(f"No player was known by the name {text!r} then; {hint}")
    player_id = keys["player_id"][-1]
    if player_id is None:
        raise BadInput(f"Nobody alone is known by the name {text!r}; give the NBA id of the player you mean.")
    return player_id, printed.get(player_id)


def game_lines(view: View, game_id: str) -> pl.DataFrame:
    """The moves of a game's lines known at the view's instant: `transforms.movement.line_moves` without its cut."""
    return line_moves(view, _cut(view, game_id)).drop("game_id", "cut_id").collect()


def team_words(view: View, team: Franchise) -> list[TeamWord]:
    """What the official reports said of a team's games from the instant's Eastern date on that a report covers.

    `since_ts` of a line is the first of the consecutive reports covering the game, up to the newest, that gave the
    player this status.
    """
    covered = view.rows("silver.injury_reports").select("game_date").unique().collect()["game_date"].to_list()
    mine = pl.any_horizontal(pl.col("home_team_id", "away_team_id") == team.team_id)
    today = eastern_date(view.run_ts)
    ahead = (pl.col("game_date") >= today) & (pl.col("status") == "scheduled")
    games = newest(view.rows("silver.schedule"), ["game_id"]).filter(mine & ahead)
    return [team_word(view, game, team) for game in _games(games).to_dicts() if game["game_date"] in covered]


def team_word(view: View, game: dict[str, Any], team: Franchise) -> TeamWord:
    """What the newest report covering the game's date said of a team; a report covers every game of its dates."""
    told = view.rows("silver.injury_reports").filter(pl.col("game_date") == game["game_date"])
    report = ["report_ts"]
    settled = newest(told, [*report, "matchup", "team", "entry"])
    ours = (pl.col("matchup") == f"{game['away_team']}@{game['home_team']}") & (
        normalise_name(pl.col("team")) == pl.select(normalise_name(pl.lit(team.name))).item()
    )
    stands = _standing(settled, [], ["matchup", "team", "entry"], ["current_status"], "report_ts").filter(ours)
    lines = resolve_players(stands.with_columns(at=pl.lit(view.run_ts, _INSTANT)), name_keys(view), "entry", "at")
    rows = lines.collect()
    stamped = _last_report(settled)
    unsubmitted = (rows["row_kind"] == "team_not_yet_submitted").any()
    state = UNKNOWN if stamped["report_ts"] is None else NOT_SUBMITTED if unsubmitted else SUBMITTED
    listed = rows.filter(pl.col("row_kind") == "player").sort("entry")
    status = pl.col("current_status").alias("status")
    shown = listed.select("entry", "player_id", status, "reason", "since_ts", "report_ts", *PROOF)
    return TeamWord(game, state, stamped, shown)


def known_of(view: View, player_id: int, name: str | None = None, day: date | None = None) -> Known:
    """What was known of a player for his game of an Eastern date, else for his next one in the ten days to come.

    Whose player he is, is said by `transforms.spine`: the newest roster, else his last box scores, line-ups, status.
    """
    place = _place(view, player_id, day)
    if place is None:
        return Known(player_id, name, None, None, pl.DataFrame(schema=_SAID))
    game, team_id = place
    team = next(team for team in FRANCHISES if team.team_id == team_id)
    word = team_word(view, game, team)
    stamp = word.report["report_ts"]
    said = [_row("team report", word.state, told_ts=stamp, **_proof(word.report))]
    mine = word.lines.filter(pl.col("player_id") == player_id).to_dicts()
    if mine:
        line = mine[-1]
        stamps = {"since_ts": line["since_ts"], "told_ts": line["report_ts"]}
        said.append(_row("injury report", line["status"], line["reason"], **stamps, **_proof(line)))
    else:
        silence = NOT_LISTED if word.state == SUBMITTED else None
        said.append(_row("injury report", silence, told_ts=stamp, **_proof(word.report)))
    said.append(_espn(view, game["game_id"], player_id))
    lineups = view.rows("silver.lineups").filter(
        (pl.col("game_id") == game["game_id"]) & (pl.col("team_id") == team_id)
    )
    said.append(_listed("lineup", lineups, player_id))
    said.append(_listed("roster", view.rows("silver.rosters").filter(pl.col("team_id") == team_id), player_id))
    said.append(_event(view, game["game_id"], player_id))
    return Known(player_id, name, team_id, game, pl.DataFrame(said, schema=_SAID, orient="row"))


def _place(view: View, player_id: int, day: date | None) -> tuple[dict[str, Any], int] | None:
    current = newest(view.rows("silver.schedule"), ["game_id"])
    if day is not None:
        wanted = slate_games(view, day)
    else:
        soon = pl.col("tip_ts").is_between(view.run_ts, view.run_ts + LOOK_AHEAD)
        wanted = current.filter(soon & (pl.col("status") == "scheduled"))
    games = _games(wanted)
    people = spine(view, run_cuts(view, games["game_id"].to_list())).filter(pl.col("player_id") == player_id)
    teams = dict(people.select("game_id", "team_id").collect().iter_rows())
    return next(((game, teams[game["game_id"]]) for game in games.to_dicts() if game["game_id"] in teams), None)


def _espn(view: View, game_id: str, player_id: int) -> dict[str, Any]:
    at = pl.col("report_ts")
    fresh = view.rows("silver.espn_injuries").filter(at > view.run_ts - SPEAKS_FOR)
    newest_list = _last_report(fresh)
    cuts = _cut(view, game_id)
    words = espn_words(view, cuts, cuts.select("game_id", "cut_id", player_id=pl.lit(player_id, pl.Int64))).collect()
    stamps = {"told_ts": newest_list["report_ts"], **_proof(newest_list)}
    if words.is_empty():
        return _row("espn", NOT_LISTED if newest_list["report_ts"] is not None else None, **stamps)
    return _row("espn", words["espn_status"][0], since_ts=words["espn_since_ts"][0], **stamps)


def _listed(what: str, rows: pl.LazyFrame, player_id: int) -> dict[str, Any]:
    """A player's role in the newest of a team's reports; not listed where it leaves him out."""
    settled = newest(rows, ["report_ts", "player_id"])
    mine = _standing(settled, [], ["player_id"], ["role"], "report_ts").filter(pl.col("player_id") == player_id)
    found = mine.collect().to_dicts()
    if found:
        line = found[0]
        stamps = {"since_ts": line["since_ts"], "told_ts": line["report_ts"]}
        return _row(what, line["role"] or "listed", **stamps, **_proof(line))
    report = _last_report(settled)
    silence = NOT_LISTED if report["report_ts"] is not None else None
    return _row(what, silence, told_ts=report["report_ts"], **_proof(report))


def _event(view: View, game_id: str, player_id: int) -> dict[str, Any]:
    rows = view.rows("silver.status_events").filter((pl.col("game_id") == game_id) & (pl.col("player_id") == player_id))
    state = ["listed", "status", "projected_starter", "confirmed_starter"]
    settled = newest(rows, ["player_id", "observed_ts"])
    found = _standing(settled, ["player_id"], ["player_id"], state, "observed_ts").collect().to_dicts()
    if not found:
        return _row("status event", None)
    event = found[0]
    says = (event["status"] or "Unknown") if event["listed"] else "off the list"
    starts = [kind for kind in ("confirmed", "projected") if event[f"{kind}_starter"]]
    stamps = {"since_ts": event["since_ts"], "told_ts": event["observed_ts"]}
    return _row("status event", says, f"{starts[0]} starter" if starts else None, **stamps, **_proof(event))


def _standing(
    rows: pl.LazyFrame, scope: Sequence[str], by: Sequence[str], state: Sequence[str], stamp: str
) -> pl.LazyFrame:
    """The rows of the newest telling of each scope, with `since_ts`: since when each `by` has stood so in every one.

    `rows` hold one row a (scope, stamp, by); the tellings of a scope are all its stamps. Sorted by `by`.
    """
    number = pl.col(stamp).rank("dense").cast(pl.Int64)
    last = number.max() - number
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).first().over(by)) for name in state)
    return (
        rows.with_columns(_back=last.over(scope) if scope else last)
        .sort(*by, "_back")
        .filter((pl.col("_back").first().over(by) == 0) & same)
        .filter(pl.col("_back") == pl.int_range(pl.len(), dtype=pl.Int64).over(by))
        .with_columns(since_ts=pl.col(stamp).min().over(by))
        .filter(pl.col("_back") == 0)
        .drop("_back")
    )


def _last_report(rows: pl.LazyFrame) -> dict[str, Any]:
    """Stamp and proof of the newest report of `rows`; all null where there is none."""
    columns = ["report_ts", *PROOF]
    newest_first = rows.sort(columns, maintain_order=True).select(columns).last().collect().to_dicts()
    return newest_first[0] if newest_first else dict.fromkeys(columns)


def _games(rows: pl.LazyFrame) -> pl.DataFrame:
    columns = ("game_id", "game_date", "tip_ts", "away_team", "home_team", "status")
    return rows.sort("tip_ts", "game_id").select(columns).collect()


def _cut(view: View, game_id: str) -> pl.LazyFrame:
    """The one cut of a game at the view's instant, before or after its tip."""
    cut = {"game_id": [game_id], "cut_id": [0], "cut_ts": [view.run_ts]}
    return pl.LazyFrame(cut, schema={"game_id": pl.String(), "cut_id": pl.Int32(), "cut_ts": _INSTANT})


def _row(what: str, says: str | None, detail: str | None = None, **stamps: Any) -> dict[str, Any]:
    return {**dict.fromkeys(_SAID), "what": what, "says": says, "detail": detail, **stamps}


def _proof(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in PROOF}
