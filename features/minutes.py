"""The minutes feature set: the spine, and for each of its rows every declared feature as known at the cut."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from features import (
    absence,
    availability,
    history,
    market,
    player,
    rest,
    role,
    script,
    team,
    teammates,
    tonight,
)
from features.declared import Feature
from features.masks import Masks
from features.proxies import Said, fill_in
from features.window import read_window
from lakehouse.errors import BadInput
from transforms.boxscores import Histories, load_histories
from transforms.facts import CUT, Facts
from transforms.odds import lines_known
from transforms.schedule import games_known, team_sides
from transforms.spine import spine

MINUTES_FEATURES: tuple[Feature, ...] = (
    *history.FEATURES,
    *availability.FEATURES,
    *role.FEATURES,
    *rest.FEATURES,
    *market.FEATURES,
    *team.FEATURES,
    *player.FEATURES,
    *absence.FEATURES,
    *tonight.FEATURES,
    *teammates.FEATURES,
    *script.FEATURES,
)
KEYS = ("game_id", "cut_id", "team_id", "player_id")
CONTEXT = (
    "cut_ts", "tip_ts", "game_date", "season", "season_type", "opponent_team_id", "is_home", "spine_source", "delisted",
    "status_text", "reason", "report_state", "on_list", "play_rule", "feature_as_of_ts",
)  # fmt: skip


def build_minutes_features(
    view: Facts,
    cuts: pl.LazyFrame,
    *,
    histories: Histories | None = None,
    lines: pl.DataFrame | None = None,
    proxies: Said | None = None,
    masks: Masks | None = None,
) -> pl.DataFrame:
    """One row a spine player and cut, sorted by `KEYS`: keys, `CONTEXT`, then the declared features as Float64.

    `play_rule` is delisted, off_list, out or model. `feature_as_of_ts` is the latest stamp of any fact used in the game's rows,
    never null and never after the cut. `histories` and `lines` (of `lines_known`) are those of the view, where they are
    at hand. With `proxies` a column `is_proxy` says where one spoke; `masks` blanks what a run may miss. Raises BadInput
    if a step lost or doubled a row.
    """
    games = games_known(view, cuts).collect().lazy()
    sides = team_sides(games).collect().lazy()
    if histories is None:
        histories = load_histories(view, sides.select(pl.col("team_id").unique()).collect()["team_id"].to_list())
    known = sides.select(*CUT, "team_id", "tip_ts", "game_date", "season", "season_type", "schedule_as_of_ts")
    rows = (
        spine(view, cuts, histories)
        .join(known, on=[*CUT, "team_id"], how="left")
        .sort(KEYS)
        .with_row_index("row")
        .with_columns(season_start=pl.col("season").str.head(4).cast(pl.Int32))
        .collect()
    )
    frame = rows.lazy()
    histories = replace(histories, players=histories.players.of_groups(rows["player_id"].unique()))
    played = history.played_table(histories).collect().lazy()
    placed = histories.players.place(frame).collect().lazy()
    by_team = histories.teams.place(placed.rename({"epoch": "player_epoch"})).rename(
        {"epoch": "team_epoch", "player_epoch": "epoch"}
    )
    minutes = history.build_history(placed, played).collect()
    odds = lines_known(view, games) if lines is None else lines.lazy()
    with_record = by_team.join(minutes.lazy().select("row", "last_played_tip_ts", "played_no", "played_sum"), on="row")
    said_frame = availability.status_table(view, games, sides, frame).collect()
    if proxies is not None:
        said_frame = fill_in(said_frame, rows, proxies)
    if masks is not None:
        said_frame, odds = masks.blank_said(said_frame, rows), masks.blank_lines(odds.collect()).lazy()
    said = said_frame.lazy()
    window = read_window(histories, frame)
    rest_rows = rest.build_rest(frame, rest.team_rest(view, sides)).collect()
    facts = player.player_facts(view, frame).collect()
    families = [
        minutes,
        availability.build_availability(with_record, histories, played).collect(),
        availability.build_status(said).collect(),
        availability.build_lead(frame).collect(),
        absence.build_absence(frame, histories, window).collect(),
        absence.build_reasons(said).collect(),
        rest_rows,
        market.build_market(frame, odds).collect(),
        team.build_team(frame, team.team_form(histories, sides)).collect(),
        player.build_player(frame, facts.lazy(), rest_rows.lazy()).collect(),
        said_frame.drop("five_confirmed"),
        facts.select("row", "player_as_of_ts", "bucket"),
    ]
    wide = _side_by_side(rows, families)
    wide = _side_by_side(
        wide,
        [
            role.build_role(wide.lazy()).collect(),
            tonight.build_tonight(wide.lazy()).collect(),
            teammates.build_teammates(wide.lazy(), window).collect(),
            script.build_script(wide.lazy(), window).collect(),
        ],
    )
    return _finish(wide, proxies is not None)


def _side_by_side(rows: pl.DataFrame, families: list[pl.DataFrame]) -> pl.DataFrame:
    parts = [rows]
    for family in families:
        part = family.sort("row")
        if not part["row"].equals(rows["row"]):
            raise BadInput("A feature family lost or doubled rows of the spine; this is a defect of features/.")
        parts.append(part.drop("row"))
    return pl.concat(parts, how="horizontal")


def _finish(wide: pl.DataFrame, with_proxy: bool) -> pl.DataFrame:
    stamps = [
        "schedule_as_of_ts", "evidence_ts", "played_as_of_ts", "record_as_of_ts", "said_as_of_ts", "odds_as_of_ts",
        "form_as_of_ts", "player_as_of_ts", "absence_as_of_ts",
    ]  # fmt: skip
    rule = (
        pl.when("delisted")
        .then(pl.lit("delisted"))
        .when(pl.col("status_text") == availability.OFF_LIST)
        .then(pl.lit("off_list"))
        .when(pl.col("status_text") == "Out")
        .then(pl.lit("out"))
        .otherwise(pl.lit("model"))
    )
    names = [feature.name for feature in MINUTES_FEATURES]
    stamped = wide.with_columns(play_rule=rule, feature_as_of_ts=pl.max_horizontal(stamps).max().over(CUT))
    extra = ["is_proxy"] if with_proxy else []
    return stamped.select(*KEYS, *CONTEXT, *extra, *(pl.col(name).cast(pl.Float64) for name in names))
