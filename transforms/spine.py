"""Who may play: one row a player that may dress for a game, as known at the cut, never from the game's own result."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lakehouse.gate import known_by, newest
from transforms.boxscores import Histories, load_histories
from transforms.epochs import look_up
from transforms.facts import CUT, Facts, attach_report, report_steps
from transforms.labels import player_labels
from transforms.schedule import games_known, team_sides
from transforms.status import lineup_places, listings

RECENT_GAMES = 30
_SIDE = [*CUT, "team_id"]
_CLAIM = [*_SIDE, "player_id", "spine_source", "evidence_ts"]


@dataclass(frozen=True)
class SpineRecall:
    """How a spine compares with the players who were really listed: shares, and the counts behind them."""

    recall: float
    played_recall: float
    precision: float
    listed: int
    rows: int


def spine(view: Facts, cuts: pl.LazyFrame, histories: Histories | None = None) -> pl.LazyFrame:
    """Players who may play, one row each, sorted by (game_id, cut_id, team_id, player_id).

    Columns: game_id, cut_id, cut_ts, team_id, opponent_team_id, is_home, player_id, spine_source (roster, boxscores,
    lineup or status), evidence_ts (stamp of what put him there), delisted (the status feed took him off the list).
    Per team the newest roster report, else each player whose last known line is with the team and within its last 30
    games; lineups and status events of the game add players. A player claimed by two teams goes to the newer evidence.
    """
    history = histories if histories is not None else load_histories(view)
    games = games_known(view, cuts).collect().lazy()
    sides = team_sides(games)
    rosters = _roster_claims(view, sides)
    boxes = _box_claims(history, sides.join(rosters.select(_SIDE).unique(), on=_SIDE, how="anti"))
    base = _newest_team(pl.concat([rosters.select(_CLAIM), boxes.select(_CLAIM)]), view, history, sides)
    events = listings(view, games).collect().lazy()
    added = pl.concat(
        [
            lineup_places(view, games).select(
                *_SIDE, "player_id", spine_source=pl.lit("lineup"), evidence_ts="lineup_as_of_ts"
            ),
            events.select(*_SIDE, "player_id", spine_source=pl.lit("status"), evidence_ts="feed_as_of_ts"),
        ]
    )
    known = sides.select(*_SIDE, "cut_ts", "opponent_team_id", "is_home", "game_date")
    order = pl.col("spine_source").replace_strict(
        ["roster", "boxscores", "lineup", "status"], [0, 1, 2, 3], return_dtype=pl.Int8
    )
    # A team's own first claim names the source; a newer one still dates the evidence.
    claims = (
        pl.concat([base, added])
        .sort(*_SIDE, "player_id", order)
        .group_by([*_SIDE, "player_id"], maintain_order=True)
        .agg(pl.col("spine_source").first(), pl.col("evidence_ts").max())
        .join(known, on=_SIDE)
    )
    delisted = events.filter(~pl.col("listed")).select(*_SIDE, "player_id", delisted=pl.lit(True))
    return (
        _one_row_a_player(claims)
        .join(delisted, on=[*_SIDE, "player_id"], how="left")
        .select(
            *CUT,
            "cut_ts",
            "team_id",
            "opponent_team_id",
            "is_home",
            "player_id",
            "spine_source",
            "evidence_ts",
            pl.col("delisted").fill_null(False),
        )
        .sort(*_SIDE, "player_id")
    )


def spine_recall(view: Facts, rows: pl.LazyFrame) -> SpineRecall:
    """Recall and precision of spine rows against the box scores `view` knows, over complete games.

    `recall` is of listed players, `played_recall` of those who played, `precision` the share of rows that were listed.
    """
    labels = player_labels(view, rows).filter(pl.col("label_complete") & pl.col("dnp_complete"))
    mine = labels.select("game_id", "cut_id", "player_id", "dressed", "played").collect()
    games = mine.lazy().select("game_id", "cut_id").unique()
    lines = newest(view.rows("silver.boxscores"), ["game_id", "player_id"])
    listed = lines.join(games, on="game_id").select("game_id", "cut_id", "player_id", "played").collect()
    found = listed.join(mine, on=["game_id", "cut_id", "player_id"], how="semi")
    played, found_played = int(listed["played"].sum()), int(found["played"].sum())
    return SpineRecall(
        recall=found.height / max(listed.height, 1),
        played_recall=found_played / max(played, 1),
        precision=int(mine["dressed"].sum()) / max(mine.height, 1),
        listed=listed.height,
        rows=mine.height,
    )


def _roster_claims(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    rows = view.rows("silver.rosters")
    wanted = attach_report(sides.select(*_SIDE, "cut_ts"), report_steps(rows, ["team_id"]), ["team_id"])
    known = newest(known_by(rows, wanted, ["team_id", "report_ts"]), [*_SIDE, "player_id"])
    return known.select(*_SIDE, "player_id", spine_source=pl.lit("roster"), evidence_ts="report_ts")


def _box_claims(history: Histories, sides: pl.LazyFrame) -> pl.LazyFrame:
    """Players whose last known line is with the team, within its last thirty games."""
    stints = _stints(history)
    begun = pl.col("from_ts") <= pl.col("cut_ts")
    lasting = pl.col("until_ts").is_null() | (pl.col("cut_ts") < pl.col("until_ts"))
    pairs = sides.select(*_SIDE, "cut_ts").join(stints, on="team_id").filter(begun & lasting)
    last = look_up(pairs, _lines(history), ["player_id", "epoch"]).drop("epoch")
    recent = history.games.lazy().select(
        "team_id",
        "epoch",
        "effective_ts",
        "tip_ts",
        "game_id",
        first_tip_ts=pl.col("tip_ts").shift(RECENT_GAMES - 1).over("team_id", "epoch"),
    )
    placed = history.teams.place(last)
    return (
        look_up(placed, recent, ["team_id", "epoch"])
        .filter(pl.col("first_tip_ts").is_null() | (pl.col("last_tip_ts") >= pl.col("first_tip_ts")))
        .select(*_SIDE, "player_id", spine_source=pl.lit("boxscores"), evidence_ts="line_as_of_ts")
    )


def _lines(history: Histories) -> pl.LazyFrame:
    return history.players.rows.lazy().select(
        "player_id",
        "epoch",
        "effective_ts",
        "tip_ts",
        "game_id",
        last_tip_ts="tip_ts",
        line_as_of_ts="as_of_ts",
        line_team_id="team_id",
    )


def _stints(history: Histories) -> pl.LazyFrame:
    """Spans of cut time, from_ts to until_ts, in which a player's last known line is with one team."""
    by = ["player_id", "epoch"]
    moved = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in (*by, "team_id"))
    return (
        history.players.rows.lazy()
        .select(*by, "team_id", "epoch_end", from_ts="effective_ts")
        .filter(moved)
        .with_columns(until_ts=pl.col("from_ts").shift(-1).over(by).fill_null(pl.col("epoch_end")))
        .drop("epoch_end")
    )


