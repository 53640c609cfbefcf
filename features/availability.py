"""Whether he has been playing, and what reports and listings say of tonight."""

from __future__ import annotations

import polars as pl

from features.declared import Feature
from features.units import MINUTES_PER_SECOND, MS_PER_MINUTE
from transforms.boxscores import Histories
from transforms.epochs import look_up
from transforms.espn import espn_words
from transforms.facts import CUT, Facts
from transforms.injuries import NOT_SUBMITTED, SUBMITTED, player_reports, team_reports
from transforms.status import lineup_places, listings, starters

_SIDE = [*CUT, "team_id"]
_BOX = ("boxscores",)
_NAMED = ("status_events", "lineups")
_SAID = ("injury_reports", "status_events", "lineups")
_NO_REPORTS = "official reports and listings survive for a few dates only"
_NO_LINE = "he has no line in the histories"
_NO_GAMES = "the team has no game in the histories"
_NO_DNP = "lines of those who sat are missing"
_NO_REPORT = "no covering report was known"
_NO_FIVE = "his team's five are not known"
_NO_LINEUPS = "lineups survive for a few dates only"
_SILENT = "nothing was known of his status"
MISSED_CAP = 30
# Fewer than a team must dress are no list of it.
FEWEST_LISTED = 8
OUT, OFF_LIST = "Out", "Off List"
# Statuses that tell nothing of him.
SILENT = ("Unknown", "Not Submitted")
LEAD_CAP = 720

FEATURES = (
    Feature("played_last_game", "played in his team's last game", "0/1", _BOX, _NO_GAMES),
    Feature("played_share5", "share of his team's last 5 games in which he played", "share", _BOX, _NO_GAMES),
    Feature("played_share10", "share of his team's last 10 games in which he played", "share", _BOX, _NO_GAMES),
    Feature("played_share30", "share of his team's last 30 games in which he played", "share", _BOX, _NO_GAMES),
    Feature("min_all5", "minutes over his team's last 5 games, games he missed counting 0", "min", _BOX, _NO_GAMES),
    Feature("min_all10", "minutes over his team's last 10 games, games he missed counting 0", "min", _BOX, _NO_GAMES),
    Feature("min_all30", "minutes over his team's last 30 games, games he missed counting 0", "min", _BOX, _NO_GAMES),
    Feature("missed_streak", "games his team has played since he last did, at most 30", "games", _BOX, "he has never played"),
    Feature("dressed_streak", "latest lines in a row without playing", "games", _BOX, _NO_LINE),
    Feature("listed_share10", "share of his team's last 10 games he had a line in", "share", _BOX, _NO_DNP),
    Feature("games_with_team", "lines in his present stay, at most 82", "games", _BOX, "he has no line with the team"),
    Feature("status_out", "ruled out", "0/1", _SAID, _SILENT, _NO_REPORTS),
    Feature("status_doubtful", "doubtful", "0/1", _SAID, _SILENT, _NO_REPORTS),
    Feature("status_questionable", "questionable", "0/1", _SAID, _SILENT, _NO_REPORTS),
    Feature("status_probable", "probable", "0/1", _SAID, _SILENT, _NO_REPORTS),
    Feature("status_fit", "available, or absent from a report his team has submitted", "0/1", _SAID, _SILENT, _NO_REPORTS),
    Feature("team_not_submitted", "his team has not yet submitted its report", "0/1", ("injury_reports",), _NO_REPORT, _NO_REPORTS),
    Feature("starts_tonight", "named a starter, confirmed or else projected", "0/1", _NAMED, _NO_FIVE, _NO_LINEUPS),
    Feature("five_confirmed", "his team's five are confirmed, not projected", "0/1", _NAMED, _NO_FIVE, _NO_LINEUPS),
    Feature("minutes_to_tip", "minutes from the cut to the tip, at most 720", "min", ("schedule",)),
)  # fmt: skip


