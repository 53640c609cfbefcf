"""A study as a page of Markdown: the same study gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from evaluation.nulls import most_different
from evaluation.report import TITLES, Report, figure_text
from evaluation.study import Study
from evaluation.tier import ANCHOR, Tier
from evaluation.tier import TITLES as TIER_TITLES
from models.measures import MODEL, PLAYED

_INTRO = """\
Made by `pretip evaluate page --out docs/accuracy-minutes.md`, or from a history archive by `make accuracy HISTORY=DIR`;
the same lake gives the same page.

Each figure is a mean over rows, with a 95% interval by bootstrap over games. Populations are chosen by what was known
at the instant: `rostered` is the spine; `listed` are those of it who are not delisted and are on the status feed's list
of their team, where it has one; `listed not Out` those of them not called Out; `dk pool` those in a DraftKings pool of
the day; where that is Linestar's, pulled afterwards, it leaves out most of those who sat, so that it is chosen by the
outcome too. `played` is chosen by the outcome: it describes, and alone it promotes nothing. A player who did not play has 0
minutes. P(plays) is scored where every sitting player is recorded. `oracle` is the same model told who plays and who
starts; the closer to it, the less is left to gain from news. The tiers rest on different knowledge and are never
averaged."""
_SHORT = {"rostered": "rostered", "listed": "listed", "listed_not_out": "listed not Out", "dk_pool": "dk pool"}


def write_page(study: Study) -> str:
    """The page."""
    walk, spine = study.walk, study.window.spine
    parts = [
        "# Accuracy of minutes",
        _INTRO,
        "## Bands",
        "The bands of the model, on each tier. `not judged`: too few rows.",
        *_failures(study.failures),
        _bands((study.window.tier, walk.proxy, walk.history)),
        *_tier(study.window.tier),
        f"The spine held {spine.recall:.1%} of {spine.listed:,} listed players and {spine.played_recall:.1%} of those "
        f"who played; {spine.precision:.1%} of its {spine.rows:,} rows were listed.",
        "### By horizon",
        _horizons((study.window.tier, *study.horizons)),
        *_anchor(study),
        *_tier(walk.proxy),
        *_tier(walk.history),
        "## Null rates",
        "Share of rows in which a feature is unknown: in the training rows of the last fold's model, and in what was "
        "predicted on each tier. Furthest apart first, then every feature.",
        _table(*_nulls_of(study, most_different(study.nulls).drop("apart").rows())),
        _table(*_nulls_of(study, study.nulls.rows())),
    ]
    return "\n\n".join(parts) + "\n"


def _tier(tier: Tier) -> Iterator[str]:
    spans = ", ".join(f"{first} to {last}" for first, last in tier.spans)
    yield f"## {tier.code}: {TIER_TITLES[tier.code]}"
    yield f"{spans}, at {tier.at}. Models: {', '.join(f'`{one}`' for one in tier.models)}."
    yield _populations(tier.report)
    yield _figures(tier.report)
    yield "### Against the baselines and the oracle"
    yield "The model's loss less the other's on identical rows; below 0 the model is better."
    yield _comparisons(tier.report)
    yield "### By bucket"
    yield _by_bucket(tier.report)
    yield "### Calibration"
    yield _reliability(tier.report)
    yield _pit(tier.report)


def _anchor(study: Study) -> Iterator[str]:
    anchor = study.anchor
    yield f"## {TIER_TITLES[ANCHOR][0].upper()}{TIER_TITLES[ANCHOR][1:]}"
    yield (
        "For each game the earlier system's last run before the tip, and ours at that very instant, on the rows that "
        f"both predicted; `{anchor.late}` is ours at the usual offset, which may be later. `anchor` is its median as "
        "printed, which holds given that he plays; `anchor mixture` the median of its mixture with its own P(plays). "
        f"{anchor.only_ours:,} rows of ours it did not predict, {anchor.only_theirs:,} of its we did not; "
        f"{anchor.earlier_runs:,} of its rows were of earlier runs of a game and are left out."
    )
    yield _populations(anchor.report)
    yield _figures(anchor.report)
    yield "The model's loss less the other's on identical rows; below 0 the model is better."
    yield _comparisons(anchor.report)


def _failures(failures: Sequence[str]) -> list[str]:
    return ["\n".join(f"- failure: {said}" for said in failures)] if failures else []


def _bands(tiers: Sequence[Tier]) -> str:
    judged = [{(one.band, one.bucket): one for one in tier.report.bands()} for tier in tiers]
    wanted = dict.fromkeys(key for found in judged for key in found)
    order = {band: at for at, band in enumerate(dict.fromkeys(band for band, _ in wanted))}
    lines = []
    for band, bucket in sorted(wanted, key=lambda key: (order[key[0]], _natural(key[1] or ""))):
        cells = []
        for found in judged:
            one = found.get((band, bucket))
            value = "" if one is None or one.value is None else f"{one.value:.3f} (n {one.n:,}) "
            cells.append("" if one is None else f"{value}{'**missed**' if one.verdict == 'missed' else one.verdict}")
        lines.append((_name(band.population), TITLES[band.metric], bucket or "", str(band), *cells))
    return _table(("population", "figure", "bucket", "band", *(tier.code for tier in tiers)), lines)


def _populations(report: Report) -> str:
    lines = [(_name(one.name), f"{len(one.table):,}", f"`{one.digest[:16]}`") for one in report.populations.values()]
    return _table(("population", "rows before scoring", "digest"), lines)


def _figures(report: Report) -> str:
    methods = list(dict.fromkeys(score.method for score in report.scores))
    found = {(one.population, one.metric, one.method): one.figure for one in report.scores}
    lines = []
    for population, metric in dict.fromkeys((one.population, one.metric) for one in report.scores):
        figures = [found.get((population, metric, method)) for method in methods]
        size = next(figure for figure in figures if figure is not None)
        lines.append((_name(population), TITLES[metric], *map(figure_text, figures), f"{size.n:,}", f"{size.games:,}"))
    return _table(("population", "figure", *(method.replace("_", " ") for method in methods), "n", "games"), lines)


def _comparisons(report: Report) -> str:
    methods = list(dict.fromkeys(one.baseline for one in report.comparisons))
    found = {(one.population, one.metric, one.baseline): one.difference for one in report.comparisons}
    kinds = dict.fromkeys(
        (one.population, one.metric) for one in report.comparisons if one.metric != "coverage_p10_p90"
    )
    lines = [
        (_name(population), TITLES[metric], *(figure_text(found.get((population, metric, one))) for one in methods))
        for population, metric in kinds
    ]
    return _table(("population", "figure", *(f"less {method.replace('_', ' ')}" for method in methods)), lines)


def _by_bucket(report: Report) -> str:
    wanted = (
        ("listed", "minutes_mae"), ("listed", "play_brier"), (PLAYED, "minutes_mae_cond"), (PLAYED, "coverage_p10_p90"),
    )  # fmt: skip
    ours = {
        (one.population, one.metric, one.bucket): one.figure
        for one in report.details
        if one.method == MODEL and (one.population, one.metric) in wanted
    }
    buckets = dict.fromkeys(bucket for _, _, bucket in ours)
    lines = []
    for bucket in sorted(buckets, key=lambda name: (_FAMILIES.index(name.split(":")[0]), name)):
        figures = [ours.get((*kind, bucket)) for kind in wanted]
        sizes = [f"{figure.n:,}" if figure is not None else "-" for figure in (figures[0], figures[2])]
        lines.append((bucket, *map(figure_text, figures), *sizes))
    heads = [f"{TITLES[metric]}, {_name(population)}" for population, metric in wanted]
    return _table(("bucket", *heads, "n listed", "n played"), lines)


def _reliability(report: Report) -> str:
    lines = [
        (f"{row['low']:.1f}-{row['high']:.1f}", f"{row['predicted']:.3f}", f"{row['observed']:.3f}", f"{row['n']:,}")
        for row in report.reliability
    ]
    return _table(("P(plays), listed", "said", "played", "n"), lines)


def _pit(report: Report) -> str:
    found = {(one.method, one.bucket): one.figure for one in report.details if one.metric == "pit_share"}
    methods = list(dict.fromkeys(method for method, _ in found))
    tenths = list(dict.fromkeys(bucket for _, bucket in found))
    lines = [(method, *(f"{found[method, tenth].value:.3f}" for tenth in tenths)) for method in methods]
    heads = [tenth.split(" ")[-1] for tenth in tenths]
    return _table(("share of the randomised PIT by tenth, listed", *heads), lines)


def _horizons(tiers: Sequence[Tier]) -> str:
    wanted = (
        ("listed", "minutes_mae"), ("listed_not_out", "minutes_mae"), ("listed", "play_brier"),
        (PLAYED, "minutes_mae_cond"), (PLAYED, "coverage_p10_p90"),
    )  # fmt: skip
    heads = [f"{TITLES[metric]}, {_name(population)}" for population, metric in wanted]
    ordered = sorted(tiers, key=lambda tier: -int(tier.at.removeprefix("T-")))
    lines = [
        (tier.at, *(figure_text(tier.report.find(*kind)) for kind in wanted), f"{tier.report.find(*wanted[0]).n:,}")
        for tier in ordered
    ]
    return _table(("at", *heads, "n listed"), lines)


def _nulls_of(study: Study, rows: Iterable[Sequence[object]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    lines = [
        (f"`{row[0]}`", *(f"{value:.3f}" if isinstance(value, float) else "-" for value in row[1:])) for row in rows
    ]
    return tuple(study.nulls.columns), lines


_FAMILIES = ("role", "minutes", "status", "month")


def _natural(bucket: str) -> tuple[int, str]:
    """Buckets in the order a person counts them: tenth 2 before tenth 10."""
    return len(bucket) if bucket.startswith("tenth") else 0, bucket


def _name(population: str) -> str:
    return f"{PLAYED} (by outcome)" if population == PLAYED else _SHORT[population]


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---"] * len(heads)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (heads, rule, *lines))
