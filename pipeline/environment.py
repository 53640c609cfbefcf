"""A Python environment that holds a kept code version and the libraries it ran with, cached for this user."""

from __future__ import annotations

import importlib.metadata
import io
import os
import platform
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from lakehouse.digest import canonical_json, text_digest
from lakehouse.errors import BadInput, NotReproduced
from pipeline.code import KeptCode

_VERSION = "from lakehouse.provenance import code_version; print(code_version())"
_PRETIP = "from cli.main import main; main()"


def open_environment(code: KeptCode) -> Path:
    """Folder of the environment of a kept code version, built the first time it is asked for.

    The kept wheel comes first in it, then the libraries recorded with it: those installed here in the same version are
    seen where they lie, and pip installs the others from wherever it is configured to. Raises NotReproduced, naming
    them, where it cannot, and where the environment is not the code version after all.
    """
    here = {name: _installed(name) for name in code.libraries}
    lacking = {name: version for name, version in code.libraries.items() if here[name] != version}
    seen = _folders([name for name in code.libraries if name not in lacking])
    made_of = [code.wheel_sha256, dict(code.libraries), lacking, seen, platform.python_version(), sys.base_prefix]
    home = cache_folder() / f"{code.code_version}-{text_digest(canonical_json(made_of))[:16]}"
    if home.exists():
        _require_code(home, code, "; remove that folder and try again")
        return home
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix="building-", dir=home.parent)
    except OSError as error:
        raise BadInput(f"{home.parent} cannot be written ({error.strerror}); set XDG_CACHE_HOME.") from None
    with scratch as folder:
        building = Path(folder) / "environment"
        _build(building, code, lacking, here, seen)
        try:
            building.rename(home)
        except OSError:
            # Another process has built the same one in the meantime.
            if not home.exists():
                raise
    return home


def run_pretip(home: Path, args: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """What the `pretip` of an environment did with some arguments; the environment's variables do not reach it."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PRETIP_")}
    return _run(home, _PRETIP, args, plain)


def last_line(text: str) -> str:
    """The last line of what a process said, where the reason of a failure stands."""
    return (text.strip().splitlines() or ["it said nothing"])[-1]


def cache_folder() -> Path:
    """Folder of the environments: `pretip/code` in the user's cache folder, which XDG_CACHE_HOME names if it is set."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():
        home = named
    elif platform.system() == "Windows":
        home = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif platform.system() == "Darwin":
        home = Path.home() / "Library" / "Caches"
    else:
        home = Path.home() / ".cache"
    return home / "pretip" / "code"


def _build(
    home: Path, code: KeptCode, lacking: Mapping[str, str], here: Mapping[str, str | None], seen: Sequence[str]
) -> None:
    venv.create(home, symlinks=os.name != "nt")
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(home), "platbase": str(home)}))
    with zipfile.ZipFile(io.BytesIO(code.wheel)) as wheel:
        wheel.extractall(site)
    # Plain folders, whose own .pth files are not read: an editable pretip there must not be found.
    (site / "libraries.pth").write_text("".join(f"{folder}\n" for folder in seen), encoding="utf-8")
    if lacking:
        _install(site, lacking, here)
    _require_code(home, code, "")


def _require_code(home: Path, code: KeptCode, advice: str) -> None:
    try:
        said = _run(home, _VERSION, (), dict(os.environ))
        found = said.stdout.strip() or last_line(said.stderr)
    except OSError as error:
        found = f"has no Python ({error.strerror})"
    if found != code.code_version:
        raise NotReproduced(f"the environment {home} is not code {code.code_version}: {found}{advice}.")


def _install(site: Path, lacking: Mapping[str, str], here: Mapping[str, str | None]) -> None:
    """Puts the lacking versions into a folder, each exactly and alone: all that they need is recorded beside them."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    wanted = [f"{name}=={version}" for name, version in lacking.items()]
    done = subprocess.run(
        [*pip, "--no-deps", "--only-binary", ":all:", "--target", str(site), *wanted], capture_output=True, text=True
    )
    if done.returncode:
        named = ", ".join(f"{name} {version} ({here[name] or 'none'} here)" for name, version in lacking.items())
        raise NotReproduced(f"its code needs {named}, which pip could not install: {last_line(done.stderr)}")


def _run(home: Path, script: str, args: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # Isolated: neither PYTHONPATH nor the current folder may put other code before the kept one.
    return subprocess.run([str(python), "-I", "-c", script, *args], capture_output=True, text=True, env=env)


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _folders(names: Sequence[str]) -> list[str]:
    """The folders that some installed distributions lie in, in the order they are searched here."""
    held = {str(importlib.metadata.distribution(name).locate_file("")) for name in names}
    return [folder for folder in dict.fromkeys(str(Path(entry)) for entry in sys.path) if folder in held]
