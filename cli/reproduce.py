"""`pretip reproduce`."""

from __future__ import annotations

import rich_click as click

from cli.options import as_json
from cli.output import console, emit
from cli.settings import Settings, pass_settings
from lakehouse.errors import NotReproduced
from pipeline.reproduce import Reproduction, reproduce, reproduce_recorded


@click.command("reproduce")
@click.argument("run_id")
@click.option("--recorded", is_flag=True, help="Make it with the code that made it, which the lake keeps.")
@as_json
@pass_settings
def reproduce_run(settings: Settings, run_id: str, recorded: bool, as_json: bool) -> None:
    """Make a run again, in a fresh process and from its manifest alone, and compare the bytes.

    Writes nothing. Under other code or on another machine it says what differs, and never says identical. --recorded
    runs the code that the lake keeps of the run, in an environment in your cache folder with the libraries of then;
    what of those is not installed, pip fetches.
    """
    lake = settings.open_lake()
    found = reproduce_recorded(lake, run_id) if recorded else reproduce(lake, run_id)
    if as_json:
        emit(found.to_dict())
    else:
        console().print("\n".join(_lines(found)))
    if found.has_failed:
        raise NotReproduced(_sentence(found))


def _lines(found: Reproduction) -> list[str]:
    lines = [f"run {found.run_id}", f"reproduced: {found.verdict}"]
    if not found.has_failed:
        lines += [f"  {output}  {digest[:16]}  equal" for output, digest in found.digests.items()]
    for name, (then, now) in found.provenance.items():
        lines.append(f"  {name}: {then or 'absent'} then, {now or 'absent'} now")
    for difference in found.differences:
        line = f"  {difference.output}: {difference.recorded[:16]} then, {difference.computed[:16]} now"
        if difference.largest is not None:
            line += f"; largest difference {difference.largest:.6g} in {difference.column}"
        lines.append(line + (f" ({difference.detail})" if difference.detail else ""))
    lines += [f"  altered: {name}" for name in found.altered]
    if found.provenance and not found.has_failed:
        lines.append("  largest difference 0: every digest is equal")
    if found.note and found.made:
        lines.append(f"  {found.note}")
    return lines


def _sentence(found: Reproduction) -> str:
    if found.altered:
        return (
            f"Run {found.run_id} read files that are no longer what was written, first {found.altered[0]}; "
            "run `pretip doctor`."
        )
    if not found.made:
        return found.note
    outputs = ", ".join(difference.output for difference in found.differences)
    why = "; run `pretip doctor`"
    if found.provenance:
        why = f" ({found.verdict})" + (f"; {found.note}" if found.note else "")
    return f"Run {found.run_id} came out different in {outputs}{why}."
