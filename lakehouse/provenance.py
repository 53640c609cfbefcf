"""What a run's numbers may depend on besides its facts: the code, the locked versions and the machine."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import platform
from pathlib import Path

ROOMS = (
    "lakehouse", "ingest", "transforms", "features", "models", "simulation", "pipeline", "evaluation", "cli", "sandbox",
)  # fmt: skip
LIBRARIES = ("polars", "deltalake", "pyarrow", "lightgbm", "numba", "llvmlite", "numpy", "scipy", "dataframely")


def library_versions() -> dict[str, str]:
    """Installed version of each library that can change a number."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def code_version() -> str:
    """Digest, 16 hexadecimal digits, over the sources of every room and the versions of the libraries."""
    total = hashlib.sha256()
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        if spec is None or not spec.submodule_search_locations:
            continue
        folder = Path(next(iter(spec.submodule_search_locations)))
        for path in sorted(folder.rglob("*.py")):
            total.update(f"{room}/{path.relative_to(folder).as_posix()}\0".encode())
            total.update(path.read_bytes())
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
