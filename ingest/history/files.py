"""The files of the history archive, version 1: the columns read from each, their exact types and their ranges.

Columns that are not declared here may be present and are kept in bronze only. A rule named `column__what_is_wrong`
speaks for itself in the message of a refusal.
"""

# dataframely calls a rule with its schema class, which the linter takes for a method without self.
# ruff: noqa: N805

from __future__ import annotations

import dataframely as dy
import polars as pl

from lakehouse.schemas.columns import count, flag, game_key, instant, number, player_key, prob, team_key, text
from lakehouse.schemas.silver import GAME_STATUSES, LINEUP_ROLES

SEASON = r"^\d{4}-\d{2}$"
TRICODE = r"^[A-Z]{3}$"
SEASON_TYPES = ("Preseason", "Regular Season", "All-Star", "NBA Cup Final", "Play-In", "Playoffs")
INJURY_STATUSES = ("Out", "Doubtful", "Questionable", "Probable", "Available")
LISTING_STATUSES = ("Available", "Probable", "Questionable", "Doubtful", "Out", "Unknown")


def season() -> dy.String:
    """A season label."""
    return text("season, such as '2025-26'", regex=SEASON)


def season_type() -> dy.String:
    """The kind of game."""
    return text("kind of game", check=lambda c: c.is_in(SEASON_TYPES))


def points(description: str) -> dy.Int32:
    """A counting statistic of one game."""
    return count(description, min=0, max=300)


class ArchiveRow(dy.Schema):
    """What the reader adds to every file: where the row stood."""

    row_number = dy.Int64(min=1, description="row of the file, from 1")


class Games(ArchiveRow):
    """A game with its last known tip and, once final, its score."""

    game_id = game_key(primary_key=True)
    season = season()
    season_type = season_type()
    game_date = dy.Date(description="Eastern date of the tip")
    tip_ts = instant("tip")
    home_team_id = team_key()
    home_team = text("tricode", nullable=True, regex=TRICODE)
    away_team_id = team_key()
    away_team = text("tricode", nullable=True, regex=TRICODE)
    home_score = points("points of the home team")
    away_score = points("points of the visiting team")
    ot_periods = count("overtime periods", min=0, max=10)
    game_status = count("3 once final", min=1, max=3)
    has_boxscore = flag("the archive has its box score", nullable=True)
    arena_name = text("arena", nullable=True)
    is_neutral = flag("neutral ground", nullable=True)
    game_subtype = text("'in-season-knockout' from the Cup quarter-finals on", nullable=True)

    @dy.rule()
    def home_score__is_missing_though_the_game_is_final(cls) -> pl.Expr:
        return pl.col("game_status").ne_missing(3) | pl.col("home_score").is_not_null()

    @dy.rule()
    def away_score__is_missing_though_the_game_is_final(cls) -> pl.Expr:
        return pl.col("game_status").ne_missing(3) | pl.col("away_score").is_not_null()

    @dy.rule()
    def game_date__is_not_the_eastern_date_of_tip_ts(cls) -> pl.Expr:
        return pl.col("game_date") == pl.col("tip_ts").dt.convert_time_zone("America/New_York").dt.date()


class ScheduleChanges(ArchiveRow):
    """A tip or a status of a game, as announced at a known instant."""

    game_id = game_key(primary_key=True)
    tip_ts = instant("tip as announced")
    status = text("status", check=lambda c: c.is_in(GAME_STATUSES))
    as_of_ts = instant("when it was announced", primary_key=True)


class PlayerBoxscores(ArchiveRow):
    """A player's line in a final box score."""

    game_id = game_key(primary_key=True)
    player_id = player_key(primary_key=True)
    player_name = text("name", nullable=True)
    season = season()
    season_type = season_type()
    game_date = dy.Date(description="Eastern date of the game")
    tip_ts = instant("tip")
    team_id = team_key()
    team = text("tricode", nullable=True, regex=TRICODE)
    opponent_team_id = team_key()
    is_home = flag("home")
    starter = flag("in the starting five", nullable=True)
    played = flag("was on the floor")
    roster_status = text("as printed", nullable=True, check=lambda c: c.is_in(("ACTIVE", "INACTIVE")))
    position = text("starting position", nullable=True)
    minutes = dy.Float64(min=0.0, max=100.0, description="minutes")
    minutes_is_seconds = flag("known to the second")
    pts = points("points")
    reb = points("rebounds")
    oreb = points("offensive rebounds")
    dreb = points("defensive rebounds")
    ast = points("assists")
    stl = points("steals")
    blk = points("blocks")
    tov = points("turnovers")
    fgm = points("field goals made")
    fga = points("field goals attempted")
    fg3m = points("threes made")
    fg3a = points("threes attempted")
    ftm = points("free throws made")
    fta = points("free throws attempted")
    pf = points("fouls")
    plus_minus = count("point margin", min=-200, max=200)

    @dy.rule()
    def minutes__is_not_0_though_he_did_not_play(cls) -> pl.Expr:
        return pl.col("played") | (pl.col("minutes") == 0.0)

    @dy.rule()
    def game_date__is_not_the_eastern_date_of_tip_ts(cls) -> pl.Expr:
        return pl.col("game_date") == pl.col("tip_ts").dt.convert_time_zone("America/New_York").dt.date()


