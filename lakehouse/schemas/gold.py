"""Gold: what runs produce."""

from __future__ import annotations

import dataframely as dy

from lakehouse.schemas.columns import Fact, count, flag, game_key, instant, number, player_key, prob, team_key, text


class RunOutput(dy.Schema):
    """The keys every output of a run carries."""

    run_id = text("run that produced the row", primary_key=True)
    run_ts = instant("instant the run knew the world at")
    game_id = game_key(primary_key=True)
    team_id = team_key()
    player_id = player_key(primary_key=True)


class Minutes(RunOutput):
    """The minutes model: probability of playing, and quantiles with (unconditional) and without (_cond) its mass at 0."""

    play_prob = prob("probability that he plays")
    minutes_mean = number("unconditional mean, minutes", nullable=False)
    minutes_p05 = number("unconditional 5% quantile, minutes", nullable=False)
    minutes_p10 = number("unconditional 10% quantile, minutes", nullable=False)
    minutes_p25 = number("unconditional 25% quantile, minutes", nullable=False)
    minutes_p50 = number("unconditional median, minutes", nullable=False)
    minutes_p75 = number("unconditional 75% quantile, minutes", nullable=False)
    minutes_p90 = number("unconditional 90% quantile, minutes", nullable=False)
    minutes_p95 = number("unconditional 95% quantile, minutes", nullable=False)
    minutes_mean_cond = number("mean given that he plays, minutes", nullable=False)
    minutes_p05_cond = number("5% quantile given that he plays, minutes", nullable=False)
    minutes_p10_cond = number("10% quantile given that he plays, minutes", nullable=False)
    minutes_p25_cond = number("25% quantile given that he plays, minutes", nullable=False)
    minutes_p50_cond = number("median given that he plays, minutes", nullable=False)
    minutes_p75_cond = number("75% quantile given that he plays, minutes", nullable=False)
    minutes_p90_cond = number("90% quantile given that he plays, minutes", nullable=False)
    minutes_p95_cond = number("95% quantile given that he plays, minutes", nullable=False)
    play_prob_rule = text("model, or the declared prior that set play_prob: out, off_list, delisted")
    feature_as_of_ts = instant("latest stamp of the facts in the row's features")


class Rates(RunOutput):
    """Per-minute rates and shooting probabilities of the twelve heads."""

    fga2_rate = number("two-point attempts per minute", nullable=False)
    fga3_rate = number("three-point attempts per minute", nullable=False)
    fta_rate = number("free-throw attempts per minute", nullable=False)
    oreb_rate = number("offensive rebounds per minute", nullable=False)
    dreb_rate = number("defensive rebounds per minute", nullable=False)
    ast_rate = number("assists per minute", nullable=False)
    stl_rate = number("steals per minute", nullable=False)
    blk_rate = number("blocks per minute", nullable=False)
    tov_rate = number("turnovers per minute", nullable=False)
    fg2_prob = prob("probability of making a two")
    fg3_prob = prob("probability of making a three")
    ft_prob = prob("probability of making a free throw")


class SimPlayers(RunOutput):
    """The simulation, a row a player: unconditional (a world in which he sits counts as 0)."""

    worlds = dy.Int32(min=1, description="simulated worlds")
    sim_play_prob = prob("share of worlds in which he plays")
    minutes_sim_mean = number("mean minutes", nullable=False)
    minutes_sim_std = number("standard deviation of minutes", nullable=False)
    minutes_sim_p10 = number("10% quantile of minutes", nullable=False)
    minutes_sim_p50 = number("median of minutes", nullable=False)
    minutes_sim_p90 = number("90% quantile of minutes", nullable=False)
    pts_mean = number("mean points", nullable=False)
    reb_mean = number("mean rebounds", nullable=False)
    ast_mean = number("mean assists", nullable=False)
    stl_mean = number("mean steals", nullable=False)
    blk_mean = number("mean blocks", nullable=False)
    tov_mean = number("mean turnovers", nullable=False)
    fg3m_mean = number("mean threes made", nullable=False)
    double_double_prob = prob("probability of a double-double")
    triple_double_prob = prob("probability of a triple-double")
    dk_fpts_mean = number("mean DraftKings points", nullable=False)
    dk_fpts_std = number("standard deviation of DraftKings points", nullable=False)
    dk_fpts_p05 = number("5% quantile of DraftKings points", nullable=False)
    dk_fpts_p10 = number("10% quantile of DraftKings points", nullable=False)
    dk_fpts_p25 = number("25% quantile of DraftKings points", nullable=False)
    dk_fpts_p50 = number("median DraftKings points", nullable=False)
    dk_fpts_p75 = number("75% quantile of DraftKings points", nullable=False)
    dk_fpts_p90 = number("90% quantile of DraftKings points", nullable=False)
    dk_fpts_p95 = number("95% quantile of DraftKings points", nullable=False)


