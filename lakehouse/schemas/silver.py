"""Silver: typed history, append-only, one row a version of a fact. Later versions never replace earlier ones."""

from __future__ import annotations

import dataframely as dy

from lakehouse.schemas.columns import Fact, count, flag, game_key, instant, number, player_key, team_key, text

GAME_STATUSES = ("scheduled", "postponed", "cancelled")
LINEUP_ROLES = ("projected_starter", "confirmed_starter", "bench", "out")


class Schedule(Fact):
    """A game as announced: teams, date and tip; a moved tip is a later version."""

    game_id = game_key()
    announcement = text("'season file', or the stamp of the change as ISO text")
    season = text("season label, such as '2025-26'")
    season_type = text("Regular Season, NBA Cup Final, Play-In, Playoffs, Preseason or All-Star")
    game_date = dy.Date(description="Eastern date of the tip")
    tip_ts = instant("scheduled start of the game, as this version has it")
    home_team_id = team_key("NBA id of the home team")
    away_team_id = team_key("NBA id of the visiting team")
    home_team = text("tricode of the home team", nullable=True)
    away_team = text("tricode of the visiting team", nullable=True)
    status = text("scheduled, postponed or cancelled", check=lambda c: c.is_in(GAME_STATUSES))
    arena_name = text("arena", nullable=True)
    is_neutral = flag("played on neutral ground", nullable=True)


class Results(Fact):
    """The final score of a game; there is no row before it is final."""

    game_id = game_key()
    home_score = count("points of the home team")
    away_score = count("points of the visiting team")
    ot_periods = count("overtime periods played")


class Boxscores(Fact):
    """A player's line in a final box score; `played` false is a listed player who did not play."""

    game_id = game_key()
    player_id = player_key()
    player_name = text("name as printed", nullable=True)
    season = text("season label")
    season_type = text("kind of game")
    game_date = dy.Date(description="Eastern date of the game")
    tip_ts = instant("tip of the game as the box score has it")
    team_id = team_key()
    opponent_team_id = team_key("NBA id of the other team")
    is_home = flag("his team is the home team")
    starter = flag("in the starting five; unknown where the source does not say", nullable=True)
    played = flag("was on the floor")
    roster_status = text("ACTIVE or INACTIVE as printed; unknown after 2025-01-08", nullable=True)
    position = text("starting position", nullable=True)
    minutes = dy.Float64(min=0.0, description="minutes on the floor")
    minutes_is_seconds = flag("minutes are known to the second (whole minutes in 2022-23)")
    pts = count("points")
    reb = count("rebounds")
    oreb = count("offensive rebounds")
    dreb = count("defensive rebounds")
    ast = count("assists")
    stl = count("steals")
    blk = count("blocks")
    tov = count("turnovers")
    fgm = count("field goals made")
    fga = count("field goals attempted")
    fg3m = count("threes made")
    fg3a = count("threes attempted")
    ftm = count("free throws made")
    fta = count("free throws attempted")
    pf = count("personal fouls")
    plus_minus = count("point margin while on the floor")


class Players(Fact):
    """Physical facts of a player; never his team or career length, which a later file tells with hindsight."""

    player_id = player_key()
    player_name = text("full name", nullable=True)
    first_name = text("first name", nullable=True)
    last_name = text("last name", nullable=True)
    birth_date = dy.Date(nullable=True, description="date of birth")
    height_in = count("height, inches")
    weight_lbs = count("weight, pounds")
    draft_year = count("year of the draft")
    draft_round = count("round of the draft")
    draft_number = count("overall pick")
    guard = flag("plays guard", nullable=True)
    forward = flag("plays forward", nullable=True)
    center = flag("plays centre", nullable=True)


class InjuryReports(Fact):
    """A line of an official injury report; a report is all rows of one report_ts."""

    report_ts = instant("stamp printed on the report")
    game_date = dy.Date(description="date printed for the game")
    game_time = text("time printed, such as '07:30 (ET)'", nullable=True)
    matchup = text("AWY@HOM as printed")
    team = text("full team name as printed")
    entry = text("player as printed, or NOT YET SUBMITTED")
    player_name = text("player as printed, 'Last, First'", nullable=True)
    current_status = text("Out, Doubtful, Questionable, Probable or Available", nullable=True)
    reason = text("reason as printed", nullable=True)
    row_kind = text("player or team_not_yet_submitted")


class StatusEvents(Fact):
    """A change of a player's listing for one game, as a live system saw it; silence is unknown."""

    observed_ts = instant("when the change was seen")
    game_id = game_key()
    team_id = team_key()
    player_id = player_key()
    player_name = text("name as seen", nullable=True)
    listed = flag("on his team's list for the game")
    status = text("Available, Probable, Questionable or Unknown", nullable=True)
    projected_starter = flag("named a projected starter", nullable=True)
    confirmed_starter = flag("named a confirmed starter", nullable=True)


class Rosters(Fact):
    """A player on a team's roster report; a report is all rows of one team and report_ts."""

    report_ts = instant("stamp of the report")
    game_date = dy.Date(description="Eastern date the report is for")
    team_id = team_key()
    player_id = player_key()
    player_name = text("name as printed", nullable=True)
    role = text("active or two_way", nullable=True)


class Lineups(Fact):
    """A player's place in a lineup report; a report is all rows of one game, team and report_ts."""

    report_ts = instant("stamp of the report")
    game_id = game_key()
    team_id = team_key()
    player_id = player_key()
    player_name = text("name as printed", nullable=True)
    role = text("projected_starter, confirmed_starter, bench or out", check=lambda c: c.is_in(LINEUP_ROLES))


