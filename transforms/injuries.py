"""Official injury reports at a cut: the newest whole report that covers the game's date, then its rows."""

from __future__ import annotations

import polars as pl

from lakehouse.gate import known_by, newest
from lakehouse.identity import normalise_name
from transforms.facts import CUT, Facts, attach_report, report_steps
from transforms.names import name_keys, resolve_players, team_names
from transforms.reasons import REASON_COLUMNS, read_reasons

SUBMITTED, NOT_SUBMITTED, UNKNOWN = "submitted", "not_submitted", "unknown"
# What a report that a team has submitted says of whom it does not list.
CLEAR = "Clear"
_SIDE = [*CUT, "team_id"]
_REPORT = [*_SIDE, "report_ts"]


def team_reports(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """What the newest covering report says of each team: [game_id, cut_id, team_id, report_state, injury_as_of_ts].

    `sides` is transforms.schedule.team_sides. A report covers every game of each game date it prints: a team of a
    covered game without a NOT YET SUBMITTED line has submitted. `report_state` is submitted, not_submitted, or unknown
    where no covering report was known. `injury_as_of_ts` is the first stamp, known then, of the report's lines.
    """
    covered = _covered(view, sides)
    unsubmitted = (
        _said(view, covered)
        .filter(pl.col("row_kind") == "team_not_yet_submitted")
        .select(*CUT, "team_id", unsubmitted=pl.lit(True))
        .unique()
    )
    state = (
        pl.when(pl.col("report_ts").is_null())
        .then(pl.lit(UNKNOWN))
        .when(pl.col("unsubmitted").is_not_null())
        .then(pl.lit(NOT_SUBMITTED))
        .otherwise(pl.lit(SUBMITTED))
    )
    return (
        covered.join(unsubmitted, on=[*CUT, "team_id"], how="left")
        .select(*CUT, "team_id", report_state=state, injury_as_of_ts="report_as_of_ts")
        .sort(*CUT, "team_id")
    )


def player_reports(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """The players the newest covering report lists: [game_id, cut_id, team_id, player_id, injury_status, reason].

    Names that no decision resolves, or that two players share, are left out.
    """
    lines = _said(view, _covered(view, sides)).filter(pl.col("row_kind") == "player")
    return (
        resolve_players(lines, name_keys(view), "entry", "cut_ts")
        .filter(pl.col("player_id").is_not_null())
        .sort(*CUT, "team_id", "player_id", "entry", "matchup")
        .unique([*CUT, "team_id", "player_id"], keep="last", maintain_order=True)
        .select(*CUT, "team_id", "player_id", injury_status="current_status", reason="reason")
    )


def injuries_known(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """What the newest covering report says of each team and of each player it lists, and since when.

    Columns: game_id, cut_id, team_id, entry (the player as printed), player_id (null where no decision names one),
    injury_status (Out, Doubtful, Questionable, Probable or Available), reason and its parts (`REASON_COLUMNS`),
    report_state (as in `team_reports`), status_since_ts (report_ts of the first of the unbroken run of covering
    reports, up to the newest, that give him this status), previous_status (what the report before that run said:
    another status, 'Clear' where his team had submitted without him, null where nothing was said), report_ts,
    injury_as_of_ts and body_sha256 of the line, or of the report where there is none.

    Sorted by (game_id, cut_id, team_id, entry). A team that lists nobody has one row, whose entry is null. Reports are
    those known at the cut, each as corrected by then; a report about another date of the game is another matter.
    """
    told = _told(view, sides).collect().lazy()
    lines = _player_lines(view, _said(view, told)).collect().lazy()
    newest_report = told.filter(pl.col("back") == 0)
    standing = _standing(lines, told)
    teams = sides.select(_SIDE).join(
        newest_report.select(*_REPORT, "report_state", "report_as_of_ts", "report_sha256"), on=_SIDE, how="left"
    )
    rows = teams.join(standing, on=_REPORT, how="left", nulls_equal=False).select(
        *_SIDE,
        "entry",
        "player_id",
        "injury_status",
        "reason",
        pl.col("report_state").fill_null(UNKNOWN),
        "status_since_ts",
        "previous_status",
        "report_ts",
        injury_as_of_ts=pl.coalesce("as_of_ts", "report_as_of_ts"),
        body_sha256=pl.coalesce("body_sha256", "report_sha256"),
    )
    return (
        read_reasons(rows)
        .select(
            *_SIDE, "entry", "player_id", "injury_status", "reason", *REASON_COLUMNS, "report_state",
            "status_since_ts", "previous_status", "report_ts", "injury_as_of_ts", "body_sha256",
        )
        .sort(*_SIDE, "entry")
    )  # fmt: skip


def _told(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """Every report of the game's date known at the cut, one row a side.

    Columns: those of the side, report_ts, report_as_of_ts and report_sha256 (of its newest version), report_state, and
    `back`: how many reports came after it, 0 for the newest.
    """
    rows = view.rows("silver.injury_reports")
    versions = rows.select("game_date", "report_ts", "as_of_ts", "body_sha256", "available_ts").unique()
    reports = (
        known_by(versions, sides.select(*_SIDE, "cut_ts", "game_date"), ["game_date"])
        .sort(*_REPORT, "as_of_ts", "body_sha256", descending=[False] * 4 + [True, False])
        .unique(_REPORT, keep="first", maintain_order=True)
        .select(*_REPORT, report_as_of_ts="as_of_ts", report_sha256="body_sha256")
        .join(sides.select(*_SIDE, "cut_ts", "game_date", "home_team", "away_team"), on=_SIDE)
    )
    unsubmitted = (
        _said(view, reports)
        .filter(pl.col("row_kind") == "team_not_yet_submitted")
        .select(*_REPORT, unsubmitted=pl.lit(True))
        .unique()
    )
    state = pl.when("unsubmitted").then(pl.lit(NOT_SUBMITTED)).otherwise(pl.lit(SUBMITTED))
    later = pl.col("report_ts").rank("dense", descending=True).over(_SIDE).cast(pl.Int64)
    return reports.join(unsubmitted, on=_REPORT, how="left").with_columns(report_state=state, back=later - 1)


def _player_lines(view: Facts, said: pl.LazyFrame) -> pl.LazyFrame:
    """The players' lines of each report; `who` is his id, or his printed name where no decision names him.

    Of two lines that mean one player the last by printed name and matchup stands, as in `player_reports`.
    """
    lines = said.filter(pl.col("row_kind") == "player")
    who = pl.coalesce(pl.col("player_id").cast(pl.String), "entry")
    return (
        resolve_players(lines, name_keys(view), "entry", "cut_ts")
        .with_columns(who=who)
        .sort(*_REPORT, "who", "entry", "matchup")
        .unique([*_REPORT, "who"], keep="last", maintain_order=True)
        .select(*_REPORT, "who", "entry", "player_id", "reason", "as_of_ts", "body_sha256", said="current_status")
    )


def _standing(lines: pl.LazyFrame, told: pl.LazyFrame) -> pl.LazyFrame:
    """The lines of the newest report of each side, with injury_status, status_since_ts and previous_status."""
    one = [*_SIDE, "who"]
    history = lines.join(told.select(*_REPORT, "back"), on=_REPORT)
    current = history.filter(pl.col("back") == 0).drop("back").rename({"said": "injury_status"})
    run = (
        history.join(current.select(*one, "injury_status"), on=one)
        .filter(pl.col("said").eq_missing(pl.col("injury_status")))
        .sort(*one, "back")
        .filter(pl.col("back") == pl.int_range(pl.len(), dtype=pl.Int64).over(one))
        .group_by(one)
        .agg(pl.col("report_ts").min().alias("status_since_ts"), pl.len().cast(pl.Int64).alias("back"))
    )
    silence = pl.when(pl.col("report_state") == SUBMITTED).then(pl.lit(CLEAR))
    before = (
        run.join(told.select(*_SIDE, "back", "report_state"), on=[*_SIDE, "back"], how="left")
        .join(history.select(*one, "back", "said", listed=pl.lit(True)), on=[*one, "back"], how="left")
        .select(*one, "status_since_ts", previous_status=pl.when("listed").then("said").otherwise(silence))
    )
    return current.join(before, on=one, how="left")


def _covered(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """`sides` with the newest report of the game's date known at the cut, and its first stamp known then."""
    rows = view.rows("silver.injury_reports")
    report = ["game_date", "report_ts"]
    stamps = (
        rows.group_by(*report, "available_ts")
        .agg(pl.col("as_of_ts").min())
        .sort("available_ts", *report)
        .select(*report, known_ts="available_ts", report_as_of_ts=pl.col("as_of_ts").cum_min().over(report))
    )
    covered = attach_report(sides, report_steps(rows, ["game_date"]), ["game_date"])
    return covered.join_asof(
        stamps, left_on="cut_ts", right_on="known_ts", by=report, strategy="backward", check_sortedness=False
    ).drop("known_ts")


def _said(view: Facts, reports: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of each side's reports for its own game: both the matchup and the team must be its own."""
    rows = view.rows("silver.injury_reports")
    entries = rows.with_columns(key=normalise_name(pl.col("team"))).join(team_names(), on="key").drop("key")
    wanted = reports.select(
        *CUT, "cut_ts", "team_id", "game_date", "report_ts", matchup=pl.format("{}@{}", "away_team", "home_team")
    )
    known = known_by(entries, wanted, ["report_ts", "game_date", "matchup", "team_id"])
    return newest(known, [*_REPORT, "entry"])
