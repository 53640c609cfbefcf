"""Which tests hold each module's times, the fastest killers first; a mutant runs them until one fails."""

from __future__ import annotations

_GATE = "tests/lakehouse/test_gate.py"
_EPOCHS, _LABELS, _LINES, _REPORTS, _SPINE = (
    f"tests/transforms/test_edges_{what}.py" for what in ("epochs", "labels", "lines", "reports", "spine")
)
_AT, _COVERAGE, _FREEZE, _HISTORY, _LIVE, _RUN = (
    f"tests/pipeline/test_edges_{what}.py" for what in ("at", "coverage", "freeze", "history", "live", "run")
)

CLAIMS: dict[str, tuple[str, ...]] = {
    "lakehouse.commit": ("tests/lakehouse/test_commit.py",),
    "lakehouse.doctor": ("tests/lakehouse/test_edges.py",),
    "lakehouse.gate": (_GATE,),
    "lakehouse.holes": ("tests/lakehouse/test_edges.py",),
    "lakehouse.lake": ("tests/lakehouse/test_edges.py", _GATE),
    "lakehouse.log": (_GATE,),
    "transforms.absences": ("tests/transforms/test_absences.py",),
    "transforms.books": ("tests/transforms/test_books.py",),
    "transforms.boxscores": (_EPOCHS,),
    "transforms.due": (_LABELS,),
    "transforms.epochs": (_EPOCHS, "tests/transforms/test_spine.py"),
    "transforms.espn": (_REPORTS, "tests/transforms/test_espn.py"),
    "transforms.facts": (_REPORTS, "tests/transforms/test_reports.py"),
    "transforms.finals": (_LABELS, "tests/transforms/test_finals.py"),
    "transforms.gold_market": ("tests/transforms/test_gold_market.py",),
    "transforms.injuries": (_REPORTS, "tests/transforms/test_reasons.py", "tests/properties/test_oracle_injuries.py"),
    "transforms.label_days": (_LABELS,),
    "transforms.labels": (_LABELS,),
    "transforms.movement": ("tests/transforms/test_movement.py",),
    "transforms.names": ("tests/transforms/test_names.py",),
    "transforms.odds": (_LINES, "tests/transforms/test_movement.py"),
    "transforms.pools": ("tests/evaluation/test_populations.py",),
    "transforms.rosters": ("tests/transforms/test_rosters.py",),
    "transforms.schedule": (_LINES, "tests/transforms/test_schedule.py"),
    "transforms.spine": (_SPINE,),
    "transforms.status": (_REPORTS, "tests/transforms/test_rosters.py"),
    "transforms.tips": ("tests/transforms/test_tips.py",),
    "pipeline.at": (_AT, "tests/pipeline/test_at.py"),
    "pipeline.backfill": (_RUN,),
    "pipeline.coverage": (_COVERAGE,),
    "pipeline.diff": ("tests/pipeline/test_diff.py",),
    "pipeline.due": (_COVERAGE,),
    "pipeline.freeze": (_FREEZE, "tests/pipeline/test_freeze.py"),
    "pipeline.gold": ("tests/cli/test_gold.py",),
    "pipeline.health": (_HISTORY,),
    "pipeline.history": (_HISTORY, "tests/pipeline/test_history.py"),
    "pipeline.labels": ("tests/pipeline/test_edges_labels.py",),
    "pipeline.live": (_LIVE,),
    "pipeline.predictions": (_HISTORY,),
    "pipeline.run": (_RUN,),
    "pipeline.show": (_RUN,),
    "pipeline.slate": (_HISTORY,),
}