class OddsLines(Fact):
    """A book's line for a game; the game is attached at read by date and tricodes where the feed has no game id."""

    feed = text("morning, observed, closing or oddstrader")
    event_key = text("the feed's own key of the game")
    line_key = text("the line's own stamp as ISO text, after 'open:' for an opening line, or 'closing'")
    game_id = game_key(nullable=True)
    game_date = dy.Date(description="Eastern date of the game as the feed has it")
    commence_ts = instant("start of the game as the feed has it", nullable=True)
    home_team = text("tricode of the home team", nullable=True)
    away_team = text("tricode of the visiting team", nullable=True)
    book = text("book, or 'consensus' where the feed names none")
    market = text("spread, total or moneyline", check=lambda c: c.is_in(("spread", "total", "moneyline")))
    line = number("home handicap (negative: home favoured) or total points")
    home_price = number("American price of the home side or the over")
    away_price = number("American price of the away side or the under")


class LinestarSalaries(Fact):
    """A player's DraftKings salary and position on a slate."""

    period_id = dy.Int64(description="Linestar period (a slate date)")
    salary_id = dy.Int64(description="Linestar salary row")
    linestar_player_id = dy.Int64(description="Linestar's own player id")
    player_name = text("name as printed")
    team = text("tricode as printed")
    pos = text("DraftKings positions, such as 'PF/C'")
    slate_date = dy.Date(description="date of the slate")
    slate_first_tip = instant("first tip of the slate")
    tip_ts = instant("tip of his game as the feed has it")
    matchup = text("matchup as printed")
    salary = dy.Float64(min=0.0, description="salary, dollars")


class LinestarContests(Fact):
    """A contest whose ownership was collected."""

    contest_id = dy.Int64(description="Linestar's own contest id")
    period_id = dy.Int64(description="Linestar period")
    contest_name = text("name of the contest", nullable=True)
    contest_type = dy.Int64(nullable=True, description="4 is a GPP, 1 a double-up")
    entries = dy.Int64(nullable=True, description="entries")
    buyin = number("entry fee, dollars")
    purse = number("prize pool, dollars")
    slate_date = dy.Date(description="date of the slate")
    own_quality = text("classic_ok, showdown_ok, six_slot_sum_unnamed or sum_off", nullable=True)
    largest_slate = flag("the largest slate of its period", nullable=True)


class LinestarActualOwnership(Fact):
    """A player's ownership in a contest, after it closed."""

    contest_id = dy.Int64(description="Linestar's own contest id")
    salary_id = dy.Int64(description="Linestar salary row")
    period_id = dy.Int64(description="Linestar period")
    linestar_player_id = dy.Int64(description="Linestar's own player id")
    player_name = text("name as printed")
    team = text("tricode as printed")
    slate_date = dy.Date(description="date of the slate")
    own_pct = number("ownership, percent, repaired")
    own_ambiguous = flag("the repair could not decide", nullable=True)
    own_quality = text("what the contest's sum says of the repair", nullable=True)


class LinestarScored(Fact):
    """DraftKings points a player scored, as Linestar printed them afterwards."""

    salary_id = dy.Int64(description="Linestar salary row")
    period_id = dy.Int64(description="Linestar period")
    linestar_player_id = dy.Int64(description="Linestar's own player id")
    player_name = text("name as printed")
    team = text("tricode as printed")
    slate_date = dy.Date(description="date of the slate")
    scored_fpts = number("DraftKings points")


class LinestarProjections(Fact):
    """Linestar's projections, collected after the games: for evaluation only."""

    salary_id = dy.Int64(description="Linestar salary row")
    period_id = dy.Int64(description="Linestar period")
    linestar_player_id = dy.Int64(description="Linestar's own player id")
    player_name = text("name as printed")
    team = text("tricode as printed")
    slate_date = dy.Date(description="date of the slate")
    proj_own_pct = number("projected ownership, percent, repaired")
    proj_fpts = number("projected DraftKings points")
    proj_equals_scored = flag("the projection is the result", nullable=True)


class AnchorMinutes(Fact):
    """Minutes quantiles the earlier system published: for evaluation only."""

    game_id = game_key()
    player_id = player_key()
    team_id = team_key()
    generated_ts = instant("when the earlier system made the prediction")
    run = text("its run")
    model = text("its model")
    status = text("status it used", nullable=True)
    play_prob = number("its probability of playing")
    minutes_p10 = number("its 10% quantile, minutes")
    minutes_p50 = number("its median, minutes")
    minutes_p90 = number("its 90% quantile, minutes")


class ProxyStatus(Fact):
    """What an INACTIVE line of a box score implies was public before tip, where no report survives: training only."""

    game_id = game_key()
    team_id = team_key()
    player_id = player_key()
    status = text("Out")


class ProxyStarters(Fact):
    """What a box score's starters imply was public before tip, where no lineup survives: training only."""

    game_id = game_key()
    team_id = team_key()
    player_id = player_key()
    starter = flag("in the starting five")


class Identity(Fact):
    """A decision that a source's key names one of our players or teams; append-only, pinned by every run."""

    kind = text("player or team, for names; such with a source, for its own numbers: 'player draftkings'")
    source_key = text("the key as the source prints it, normalised; a source's own number as text")
    nba_id = dy.Int64(min=1, description="NBA id it names")
    rule = text("how it was decided: exact-name, declared, 'alias: why' or 'alias-withdrawn: why'")


class Rejected(Fact):
    """A row that failed validation, kept with the reason."""

    table = text("table it was meant for")
    row_number = dy.Int64(description="row of the file, from 1")
    reason = text("rule it broke")
    row_json = text("the row as JSON")