class Players(ArchiveRow):
    """A player; of these only physical facts are kept."""

    player_id = player_key(primary_key=True)
    player_name = text("name", nullable=True)
    first_name = text("first name", nullable=True)
    last_name = text("last name", nullable=True)
    first_game_in_pack = dy.Date(nullable=True, description="date of his first game in the archive")
    from_year = text("first season's start year", nullable=True, regex=r"^\d{4}$")
    birth_date = text("YYYY-MM-DD", nullable=True)
    height_in = dy.Int64(nullable=True, min=36, max=120, description="inches")
    weight_lbs = dy.Int64(nullable=True, min=80, max=600, description="pounds")
    draft_year = dy.Int64(nullable=True, min=1947, max=2200, description="year")
    draft_round = dy.Int64(nullable=True, min=0, max=30, description="round")
    draft_number = dy.Int64(nullable=True, min=0, max=300, description="pick")
    guard = dy.Int64(nullable=True, min=0, max=1, description="1 for a guard")
    forward = dy.Int64(nullable=True, min=0, max=1, description="1 for a forward")
    center = dy.Int64(nullable=True, min=0, max=1, description="1 for a centre")

    @dy.rule()
    def birth_date__is_not_a_date(cls) -> pl.Expr:
        return pl.col("birth_date").is_null() | pl.col("birth_date").str.to_date("%Y-%m-%d", strict=False).is_not_null()


class InjuryReports(ArchiveRow):
    """A line of an official injury report; a repeated line is a rejected row, not a broken file."""

    report_ts = instant("stamp printed")
    ts_quality = text("starts with 'exact' where the stamp is printed")
    game_date = dy.Date(description="date printed")
    game_time_et = text("time printed", nullable=True)
    matchup = text("AWY@HOM", regex=r"^[A-Z]{3}@[A-Z]{3}$")
    team = text("full team name", min_length=1)
    player_name = text("'Last, First'", nullable=True)
    current_status = text("status", nullable=True, check=lambda c: c.is_in(INJURY_STATUSES))
    reason = text("reason", nullable=True)
    row_kind = text("kind of row", check=lambda c: c.is_in(("player", "team_not_yet_submitted")))
    report_ts_upper = instant("latest instant the report can have been published")

    @dy.rule()
    def report_ts_upper__is_before_report_ts(cls) -> pl.Expr:
        return pl.col("report_ts_upper") >= pl.col("report_ts")

    @dy.rule()
    def player_name__is_missing_on_a_player_row(cls) -> pl.Expr:
        return (pl.col("row_kind") != "player") | pl.col("player_name").is_not_null()


class PregameStatus(ArchiveRow):
    """A change of a player's listing, as a live system saw it."""

    observed_ts = instant("when it was seen", primary_key=True)
    game_id = game_key(primary_key=True)
    team_id = team_key()
    player_id = player_key(primary_key=True)
    player_name = text("name", nullable=True)
    listed = flag("listed")
    status = text("status", nullable=True, check=lambda c: c.is_in(LISTING_STATUSES))
    projected_starter = flag("projected starter", nullable=True)
    confirmed_starter = flag("confirmed starter", nullable=True)


class Rosters(ArchiveRow):
    """A player on a roster report; all rows of one team and as_of_ts are one report."""

    game_date = dy.Date(description="Eastern date the report is for")
    team_id = team_key(primary_key=True)
    team = text("tricode", nullable=True, regex=TRICODE)
    player_id = player_key(primary_key=True)
    player_name = text("name", nullable=True)
    role = text("role", nullable=True, check=lambda c: c.is_in(("active", "two_way")))
    as_of_ts = instant("when it was published", primary_key=True)


class Lineups(ArchiveRow):
    """A player's place in a lineup report; all rows of one game, team and as_of_ts are one report."""

    game_id = game_key(primary_key=True)
    team_id = team_key(primary_key=True)
    player_id = player_key(primary_key=True)
    player_name = text("name", nullable=True)
    role = text("role", check=lambda c: c.is_in(LINEUP_ROLES))
    as_of_ts = instant("when it was published", primary_key=True)