def build_availability(frame: pl.LazyFrame, histories: Histories, played: pl.LazyFrame) -> pl.LazyFrame:
    """Playing-record features for rows [row, player_id, epoch, team_id, team_epoch, cut_ts, last_played_tip_ts, ...].

    `frame` holds also `played_no` and `played_sum` at the cut; adds `record_as_of_ts`.
    """
    games = histories.games.lazy().rename({"epoch": "team_epoch"})
    by_team = ["team_id", "team_epoch"]
    windows = {n: pl.col("tip_ts").shift(n - 1).over(by_team) for n in (1, 5, 10, 30)}
    team = games.select(
        *by_team,
        "effective_ts",
        "tip_ts",
        "game_id",
        team_as_of_ts="as_of_ts",
        team_games="game_no",
        no_dnp=(~pl.col("has_dnp")).cast(pl.Int32).rolling_max(10, min_samples=1).over(by_team),
        **{f"first{n}_ts": tip for n, tip in windows.items()},
    )
    at = look_up(frame.drop("tip_ts", "game_id"), team, by_team)
    numbered = games.select(*by_team, "tip_ts", last_no="game_no")
    at = look_up(at, numbered, by_team, left_on="last_played_tip_ts", right_on="tip_ts")
    for n in (5, 10, 30):
        # A team with fewer games has no n-th last: its first known game bounds the window.
        at = at.with_columns(pl.col(f"first{n}_ts").fill_null(_EARLY))
        before = played.select(
            "player_id", "epoch", "tip_ts", pl.col("played_no").alias(f"no{n}"), pl.col("ms_sum").alias(f"sum{n}")
        )
        at = look_up(at, before, ["player_id", "epoch"], left_on=f"first{n}_ts", right_on="tip_ts", strictly=True)
    lines = _line_table(histories)
    at = look_up(at, lines, ["player_id", "epoch"])
    known = pl.col("team_games").is_not_null()
    size = {n: pl.min_horizontal(pl.lit(n), "team_games") for n in (5, 10, 30)}
    count = {n: (pl.col("played_no").fill_null(0) - pl.col(f"no{n}").fill_null(0)) for n in size}
    total = {n: (pl.col("played_sum").fill_null(0) - pl.col(f"sum{n}").fill_null(0)) for n in size}
    lined = pl.min_horizontal(pl.col("line_no").fill_null(0) - pl.col("line_no10").fill_null(0), size[10])
    in_last = pl.col("last_played_tip_ts") >= pl.col("first1_ts")
    here = pl.col("line_team_id") == pl.col("team_id")
    before10 = lines.select("player_id", "epoch", "tip_ts", line_no10="line_no")
    at = look_up(at, before10, ["player_id", "epoch"], left_on="first10_ts", right_on="tip_ts", strictly=True)
    return at.select(
        "row",
        record_as_of_ts=pl.max_horizontal("team_as_of_ts", "line_as_of_ts"),
        played_last_game=pl.when(known).then(in_last.fill_null(False)).cast(pl.Float64),
        **{f"played_share{n}": pl.when(known).then((count[n] / size[n]).clip(0.0, 1.0)) for n in size},
        **{
            f"min_all{n}": pl.when(known).then(total[n] / (MS_PER_MINUTE * pl.max_horizontal(size[n], count[n])))
            for n in size
        },
        missed_streak=pl.when(pl.col("played_no").is_not_null())
        .then((pl.col("team_games") - pl.col("last_no").fill_null(0)).clip(0, MISSED_CAP))
        .cast(pl.Float64),
        dressed_streak=(pl.col("line_no") - pl.col("line_no_played").fill_null(0)).cast(pl.Float64),
        listed_share10=pl.when(known & (pl.col("no_dnp") == 0)).then(lined / size[10]),
        games_with_team=pl.when(here).then(pl.col("stay_games").clip(0, 82)).cast(pl.Float64),
    )