def _newest_team(claims: pl.LazyFrame, view: Facts, history: Histories, sides: pl.LazyFrame) -> pl.LazyFrame:
    """Drops claims of roster reports that newer evidence contradicts: a line with, or a roster of, another team."""
    stamped = claims.join(sides.select(*_SIDE, "cut_ts"), on=_SIDE)
    rosters = stamped.filter(pl.col("spine_source") == "roster")
    placed = history.players.place(rosters)
    elsewhere = (
        look_up(placed, _lines(history), ["player_id", "epoch"])
        .filter((pl.col("line_team_id") != pl.col("team_id")) & (pl.col("line_as_of_ts") > pl.col("evidence_ts")))
        .select(*_SIDE, "player_id")
    )
    kept = claims.join(elsewhere, on=[*_SIDE, "player_id"], how="anti")
    listed = look_up(stamped.join(elsewhere, on=[*_SIDE, "player_id"], how="anti"), _listings(view), ["player_id"])
    claimed = listed.filter(
        (pl.col("other_team_id") != pl.col("team_id")) & (pl.col("other_report_ts") > pl.col("evidence_ts"))
    ).select(*_SIDE, "player_id")
    return kept.join(claimed, on=[*_SIDE, "player_id"], how="anti").select(_CLAIM)


def _listings(view: Facts) -> pl.LazyFrame:
    """The newest roster report that lists a player, from each instant on that it was known."""
    return (
        view.rows("silver.rosters")
        .select("player_id", effective_ts="available_ts", other_report_ts="report_ts", other_team_id="team_id")
        .sort("player_id", "effective_ts", "other_report_ts", "other_team_id")
        .filter(pl.col("other_report_ts") == pl.col("other_report_ts").cum_max().over("player_id"))
    )


def _one_row_a_player(claims: pl.LazyFrame) -> pl.LazyFrame:
    """Of two claims on a player for one Eastern date, the newer evidence stands, if it was known at the other's cut."""
    rivals = claims.select("cut_id", "game_date", "player_id", rival_team_id="team_id", rival_ts="evidence_ts")
    beaten = (
        claims.filter(pl.len().over("cut_id", "game_date", "player_id") > 1)
        .join(rivals, on=["cut_id", "game_date", "player_id"])
        .filter((pl.col("rival_team_id") != pl.col("team_id")) & (pl.col("rival_ts") <= pl.col("cut_ts")))
        .filter(
            (pl.col("rival_ts") > pl.col("evidence_ts"))
            | ((pl.col("rival_ts") == pl.col("evidence_ts")) & (pl.col("rival_team_id") < pl.col("team_id")))
        )
        .select(*_SIDE, "player_id")
        .unique()
    )
    return claims.join(beaten, on=[*_SIDE, "player_id"], how="anti")
