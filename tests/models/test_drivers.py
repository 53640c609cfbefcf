"""Drivers sum to what the boosters say, name what matters, and leave the order of rows alone."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from lakehouse.errors import BadInput
from models.drivers import MINUTES, PLAY, find_drivers
from models.fit import Fit
from models.guards import KEY
from models.mixture import LEVELS
from models.teams import TEAM_NAMES
from tests.models.league import FEATURES


@pytest.fixture(scope="session")
def rows(training: pl.DataFrame) -> pl.DataFrame:
    some = training.filter(pl.col("cut_id") == 15).head(40)
    return some.with_columns(noise=pl.when(pl.col("player_id") == 1).then(None).otherwise("noise"))


def test_contributions_sum_to_the_raw_prediction(fit: Fit, rows: pl.DataFrame) -> None:
    plain = fit.model.without_touches()
    drivers = find_drivers(fit.model, rows)
    assert drivers["feature"].unique().sort().to_list() == sorted((*FEATURES.names, *TEAM_NAMES))
    assert len(drivers) == len(rows) * len(plain.inputs.names) * 2
    summed = drivers.group_by(*KEY, "head").agg(
        total=pl.col("contribution").sum() + pl.col("base").first(), bases=pl.col("base").n_unique()
    )
    assert (summed["bases"] == 1).all()
    said = plain.raw(rows)
    prob = said.play["play_prob"].to_numpy()
    expected = {PLAY: np.log(prob) - np.log1p(-prob), MINUTES: said.quantiles[:, LEVELS.index(0.5)]}
    for head, raw in expected.items():
        ours = rows.select(KEY).join(summed.filter(head=head), on=KEY, how="left", maintain_order="left")
        # The quantiles are sorted and kept within bounds afterwards.
        assert np.allclose(ours["total"].to_numpy(), raw, rtol=0.0, atol=1e-9 if head == PLAY else 1.0)
        assert np.median(np.abs(ours["total"].to_numpy() - raw)) < 1e-9


def test_a_players_drivers_are_the_same_among_his_team_alone(fit: Fit, rows: pl.DataFrame) -> None:
    team = rows.filter((pl.col("game_id") == rows["game_id"][0]) & (pl.col("team_id") == 1))
    whole = find_drivers(fit.model, rows).join(team, on=KEY, how="semi", maintain_order="left")
    assert find_drivers(fit.model, team).equals(whole)


def test_the_largest_comes_first_and_values_are_the_rows(fit: Fit, rows: pl.DataFrame) -> None:
    drivers = find_drivers(fit.model, rows)
    one = drivers.filter(game_id=rows["game_id"][-1], player_id=rows["player_id"][-1], head=MINUTES)
    sizes = one["contribution"].abs().to_list()
    assert sizes == sorted(sizes, reverse=True)
    assert one["feature"][0] in ("form_minutes", *TEAM_NAMES)
    values = dict(one.select("feature", "value").iter_rows())
    assert values["form_minutes"] == rows["form_minutes"][-1]
    unknown = drivers.filter((pl.col("player_id") == 1) & (pl.col("feature") == "noise"))
    assert unknown["value"].null_count() == len(unknown) > 0


def test_the_order_of_rows_plays_no_part(fit: Fit, rows: pl.DataFrame) -> None:
    assert find_drivers(fit.model, rows.reverse()).equals(find_drivers(fit.model, rows))
    assert find_drivers(fit.model, rows.clear()).is_empty()


def test_a_missing_feature_is_named(fit: Fit, rows: pl.DataFrame) -> None:
    with pytest.raises(BadInput, match="noise"):
        find_drivers(fit.model, rows.drop("noise"))