def status_table(view: Facts, games: pl.LazyFrame, sides: pl.LazyFrame, spine: pl.LazyFrame) -> pl.LazyFrame:
    """What was said of each spine row [row, game_id, cut_id, team_id, player_id]: status_text and the newest stamps.

    The injury report, the status feed and a lineup's 'out' compete by stamp; on a tie the report speaks. Absence from
    a report that the team has submitted is Clear. ESPN speaks where none of them does, and where it began to say Out
    after what they say was told: a late scratch. A player whom the feed's list of his team leaves out, and of whom nothing
    else is said, is Off List. Columns: row, status_text, reason, report_state, projected,
    confirmed, five_known, five_confirmed, on_list, said_as_of_ts.
    """
    keys = [*_SIDE, "player_id"]
    reports = team_reports(view, sides)
    listed = player_reports(view, sides)
    feed = listings(view, games).select(*keys, "listed", "feed_status", "feed_as_of_ts")
    team_feed = feed.group_by(_SIDE).agg((pl.col("listed").sum() >= FEWEST_LISTED).alias("team_listed"))
    places = lineup_places(view, games).select(*keys, "role", "lineup_as_of_ts")
    five = starters(view, games)
    team_five = five.group_by(_SIDE).agg(
        pl.len().alias("five_known"),
        pl.col("confirmed").any().alias("five_confirmed"),
        pl.col("starters_as_of_ts").max(),
    )
    report_ts = pl.when(pl.col("report_text").is_not_null()).then("injury_as_of_ts")
    feed_ts = pl.when(pl.col("feed_status").is_not_null()).then("feed_as_of_ts")
    out_ts = pl.when(pl.col("role") == "out").then("lineup_as_of_ts")
    newest_ts = pl.max_horizontal(report_ts, feed_ts, out_ts)
    espn = espn_words(view, games, spine.select(*CUT, "player_id"))
    is_late_scratch = (pl.col("espn_status") == "Out") & (pl.col("espn_since_ts") > newest_ts)
    return (
        spine.select("row", *keys)
        .join(reports, on=_SIDE, how="left")
        .join(listed, on=keys, how="left")
        .join(feed, on=keys, how="left")
        .join(team_feed, on=_SIDE, how="left")
        .join(places, on=keys, how="left")
        .join(team_five, on=_SIDE, how="left")
        .join(five.drop("starters_as_of_ts"), on=keys, how="left")
        .join(espn, on=[*CUT, "player_id"], how="left")
        .with_columns(
            report_text=pl.when(pl.col("injury_status").is_not_null())
            .then("injury_status")
            .when(pl.col("report_state") == SUBMITTED)
            .then(pl.lit("Clear"))
        )
        .select(
            "row",
            "reason",
            "report_state",
            "projected",
            "confirmed",
            "five_known",
            "five_confirmed",
            on_list=pl.when("team_listed").then(pl.col("listed").fill_null(False)),
            status_text=pl.when(is_late_scratch)
            .then(pl.lit("Out"))
            .when(report_ts == newest_ts)
            .then("report_text")
            .when(feed_ts == newest_ts)
            .then("feed_status")
            .when(out_ts == newest_ts)
            .then(pl.lit("Out"))
            .when(pl.col("espn_status").is_not_null())
            .then("espn_status")
            .when(pl.col("report_state") == NOT_SUBMITTED)
            .then(pl.lit("Not Submitted"))
            .otherwise(pl.lit("Unknown")),
            said_as_of_ts=pl.max_horizontal(
                "injury_as_of_ts", "feed_as_of_ts", "lineup_as_of_ts", "starters_as_of_ts", "espn_as_of_ts"
            ),
        )
        .with_columns(status_text=pl.when(_is_left_out()).then(pl.lit(OFF_LIST)).otherwise("status_text"))
    )


def build_status(said: pl.LazyFrame) -> pl.LazyFrame:
    """The status and starter features of rows of `status_table`."""
    status = pl.col("status_text")
    known = ~status.is_in([*SILENT, OFF_LIST])
    flag = {
        "status_out": status == "Out",
        "status_doubtful": status == "Doubtful",
        "status_questionable": status == "Questionable",
        "status_probable": status == "Probable",
        "status_fit": status.is_in(["Available", "Clear"]),
    }
    five = pl.col("five_known").is_not_null()
    starts = pl.when(pl.col("five_confirmed")).then("confirmed").otherwise("projected")
    # A player the lineup does not mention is not one of a full five.
    unnamed = pl.when(pl.col("projected").is_null() & pl.col("confirmed").is_null()).then(False)
    return said.select(
        "row",
        **{name: pl.when(known).then(value).cast(pl.Float64) for name, value in flag.items()},
        team_not_submitted=pl.when(pl.col("report_state") != "unknown")
        .then(pl.col("report_state") == NOT_SUBMITTED)
        .cast(pl.Float64),
        starts_tonight=pl.when(five).then(starts.fill_null(unnamed)).cast(pl.Float64),
        five_confirmed=pl.when(five).then("five_confirmed").cast(pl.Float64),
    )


def build_lead(frame: pl.LazyFrame) -> pl.LazyFrame:
    """How long before the tip the cut of each row [row, cut_ts, tip_ts] is."""
    lead = (pl.col("tip_ts") - pl.col("cut_ts")).dt.total_seconds() * MINUTES_PER_SECOND
    return frame.select("row", minutes_to_tip=lead.clip(0, LEAD_CAP).cast(pl.Float64))


def _is_left_out() -> pl.Expr:
    silent = pl.col("status_text").is_in([*SILENT, "Clear"])
    return (silent & ~pl.col("on_list")).fill_null(False)


_EARLY = pl.datetime(1970, 1, 1, time_unit="us", time_zone="UTC")


def _line_table(histories: Histories) -> pl.LazyFrame:
    """Running counts over every line, played or not: numbers of lines, of the last one played, and of this stay."""
    by = ["player_id", "epoch"]
    moved = (pl.col("team_id") != pl.col("team_id").shift(1)).fill_null(True).over(by)
    return (
        histories.players.rows.lazy()
        .select(*by, "effective_ts", "tip_ts", "game_id", "as_of_ts", "played", line_team_id="team_id", moved=moved)
        .with_columns(
            line_no=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(by),
            stay=pl.col("moved").cast(pl.Int32).cum_sum().over(by),
            line_as_of_ts=pl.col("as_of_ts").cum_max().over(by),
        )
        .with_columns(
            line_no_played=pl.when("played").then("line_no").forward_fill().over(by),
            stay_games=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over([*by, "stay"]),
        )
        .drop("moved", "stay", "as_of_ts", "played")
    )
