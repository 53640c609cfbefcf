"""Names to NBA ids, by exact normalised key and nothing else: a wrong player is worse than an unknown one."""

from __future__ import annotations

from typing import Literal

import polars as pl

Kind = Literal["player", "team"]
# Beginning of the rule of a row that takes a decision back; a later row may give it again.
WITHDRAWN = "alias-withdrawn"

# Letters that no decomposition turns into ASCII; without these they would vanish from the key.
_LETTERS = {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}  # noqa: RUF001


def normalise_name(name: pl.Expr) -> pl.Expr:
    """The key of a printed name: ASCII letters and digits, lower case, in the order first name, last name, suffix.

    'Last, First' is turned round ('Payton II, Gary' is 'garypaytonii'); a suffix stays part of the key, because a
    father and a son are two players. A name that leaves nothing is null.
    """
    turned = name.str.replace(r"^\s*([^,]+),\s*(.+)$", "$2 $1")
    plain = turned.str.to_lowercase().str.replace_many(list(_LETTERS), list(_LETTERS.values())).str.normalize("NFKD")
    key = plain.str.to_lowercase().str.replace_all(r"[^a-z0-9]", "")
    return pl.when(key != "").then(key)


def in_force(identity: pl.LazyFrame) -> pl.LazyFrame:
    """Decisions (rows of silver.identity) that stand: one row a kind, key and id, the one that gave it first.

    Of several rows of one decision the last ingested says whether it stands.
    """
    by = ["kind", "source_key", "nba_id"]
    standing = ~pl.col("rule").str.starts_with(WITHDRAWN)
    order = [*by, "as_of_ts", "ingested_ts"]
    return (
        identity.sort("ingested_ts", "as_of_ts", maintain_order=True)
        .filter(standing.last().over(by))
        .sort(order, maintain_order=True)
        .filter(standing)
        .unique(by, keep="first", maintain_order=True)
    )


def resolve(
    frame: pl.LazyFrame, identity: pl.LazyFrame, column: str, kind: Kind, into: str | None = None
) -> pl.LazyFrame:
    """The frame, same rows in the same order, with the NBA id that `column` names: `player_id` or `team_id`, or `into`.

    `identity` holds the decisions to use (kind, source_key, nba_id), as a view's rows of silver.identity. The id is
    null where no decision names the key, and where two decisions name different ids under it.
    """
    target = into if into is not None else f"{kind}_id"
    decided = (
        identity.filter(pl.col("kind") == kind)
        .group_by(pl.col("source_key").alias("_key"))
        .agg(pl.col("nba_id").min().alias(target), pl.col("nba_id").n_unique().alias("_ids"))
        .filter(pl.col("_ids") == 1)
        .drop("_ids")
    )
    keyed = frame.with_columns(normalise_name(pl.col(column)).alias("_key"))
    return keyed.join(decided, on="_key", how="left", maintain_order="left").drop("_key")
