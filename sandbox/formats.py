"""The history archive's files, version 1: names, columns and types (DESIGN section 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

_TS = pl.Datetime("us", "UTC")
_STR, _F, _I, _I32, _B, _D = pl.String(), pl.Float64(), pl.Int64(), pl.Int32(), pl.Boolean(), pl.Date()


def _columns(spec: str) -> dict[str, pl.DataType]:
    kinds = {"s": _STR, "f": _F, "i": _I, "n": _I32, "b": _B, "d": _D, "t": _TS, "l": pl.List(pl.String)}
    return {name: kinds[kind] for kind, name in (word.split(":") for word in spec.split())}


FORMATS: Mapping[str, Mapping[str, pl.DataType]] = {
    "games": _columns(
        "s:game_id s:season s:season_type d:game_date t:tip_ts s:tip_source i:home_team_id s:home_team i:away_team_id "
        "s:away_team n:home_score n:away_score s:score_source n:ot_periods n:game_status b:has_boxscore s:arena_name "
        "s:arena_city s:arena_state b:is_neutral f:attendance i:week_number s:game_label s:game_sublabel "
        "s:game_subtype s:postponed_status"
    ),
    "player_boxscores": _columns(
        "s:game_id s:season s:season_type d:game_date t:tip_ts i:player_id s:player_name i:team_id s:team "
        "i:opponent_team_id s:opponent b:is_home b:starter b:played s:roster_status s:dnp_comment s:position f:minutes "
        "b:minutes_is_seconds n:pts n:reb n:oreb n:dreb n:ast n:stl n:blk n:tov n:fgm n:fga n:fg3m n:fg3a n:ftm n:fta "
        "n:pf n:plus_minus s:wl s:stat_source s:minutes_source s:starter_source"
    ),
    "players": _columns(
        "i:player_id s:player_name d:first_game_in_pack l:seasons s:player_slug i:pi_team_id s:pi_team s:jersey_number "
        "s:pi_position s:pi_height s:pi_weight s:college s:country i:draft_year i:draft_round i:draft_number "
        "s:from_year s:to_year s:first_name s:last_name s:birth_date i:height_in i:weight_lbs i:guard i:forward "
        "i:center"
    ),
    "injury_reports": _columns(
        "t:report_ts s:ts_quality d:game_date s:game_time_et s:matchup s:team s:player_name s:current_status s:reason "
        "s:row_kind s:season s:source s:source_file t:report_ts_upper"
    ),
    "pregame_status": _columns(
        "t:observed_ts s:game_id d:game_date t:tip_ts i:team_id i:player_id s:player_name b:listed s:status "
        "b:projected_starter b:confirmed_starter"
    ),
    "odds_observed": _columns("s:game_id d:game_date t:tip_ts t:observed_ts f:spread_home f:total"),
    "odds_lines": _columns(
        "s:source s:season t:as_of s:event_id t:commence_time d:game_date_et s:home_tri s:away_tri s:book s:market "
        "f:line f:home_price f:away_price f:home_point f:away_point f:over_price f:under_price s:price_format "
        "t:book_last_update b:pregame"
    ),
    "odds_closing": _columns(
        "s:season d:game_date_et s:home_tri s:away_tri s:regular s:playoffs f:close_home_spread f:close_total "
        "f:moneyline_home f:moneyline_away"
    ),
    "linestar_salaries": _columns(
        "n:season_start i:period_id d:slate_date t:slate_first_tip i:salary_id i:player_id s:player_name s:team s:pos "
        "s:matchup t:tip_utc f:salary"
    ),
    "schedule_changes": _columns("s:game_id t:tip_ts s:status t:as_of_ts"),
    "rosters": _columns("d:game_date i:team_id s:team i:player_id s:player_name s:role t:as_of_ts"),
    "lineups": _columns("s:game_id i:team_id i:player_id s:player_name s:role t:as_of_ts"),
}


def frame(name: str, rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """Rows of the archive file `name`, in column order, instants as epoch seconds, as a frame of its exact types."""
    columns = FORMATS[name]
    loose = {column: pl.Int64() if kind == _TS else kind for column, kind in columns.items()}
    table = pl.DataFrame(rows, schema=loose, orient="row")
    return conform(name, table)


def conform(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """The columns of the archive file `name` in its order and types; missing ones are null, instants epoch seconds."""
    columns = FORMATS[name]
    return table.select(
        _typed(pl.col(column) if column in table.columns else pl.lit(None), kind, column)
        for column, kind in columns.items()
    )


def _typed(values: pl.Expr, kind: pl.DataType, column: str) -> pl.Expr:
    if kind == _TS:
        return (values.cast(pl.Int64) * 1_000_000).cast(_TS).alias(column)
    return values.cast(kind).alias(column)