class Projections(Minutes):
    """What a person builds lineups from: names, the minutes model and the simulated DraftKings points."""

    player_name = text("player", nullable=True)
    team = text("tricode", nullable=True)
    opponent = text("tricode of the other team", nullable=True)
    tip_ts = instant("tip of his game as known at the run")
    status = text("newest status known for the game, or why there is none")
    minutes_sim_mean = number("mean minutes over the worlds", nullable=False)
    dk_fpts_mean = number("mean DraftKings points", nullable=False)
    dk_fpts_std = number("standard deviation of DraftKings points", nullable=False)
    dk_fpts_p05 = number("5% quantile of DraftKings points", nullable=False)
    dk_fpts_p10 = number("10% quantile of DraftKings points", nullable=False)
    dk_fpts_p25 = number("25% quantile of DraftKings points", nullable=False)
    dk_fpts_p50 = number("median DraftKings points", nullable=False)
    dk_fpts_p75 = number("75% quantile of DraftKings points", nullable=False)
    dk_fpts_p90 = number("90% quantile of DraftKings points", nullable=False)
    dk_fpts_p95 = number("95% quantile of DraftKings points", nullable=False)


class PredictionLog(RunOutput):
    """Every prediction ever made, to be scored when its game is final."""

    cut_ts = instant("instant its facts were cut at: the run's, or the tip if earlier")
    tip_ts = instant("tip as known at the run")
    knowledge = text("observed or published")
    model_id = text("model that made it")
    feature_digest = text("digest of the run's feature frame")
    feature_as_of_ts = instant("latest stamp of the facts in the row's features")
    play_prob = prob("probability that he plays")
    minutes_p50 = number("unconditional median, minutes", nullable=False)
    minutes_p50_cond = number("median given that he plays, minutes", nullable=False)
    dk_fpts_mean = number("mean DraftKings points", nullable=False)


class PretipSnapshots(dy.Schema):
    """A part of what the lake knew of a game or a draft group at one moment; written once, never again."""

    snapshot_id = text("such as '0022500001@T-15' or 'dg12345@lock'; '#2' where its start moved", primary_key=True)
    part = text("schedule, injuries, odds, rosters, lineups or draftables", primary_key=True)
    subject_kind = text("game or draft_group", check=lambda c: c.is_in(("game", "draft_group")))
    subject_id = text("NBA game id, or DraftKings draft group as text")
    moment = text("T-15, tip or lock", check=lambda c: c.is_in(("T-15", "tip", "lock")))
    at_ts = instant("instant whose knowledge it is, as the start was known then")
    knowledge = text("observed")
    rows = dy.Int64(min=0, description="rows of the part; 0 where nothing was known")
    body = dy.Binary(description="the rows as an Arrow IPC file, uncompressed")
    body_sha256 = text("SHA-256 of the body", min_length=64, max_length=64)
    pins = text("log entry and version of every table at the instant, as canonical JSON")
    written_ts = instant("when it was written")
    is_late = flag("written more than five minutes after the instant, by time travel")


class Labels(Fact):
    """What a player did in a final game that sums right; a row is a listed player, and no row of a game is ever changed.

    A correction is a later version, known from its own stamp on; the first stays. `bronze_batch` is the batch that froze
    it, `source`, `body_sha256` and `parser_version` those of his box-score line.
    """

    game_id = game_key()
    player_id = player_key()
    team_id = team_key()
    season = text("season label")
    season_type = text("kind of game; never pre-season or All-Star")
    game_date = dy.Date(description="Eastern date of the game")
    minutes = dy.Float64(min=0.0, description="minutes on the floor; 0 where he did not play")
    played = flag("was on the floor")
    starter = flag("in the starting five; unknown where the source does not say", nullable=True)
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
    dk_fpts = number("DraftKings points; 0 where he did not play, unknown where a count is")
    version = dy.Int32(min=1, description="1 for the first, one more for each correction")
    label_frozen_ts = instant("when it was frozen")


class Accuracy(dy.Schema):
    """A figure of an evaluation: how good predictions of past games were; the figures of one evaluation share its id."""

    evaluation_id = text("digest of the whole evaluation", primary_key=True)
    made_ts = instant("when it was made")
    tier = text(
        "A: observed status, B: proxy availability, C: history only; or anchor, beside the earlier system",
        primary_key=True,
    )
    first_day = dy.Date(description="first Eastern date of the games")
    last_day = dy.Date(description="last Eastern date of the games")
    at = text("instant of the predictions, such as T-15", primary_key=True)
    population = text("whose predictions; 'played' is chosen by the outcome", primary_key=True)
    population_digest = text("digest of the table of them", min_length=64, max_length=64)
    metric = text("what the figure measures", primary_key=True)
    bucket = text("all, or a part of the population, such as 'role: starter'", primary_key=True)
    method = text(
        "model, a baseline, oracle or anchor; or 'model less' one of them, on identical rows", primary_key=True
    )
    value = number("the figure")
    low = number("lower end of its 95% interval, by bootstrap over games")
    high = number("upper end of its 95% interval")
    n = dy.Int64(min=0, description="rows")
    games = dy.Int64(min=0, description="games")
    model_id = text("models that made the predictions, joined by commas")
    code_version = text("code that made and scored them")
