"""The minutes feature set: the spine, and for each of its rows every declared feature as known at the cut."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from features import availability, history, market, player, rest, role, team
from features.declared import Feature
from features.declared import schema_digest as digest_of
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
)
KEYS = ("game_id", "cut_id", "team_id", "player_id")
CONTEXT = (
    "cut_ts", "tip_ts", "game_date", "season", "season_type", "opponent_team_id", "is_home", "spine_source", "delisted",
    "status_text", "reason", "report_state", "play_rule", "feature_as_of_ts",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What stands in for unknown statuses and starters of a training set: rows keyed like the spine.

    `statuses`: game_id, team_id, player_id, status, available_ts. `starters`: game_id, team_id, player_id, starter,
    available_ts. Only rows available at a cut are used there, and only where nothing real was known.
    """

    statuses: pl.LazyFrame
    starters: pl.LazyFrame


def schema_digest() -> str:
    """Digest of the minutes feature set's declaration."""
    return digest_of(MINUTES_FEATURES)


def build_minutes_features(
    view: Facts,
    cuts: pl.LazyFrame,
    *,
    histories: Histories | None = None,
    lines: pl.DataFrame | None = None,
    proxies: Said | None = None,
) -> pl.DataFrame:
    """One row a spine player and cut, sorted by `KEYS`: keys, `CONTEXT`, then the declared features as Float64.

    `play_rule` is delisted, out or model. `feature_as_of_ts` is the latest stamp of any fact used in the game's rows,
    never null and never after the cut. `histories` and `lines` (of `lines_known`) are those of the view, where they are
    at hand. With `proxies` a column `is_proxy` says where one spoke. Raises BadInput if a
    step lost or doubled a row.
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
        said_frame = _fill_in(said_frame, rows, proxies)
    said = said_frame.lazy()
    rest_rows = rest.build_rest(frame, rest.team_rest(view, sides)).collect()
    facts = player.player_facts(view, frame).collect()
    families = [
        minutes,
        availability.build_availability(with_record, histories, played).collect(),
        availability.build_status(said).collect(),
        rest_rows,
        market.build_market(frame, odds).collect(),
        team.build_team(frame, team.team_form(histories, sides)).collect(),
        player.build_player(frame, facts.lazy(), rest_rows.lazy()).collect(),
        said_frame.drop("five_confirmed", "on_list"),
        facts.select("row", "player_as_of_ts", "bucket"),
    ]
    wide = _side_by_side(rows, families)
    wide = _side_by_side(wide, [role.build_role(wide.lazy()).collect()])
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
        "form_as_of_ts", "player_as_of_ts",
    ]  # fmt: skip
    rule = (
        pl.when("delisted")
        .then(pl.lit("delisted"))
        .when(pl.col("status_text") == "Out")
        .then(pl.lit("out"))
        .otherwise(pl.lit("model"))
    )
    names = [feature.name for feature in MINUTES_FEATURES]
    stamped = wide.with_columns(play_rule=rule, feature_as_of_ts=pl.max_horizontal(stamps).max().over(CUT))
    extra = ["is_proxy"] if with_proxy else []
    return stamped.select(*KEYS, *CONTEXT, *extra, *(pl.col(name).cast(pl.Float64) for name in names))


def _fill_in(said: pl.DataFrame, rows: pl.DataFrame, proxies: Said) -> pl.DataFrame:
    """Unknown statuses and starters from the proxies that were available at the cut; marks them `is_proxy`.

    A team of which a proxy status is known has, but for those ruled out, a clear list: as a submitted report would say.
    """
    keys = rows.lazy().select("row", *KEYS, "cut_ts")
    side = ["game_id", "team_id"]
    on = [*side, "player_id"]

    def at_cut(table: pl.LazyFrame, value: str) -> pl.LazyFrame:
        known = keys.join(table, on=on).filter(pl.col("available_ts") <= pl.col("cut_ts"))
        return (
            known.sort("row", "available_ts").unique("row", keep="last", maintain_order=True).select("row", proxy=value)
        )

    def teams(table: pl.LazyFrame, flag: str) -> pl.LazyFrame:
        seen = table.group_by(side).agg(pl.col("available_ts").min().alias("seen_ts"))
        known = keys.join(seen, on=side).filter(pl.col("seen_ts") <= pl.col("cut_ts"))
        return known.select("row", pl.lit(True).alias(flag))

    unknown = pl.col("status_text").is_in(["Unknown", "Not Submitted"])
    no_five = pl.col("five_known").is_null()
    starting = pl.col("starts").fill_null(False)
    return (
        said.lazy()
        .join(at_cut(proxies.statuses, "status").rename({"proxy": "proxy_status"}), on="row", how="left")
        .join(teams(proxies.statuses, "team_listed"), on="row", how="left")
        .join(at_cut(proxies.starters, "starter").rename({"proxy": "starts"}), on="row", how="left")
        .join(teams(proxies.starters, "team_started"), on="row", how="left")
        .with_columns(
            by_status=unknown & pl.col("team_listed").fill_null(False),
            by_starter=no_five & pl.col("team_started").fill_null(False),
        )
        .with_columns(
            status_text=pl.when("by_status").then(pl.col("proxy_status").fill_null("Clear")).otherwise("status_text"),
            projected=pl.when("by_starter").then(starting).otherwise("projected"),
            confirmed=pl.when("by_starter").then(starting).otherwise("confirmed"),
            five_confirmed=pl.when("by_starter").then(True).otherwise("five_confirmed"),
            five_known=pl.when("by_starter").then(5).otherwise("five_known"),
            is_proxy=pl.col("by_status") | pl.col("by_starter"),
        )
        .select(*said.columns, "is_proxy")
        .sort("row")
        .collect()
    )
