"""A model travels as a text, and refuses to be used where it does not belong."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from lakehouse.digest import text_digest
from lakehouse.errors import BadInput, LakeDamaged
from models.artifact import dump, load, model_id, require_features
from models.fit import Fit
from models.guards import FeatureSet
from models.predict import predict_minutes
from models.teams import TEAM_NAMES
from tests.models.league import FEATURES


def test_a_model_comes_back_whole(training: pl.DataFrame, fit: Fit) -> None:
    text = dump(fit.model)
    again = load(text, text_digest(text))
    assert again == fit.model
    assert dump(again) == text
    assert predict_minutes(again, training).equals(predict_minutes(fit.model, training))
    assert model_id(text) == text_digest(text)[:16]


def test_an_altered_text_is_refused(fit: Fit) -> None:
    text = dump(fit.model)
    with pytest.raises(LakeDamaged):
        load(text.replace("cap_minutes", "cap_Minutes"), text_digest(text))
    with pytest.raises(LakeDamaged):
        load("{}")
    with pytest.raises(LakeDamaged):
        load("not json")


@pytest.mark.parametrize(
    ("names", "word"),
    [
        (tuple(name for name in FEATURES.names if name != "noise"), "noise is missing"),
        ((*FEATURES.names, "mood"), "mood is new"),
        (FEATURES.names, "a declaration changed"),
    ],
)
def test_other_features_are_refused_by_name(fit: Fit, names: tuple[str, ...], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        require_features(fit.model, FeatureSet(names, "another digest"))


@pytest.mark.parametrize(
    ("names", "word"),
    [
        ((*TEAM_NAMES, "team_mood"), "team_mood is missing"),
        (TEAM_NAMES[:-1], f"{TEAM_NAMES[-1]} is new"),
        (tuple(reversed(TEAM_NAMES)), "a declaration changed"),
    ],
)
def test_other_features_of_the_team_are_refused_by_name_too(fit: Fit, names: tuple[str, ...], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        require_features(replace(fit.model, team_features=names), FEATURES)


def test_the_same_features_pass(fit: Fit) -> None:
    require_features(fit.model, FEATURES)
