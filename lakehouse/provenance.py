"""What a run's numbers may depend on besides its facts: the code, the locked versions and the machine."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import platform
import re
from collections.abc import Mapping
from pathlib import Path

ROOMS = (
    "lakehouse", "ingest", "transforms", "features", "models", "simulation", "pipeline", "evaluation", "cli", "sandbox",
)  # fmt: skip
LIBRARIES = ("polars", "deltalake", "pyarrow", "lightgbm", "numba", "llvmlite", "numpy", "scipy", "dataframely")


def library_versions() -> dict[str, str]:
    """Installed version of each library that can change a number."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def locked_versions() -> dict[str, str]:
    """Installed version, by normalised name, of every distribution that pretip needs, directly or through others."""
    found: dict[str, str] = {}
    waiting = ["pretip", *LIBRARIES]
    while waiting:
        name = normalise_distribution(waiting.pop())
        if name in found:
            continue
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            # Wanted on other platforms only.
            continue
        found[name] = distribution.version
        waiting += _required(distribution)
    found.pop("pretip", None)
    return dict(sorted(found.items()))


def normalise_distribution(name: str) -> str:
    """The one spelling of a distribution's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_sources() -> dict[str, bytes]:
    """Every Python file of the rooms by its path inside a wheel, in the order in which they are digested.

    Nothing else in the rooms is ever read by the program, so these files are all of its code.
    """
    found: dict[str, bytes] = {}
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        if spec is None or not spec.submodule_search_locations:
            continue
        folder = Path(next(iter(spec.submodule_search_locations)))
        for path in sorted(folder.rglob("*.py")):
            found[f"{room}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    return found


def code_version() -> str:
    """Digest, 16 hexadecimal digits, over the sources of every room and the versions of the libraries."""
    return sources_version(read_sources())


def sources_version(sources: Mapping[str, bytes]) -> str:
    """The code version of some sources under the libraries installed here."""
    total = hashlib.sha256()
    for path, source in sources.items():
        total.update(f"{path}\0".encode())
        total.update(source)
    for name, version in sorted(library_versions().items()):
        total.update(f"{name}=={version}\0".encode())
    return total.hexdigest()[:16]


def fingerprint() -> dict[str, str]:
    """What floating point may depend on here: processor, its features, libm, and library versions."""
    libc, libc_version = platform.libc_ver()
    return {
        "machine": platform.machine(),
        "cpu_features": _cpu_features(),
        "libm": f"{libc} {libc_version}",
        "python": platform.python_version(),
        **library_versions(),
    }


def _cpu_features() -> str:
    """Digest of the processor's feature flags, which decide the code paths of the numeric libraries."""
    import llvmlite.binding

    features = llvmlite.binding.get_host_cpu_features()
    flags = ",".join(sorted(name for name, present in features.items() if present))
    return hashlib.sha256(f"{llvmlite.binding.get_host_cpu_name()}:{flags}".encode()).hexdigest()[:16]


def _required(distribution: importlib.metadata.Distribution) -> list[str]:
    """Names of the distributions that one needs, those of its extras left out."""
    wanted = []
    for line in distribution.requires or ():
        name = re.match(r"[A-Za-z0-9._-]+", line)
        if name is not None and not re.search(r"\bextra\s*==", line.partition(";")[2]):
            wanted.append(name.group())
    return wanted
