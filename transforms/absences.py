"""Games a player has missed, and how long he has been back, as box scores known at a cut tell it.

A player's *own games* are those of his team from his first line with it on, up to the newest the histories hold; once
he has a line with another team, only up to his last with the old one. He missed an own game in which he was not on the
floor, whatever the reason: the box scores of most seasons do not tell the injured from the unused, and some leave both
out. A run of missed games is an absence; neither a trade nor the turn of a season ends it.
"""

from __future__ import annotations

import polars as pl

from transforms.boxscores import Histories, load_histories
from transforms.epochs import BEGINNING, INSTANT, look_up
from transforms.facts import CUT, Facts
from transforms.schedule import games_known
from transforms.spine import spine

ABSENCE_COLUMNS = (
    "games_missed", "games_since_return", "days_since_return", "days_since_played", "last_absence_games",
)  # fmt: skip
_SIDE = [*CUT, "team_id"]
_ERA = ["team_id", "era"]
_SPAN = ["player_id", "span"]


def absences_known(view: Facts, cuts: pl.LazyFrame, histories: Histories | None = None) -> pl.LazyFrame:
    """The spine of each cut with what `read_absences` says of its players.

    Columns: game_id, cut_id, team_id, player_id, those of `ABSENCE_COLUMNS`, absence_as_of_ts; sorted by the first four.
    """
    history = histories if histories is not None else load_histories(view)
    games = games_known(view, cuts).select(*CUT, "game_date")
    people = spine(view, cuts, history).join(games, on=list(CUT))
    keys = [*_SIDE, "player_id"]
    return read_absences(history, people).select(*keys, *ABSENCE_COLUMNS, "absence_as_of_ts").sort(keys)


def read_absences(histories: Histories, people: pl.LazyFrame) -> pl.LazyFrame:
    """`people` [cut_ts, team_id, player_id, game_date, ...], in no order, with his absences as known at `cut_ts`.

    `games_missed`: own games in a row, up to the newest, that he has missed; 0 where he played in it.
    `last_absence_games`: length of his newest absence, the present one if there is one; null where he never missed.
    `games_since_return`, `days_since_return`: games he has played, and days to `game_date` from the first of them,
    since that absence ended; 0 and null while it lasts, null both where he never missed.
    `days_since_played`: days since he was on the floor. `absence_as_of_ts`: newest stamp of the box scores read.
    A player without a line has nulls. Of a team that the histories leave out, only games he has a line for are his.
    """
    eras, games = number_games(histories)
    spans = _spans(histories, eras)
    lines = _lines(histories, spans, eras, games)
    starts = spans.filter(pl.col("span") > 0).select(*_SPAN, "span_start")
    placed = _place(people.sort("cut_ts"), starts, "cut_ts", "player_id", "span")
    at = look_up(placed, lines, _SPAN)
    team = games.select(*_ERA, "effective_ts", "tip_ts", "game_id", team_no="game_no", team_as_of_ts="as_of_ts")
    now = look_up(_place(at.sort("cut_ts"), eras, "cut_ts", "team_id", "era"), team, _ERA)
    # A man who has come from another team has had no game with this one yet.
    since_line = pl.when(pl.col("line_team_id") == pl.col("team_id")).then(pl.col("team_no") - pl.col("line_no"))
    missed = pl.col("own_no") + since_line.fill_null(0) - pl.col("played_own_no").fill_null(0)
    away = pl.col("games_missed") > 0
    returned = pl.col("games_played") - pl.col("return_no") + 1
    return (
        now.with_columns(games_missed=missed)
        .with_columns(
            games_since_return=pl.when(away).then(0).otherwise(returned),
            days_since_return=pl.when(~away).then((pl.col("game_date") - pl.col("return_date")).dt.total_days()),
            days_since_played=(pl.col("game_date") - pl.col("played_date")).dt.total_days(),
            last_absence_games=pl.when(away).then("games_missed").otherwise("return_after"),
            absence_as_of_ts=pl.max_horizontal(
                "line_as_of_ts", pl.when(since_line.is_not_null()).then("team_as_of_ts")
            ),
        )
        .select(*people.collect_schema().names(), *ABSENCE_COLUMNS, "absence_as_of_ts")
    )