class OddsLines(ArchiveRow):
    """A book's line at one snapshot of a morning."""

    as_of = instant("snapshot", primary_key=True)
    event_id = text("the feed's key of the game", primary_key=True)
    commence_time = instant("start as the feed has it")
    game_date_et = dy.Date(description="Eastern date")
    home_tri = text("tricode", regex=TRICODE)
    away_tri = text("tricode", regex=TRICODE)
    book = text("book", primary_key=True)
    market = text("market", primary_key=True, check=lambda c: c.is_in(("h2h", "spreads", "totals")))
    line = number("home handicap or total", min=-500.0, max=500.0)
    home_price = number("American price")
    away_price = number("American price")
    home_point = number("home handicap", min=-100.0, max=100.0)
    over_price = number("American price")
    under_price = number("American price")
    book_last_update = instant("the book's own stamp")

    @dy.rule()
    def as_of__is_before_the_book_s_own_update(cls) -> pl.Expr:
        return pl.col("as_of") >= pl.col("book_last_update")

    @dy.rule()
    def home_point__is_missing_on_a_spread(cls) -> pl.Expr:
        return (pl.col("market") != "spreads") | pl.col("home_point").is_not_null()

    @dy.rule()
    def line__is_missing_on_a_total(cls) -> pl.Expr:
        return (pl.col("market") != "totals") | pl.col("line").is_not_null()


class OddsObserved(ArchiveRow):
    """The spread and total a live system held."""

    game_id = game_key(primary_key=True)
    game_date = dy.Date(description="Eastern date")
    observed_ts = instant("when it was seen", primary_key=True)
    spread_home = number("home handicap", min=-100.0, max=100.0)
    total = number("total points", min=50.0, max=500.0)


class OddsClosing(ArchiveRow):
    """Closing spread, total and prices of a game."""

    game_date_et = dy.Date(description="Eastern date", primary_key=True)
    home_tri = text("tricode", primary_key=True, regex=TRICODE)
    away_tri = text("tricode", primary_key=True, regex=TRICODE)
    close_home_spread = number("home handicap", min=-100.0, max=100.0)
    close_total = number("total points", min=50.0, max=500.0)
    moneyline_home = number("American price")
    moneyline_away = number("American price")


class LinestarRow(ArchiveRow):
    """What the player files of Linestar share."""

    period_id = dy.Int64(min=1, description="slate date's period")
    slate_date = dy.Date(description="date of the slate")
    salary_id = dy.Int64(min=1, primary_key=True, description="player-slate")
    player_id = dy.Int64(min=1, description="Linestar's own player id")
    player_name = text("name")
    team = text("tricode")


class LinestarSalaries(LinestarRow):
    """Salary and position of a player on a slate."""

    slate_first_tip = instant("first tip of the slate")
    pos = text("positions")
    matchup = text("matchup")
    tip_utc = instant("tip of his game")
    salary = dy.Float64(min=0.0, max=100_000.0, description="dollars")


class LinestarScored(LinestarRow):
    """DraftKings points scored."""

    scored_fpts = number("points", min=-50.0, max=500.0)


class LinestarProjections(LinestarRow):
    """Projections collected after the games."""

    proj_own_fixed = number("projected ownership, percent", min=0.0, max=100.0)
    proj_fpts = number("projected points", min=-50.0, max=500.0)
    proj_fpts_equals_scored = flag("the projection is the result", nullable=True)
    scraped_at = instant("when it was collected")


class LinestarContests(ArchiveRow):
    """A contest."""

    contest_id = dy.Int64(min=1, primary_key=True, description="Linestar's own id")
    period_id = dy.Int64(min=1, description="slate date's period")
    contest_name = text("name", nullable=True)
    contest_type = dy.Int64(nullable=True, description="kind")
    entries = dy.Int64(nullable=True, min=0, description="entries")
    buyin = number("dollars", min=0.0)
    purse = number("dollars", min=0.0)
    slate_date = dy.Date(description="date of the slate")
    own_quality = text("what the ownership's sum says", nullable=True)
    largest_slate = flag("largest slate of its period", nullable=True)


class LinestarActualOwnership(LinestarRow):
    """Ownership of a player in a contest."""

    contest_id = dy.Int64(min=1, primary_key=True, description="Linestar's own id")
    actual_own_fixed = number("percent, repaired", min=0.0, max=100.0)
    own_ambiguous = flag("the repair could not decide", nullable=True)
    own_quality = text("what the ownership's sum says", nullable=True)


class LinestarPeriods(ArchiveRow):
    """A Linestar period: kept in bronze only."""

    period_id = dy.Int64(min=1, primary_key=True, description="period")


class AnchorMinutesPredictions(ArchiveRow):
    """Minutes quantiles the earlier system published."""

    game_id = game_key(primary_key=True)
    player_id = player_key(primary_key=True)
    team_id = team_key()
    status = text("status it used", nullable=True)
    play_prob = prob("its probability of playing", nullable=True)
    minutes_p10 = number("minutes", min=0.0, max=100.0)
    minutes_p50 = number("minutes", min=0.0, max=100.0)
    minutes_p90 = number("minutes", min=0.0, max=100.0)
    run = text("its run")
    generated_at = instant("when it was made", primary_key=True)
    model = text("its model")
