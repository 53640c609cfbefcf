"""A model's card as lines for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.output import cell
from lakehouse.clock import iso
from models.card import flatten

# A longer list, such as the shifts of a bucket, is written as its range.
LONGEST_LIST = 4


def card_lines(card: Mapping[str, Any]) -> list[str]:
    """What `pretip models show` prints."""
    state = "in use" if card["in_use"] else "not in use"
    windows = [
        f"{name} {span.get('from', 'nothing')} to {span.get('to', 'nothing')}" for name, span in card["window"].items()
    ]
    horizons = card["horizons"]
    cuts = "at " + ", ".join(f"T-{horizon}" for horizon in horizons) if horizons else "at horizons not recorded"
    lines = [
        f"model {card['model_id']} ({card['head']}), {state}",
        f"trained {iso(card['trained_ts'])} on what was known before {iso(card['until_ts'])}; "
        f"knows nothing after {iso(card['knowledge_until'])}",
        f"code {card['code_version']}, pinned to entry {card['pins']} of the log",
        f"{card['rows']:,} rows {cuts}; {'; '.join(windows)}",
        f"{card['features']} features, "
        + ("those of this version" if card["features_are_todays"] else "not those of this version"),
        _proxy_line(card),
        f"gate: {gate_words(card['gate']) or 'not recorded'}",
    ]
    figures = {**card, "gate": {name: value for name, value in card["gate"].items() if name != "reasons"}}
    for part in ("metrics", "gate", "proxy", "proxy_cost", "parameters", "fitted", "null_rates"):
        if figures[part]:
            lines += [
                f"{part.replace('_', ' ')}:",
                *(f"  {name}: {_value(value)}" for name, value in flatten(figures[part]).items()),
            ]
    lines.append(f"holes declared when it was trained: {len(card['holes']) or 'none'}")
    lines += ["  " + ", ".join(f"{name} {value}" for name, value in hole.items()) for hole in card["holes"]]
    lines.append("promotions:" if card["promotions"] else "promotions: none")
    lines += [f"  {iso(one['promoted_ts'])}: {one['reason']}" for one in card["promotions"]]
    return lines


def gate_words(gate: Mapping[str, Any]) -> str:
    """What the gate said of a model, in one line; empty where nothing is recorded."""
    if "reasons" not in gate:
        return ""
    if gate["reasons"]:
        return f"refused: {'; '.join(gate['reasons'])}"
    is_judged = len(gate.keys() - {"reasons", "rows"}) > 0
    return f"passed on {gate['rows']:,.0f} rows" if is_judged else "passed, too few rows to judge"


def _proxy_line(card: Mapping[str, Any]) -> str:
    if not card["proxies"]:
        return "no proxies were used"
    share = card["proxy"].get("share")
    return "proxies were used" + (
        f": {share:.1%} of the rows" if share is not None else ": how many rows is not recorded"
    )


def _value(value: Any) -> str:
    if isinstance(value, list) and len(value) > LONGEST_LIST and all(isinstance(one, int | float) for one in value):
        return f"{len(value)} from {cell(min(value))} to {cell(max(value))}"
    return cell(value)