def number_games(histories: Histories) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Epochs of a team in which its list of games is numbered alike, as one era; and its games, era by era.

    A correction starts an epoch of its team; only a game that came late, or moved, numbers its games anew. Returns
    [team_id, era_start, era], sorted by era_start, of every era but the first; and [team_id, era, effective_ts, tip_ts,
    game_id, game_no, as_of_ts], in the order of tips.
    """
    games = histories.games.lazy().select("team_id", "epoch", "effective_ts", "tip_ts", "game_id", "as_of_ts")
    starts = histories.teams.starts.lazy().select("team_id", "epoch", "epoch_start")
    game = ["team_id", "epoch", "tip_ts", "game_id"]
    known = games.join(starts, on=["team_id", "epoch"]).filter(pl.col("effective_ts") <= pl.col("epoch_start"))
    before = games.select(*game).with_columns(pl.col("epoch") + 1, was=pl.lit(True))
    # All that an epoch begins with it shares with the one before, and the one before had no more.
    counts = (
        known.join(before, on=game, how="left")
        .group_by("team_id", "epoch")
        .agg(pl.len().alias("games"), pl.col("was").count().alias("shared"))
    )
    had = before.group_by("team_id", "epoch").agg(pl.len().alias("had"))
    numbered = (
        starts.join(counts, on=["team_id", "epoch"], how="left")
        .join(had, on=["team_id", "epoch"], how="left")
        .with_columns(pl.col("games", "shared", "had").fill_null(0))
        .sort("team_id", "epoch")
        .with_columns(anew=(pl.col("shared") < pl.col("games")) | (pl.col("had") > pl.col("games")))
        .with_columns(era=pl.col("anew").cast(pl.Int32).cum_sum().over("team_id"))
        .collect()
        .lazy()
    )
    era_starts = numbered.filter("anew").select("team_id", "era", era_start="epoch_start").sort("era_start", "team_id")
    in_era = (
        games.join(numbered.select("team_id", "epoch", "era"), on=["team_id", "epoch"], how="left")
        .with_columns(pl.col("era").fill_null(0))
        .group_by(*_ERA, "tip_ts", "game_id")
        .agg(pl.col("effective_ts").min(), pl.col("as_of_ts").min())
        .sort(*_ERA, "tip_ts", "game_id")
        .with_columns(game_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(_ERA))
    )
    return era_starts, in_era.collect().lazy()


def _spans(histories: Histories, eras: pl.LazyFrame) -> pl.LazyFrame:
    """Spans of time within which a player's history only grows: [player_id, span, span_start]; 0 is from the beginning.

    A span begins where an epoch of his does, or an era of a team he has a line with.
    """
    rows = histories.players.rows.lazy()
    people = rows.select("player_id", span_start=pl.lit(BEGINNING, INSTANT)).unique()
    his = histories.players.starts.lazy().select("player_id", span_start="epoch_start")
    teams = rows.select("player_id", "team_id").unique()
    theirs = teams.join(eras, on="team_id").select("player_id", span_start="era_start")
    return (
        pl.concat([people, his, theirs])
        .unique()
        .sort("player_id", "span_start")
        .with_columns(span=pl.int_range(pl.len(), dtype=pl.Int32).over("player_id"))
        .collect()
        .lazy()
    )


def _lines(histories: Histories, spans: pl.LazyFrame, eras: pl.LazyFrame, games: pl.LazyFrame) -> pl.LazyFrame:
    """Every line of a player, span by span in the order of tips, with what had been by then.

    Counts run within the span: own_no (own games up to the line), games_played, and, of the last game he played,
    played_own_no and played_date; of the last he came back in, return_no (its number among those he played), return_date
    and return_after (games missed before it). line_no is the number of the line's game among those of line_team_id.
    """
    rows = histories.players.rows.lazy().select(
        "player_id", "epoch", "tip_ts", "game_id", "team_id", "played", "game_date", "as_of_ts", "effective_ts"
    )
    # A line known only after its span is never looked at: whoever asks then asks a later one.
    placed = histories.players.place(spans, "span_start").join(rows, on=["player_id", "epoch"])
    known = placed.with_columns(effective_ts=pl.max_horizontal("effective_ts", "span_start"))
    numbers = games.select(*_ERA, "tip_ts", "game_id", line_no="game_no")
    numbered = _place(known.sort("span_start"), eras, "span_start", "team_id", "era").join(
        numbers, on=[*_ERA, "tip_ts", "game_id"], how="left"
    )
    same = pl.col("team_id") == pl.col("team_id").shift(1).over(_SPAN)
    on = pl.when(same).then(pl.col("line_no") - pl.col("line_no").shift(1).over(_SPAN)).fill_null(1)
    missed = pl.col("own_no") - pl.col("played_own_no").shift(1).over(_SPAN).fill_null(0) - 1
    back = pl.when(pl.col("played") & (pl.col("missed") > 0))
    return (
        numbered.sort(*_SPAN, "tip_ts", "game_id")
        .with_columns(
            own_no=on.cum_sum().over(_SPAN), games_played=pl.col("played").cast(pl.Int64).cum_sum().over(_SPAN)
        )
        .with_columns(
            played_own_no=pl.when("played").then("own_no").forward_fill().over(_SPAN),
            played_date=pl.when("played").then("game_date").forward_fill().over(_SPAN),
        )
        .with_columns(missed=missed)
        .select(
            *_SPAN,
            "effective_ts",
            "tip_ts",
            "game_id",
            "line_no",
            "own_no",
            "games_played",
            "played_own_no",
            "played_date",
            line_team_id="team_id",
            line_as_of_ts=pl.col("as_of_ts").cum_max().over(_SPAN),
            return_no=back.then("games_played").forward_fill().over(_SPAN),
            return_date=back.then("game_date").forward_fill().over(_SPAN),
            return_after=back.then("missed").forward_fill().over(_SPAN),
        )
    )


def _place(frame: pl.LazyFrame, starts: pl.LazyFrame, stamp: str, by: str, name: str) -> pl.LazyFrame:
    """`frame`, sorted by `stamp`, with the number `name` of the latest start of its `by` until then; 0 before any."""
    found = starts.select(by, name, _start_ts=f"{name}_start").sort("_start_ts", by)
    return (
        frame.join_asof(found, left_on=stamp, right_on="_start_ts", by=by, strategy="backward", check_sortedness=False)
        .with_columns(pl.col(name).fill_null(0))
        .drop("_start_ts", strict=False)
    )
