"""What a release must show on a real history archive: times, sizes, digests and accuracy, step by step.

`python -m benchmarks.acceptance DIR` uses the installed command only, in a scratch folder, and prints one JSON object.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import polars as pl

PRETIP = str(Path(sys.executable).with_name("pretip"))
SLATE, AS_OF, UNTIL = "2025-11-25", "2025-11-25T23:45:00Z", "2025-11-20"
THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS")


def call(lake: Path, *args: str, env: Mapping[str, str] | None = None) -> tuple[dict[str, Any], float, float]:
    """JSON that a command printed, its seconds, and the peak of its memory in GB."""
    began = time.perf_counter()
    done = subprocess.run(
        [PRETIP, "--lake", str(lake), *args, "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise click.ClickException(f"{' '.join(args)}: {done.stderr.strip().splitlines()[-1]}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    return json.loads(done.stdout), round(seconds, 1), round(peak, 2)


def rewrite(history: Path, target: Path, name: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Path:
    """A copy of an archive with one file changed."""
    shutil.copytree(history, target)
    target.chmod(0o755)
    file = target / f"{name}.parquet"
    rows = change(pl.read_parquet(file))
    file.unlink()
    rows.write_parquet(file)
    return target


def tonight() -> pl.Expr:
    """Box-score rows of the slate's night and later."""
    return pl.col("game_date") >= pl.lit(SLATE).str.to_date()


def without_tonight(rows: pl.DataFrame) -> pl.DataFrame:
    """The box scores up to the night before."""
    return rows.filter(~tonight())


def scramble(rows: pl.DataFrame) -> pl.DataFrame:
    """The night's lines dealt out again among its players."""
    dealt = ("minutes", "pts", "reb", "ast", "fga", "starter")
    night = rows.filter(tonight())
    played = night.filter("played").with_columns(pl.col(column).shuffle(seed=3) for column in dealt)
    return pl.concat([rows.filter(~tonight()), night.filter(~pl.col("played")), played])


def project(lake: Path) -> tuple[dict[str, Any], float, float]:
    """The slate's run."""
    return call(lake, "run", "--date", SLATE, "--as-of", AS_OF, "--knowledge", "published")


def copy(lake: Path, target: Path) -> Path:
    """A plain copy, file times not kept."""
    subprocess.run(["cp", "-r", str(lake), str(target)], check=True)
    return target


def imports(history: Path, lake: Path, scratch: Path, say: Callable[[str, Any], None]) -> None:
    """Imports: once, again, shuffled, a row more, a value corrected."""
    first, seconds, _ = call(lake, "import", "history", str(history))
    say("import", {"seconds": seconds, "facts": first["total"]["new"]})
    again, seconds, _ = call(lake, "import", "history", str(history))
    say("import_again", {"seconds": seconds, "batch": again["batch_id"]})
    shuffled = rewrite(
        history, scratch / "shuffled", "player_boxscores", lambda rows: rows.sample(fraction=1.0, shuffle=True, seed=1)
    )
    say("import_shuffled", {"batch": call(lake, "import", "history", str(shuffled))[0]["batch_id"]})
    trial = copy(lake, scratch / "trial")
    fewer = rewrite(history, scratch / "fewer", "player_boxscores", lambda rows: rows.head(-1))
    part = scratch / "part"
    call(part, "import", "history", str(fewer))
    say("one_row_added", call(part, "import", "history", str(history))[0]["total"])
    corrected = rewrite(
        history, scratch / "corrected", "odds_closing",
        lambda rows: rows.with_row_index().with_columns(
            close_total=pl.when(pl.col("index") == 9).then(pl.col("close_total") + 1).otherwise("close_total")
        ).drop("index"),
    )  # fmt: skip
    say("one_value_corrected", call(trial, "import", "history", str(corrected))[0]["total"])


def reproductions(
    lake: Path, made: dict[str, Any], history: Path, scratch: Path, say: Callable[[str, Any], None]
) -> None:
    """The run made again after imports and compaction, on a copy, under other threads, hash seeds and time zones."""
    run_id, digests = made["run_id"], made["digests"]
    more = rewrite(
        history, scratch / "more", "odds_closing", lambda rows: rows.with_columns(pl.col("close_total") + 0.5)
    )
    call(lake, "import", "history", str(more))
    call(lake, "compact")
    places = {"after imports and compaction": lake, "on a plain copy": copy(lake, scratch / "copied")}
    for what, where in places.items():
        say(f"reproduce {what}", call(where, "reproduce", run_id)[0]["verdict"])
    for threads, seed, zone in (("1", "1", "Asia/Tokyo"), ("2", "77", "America/Los_Angeles")):
        env = {**dict.fromkeys(THREADS, threads), "PYTHONHASHSEED": seed, "TZ": zone}
        say(f"reproduce with {threads} threads, {zone}", call(lake, "reproduce", run_id, env=env)[0]["verdict"])
    again = project(lake)[0]
    say("same digests afresh, after later facts", again["digests"] == digests)
    altered = copy(lake, scratch / "altered")
    file = max((altered / "silver" / "boxscores").glob("*.parquet"), key=lambda path: path.stat().st_size)
    pl.read_parquet(file).with_columns(pts=pl.col("pts") + 1).write_parquet(file)
    failed = subprocess.run([PRETIP, "--lake", str(altered), "reproduce", run_id], capture_output=True, text=True)
    say("reproduce an altered lake", {"exit": failed.returncode, "says": failed.stderr.strip().splitlines()[-1]})


@click.command()
@click.argument("history", type=click.Path(path_type=Path, exists=True, file_okay=False))
def main(history: Path) -> None:
    """Run every step on an archive; a figure on a line as it comes."""

    def say(what: str, value: Any) -> None:
        click.echo(json.dumps({what: value}))

    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        imports(history, scratch / "first", scratch, say)
        absent = scratch / "lake-absent"
        call(
            absent, "import", "history", str(rewrite(history, scratch / "absent", "player_boxscores", without_tonight))
        )
        _, seconds, peak = call(absent, "train", "minutes", "--until", UNTIL)
        say("train", {"seconds": seconds, "peak_gb": peak})
        lake, scrambled = copy(absent, scratch / "lake"), copy(absent, scratch / "lake-scrambled")
        call(lake, "import", "history", str(history))
        call(scrambled, "import", "history", str(rewrite(history, scratch / "dealt", "player_boxscores", scramble)))
        made, seconds, _ = project(lake)
        say("run", {"seconds": seconds, "run_id": made["run_id"], "status": made["status"], "digests": made["digests"]})
        for what, other in (("absent", absent), ("scrambled", scrambled)):
            say(f"same digests with the night's box scores {what}", project(other)[0]["digests"] == made["digests"])
        found, seconds, _ = call(
            lake, "evaluate", "minutes", "--from", "2025-11-21", "--to", "2025-11-26", "--at", "T-15"
        )
        figures = [s for s in found["scores"] if s["population"] in ("rostered", "listed", "played")]
        say("accuracy", {"seconds": seconds, "failures": found["failures"], "spine": found["spine"], "scores": figures})
        reproductions(lake, made, history, scratch, say)


if __name__ == "__main__":
    main()
