"""The environment of the target's commands: an allowlist, never the caller's own."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["sandbox_environment"]

_KEPT = frozenset(
    {"LANG", "LANGUAGE", "TZ", "USER", "LOGNAME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}
)
_PROBE_DIRECTORY = Path(__file__).parent / "probe"


def sandbox_environment(
    outer: Mapping[str, str],
    *,
    python: str,
    home: Path,
    temporary: Path,
    import_path: Sequence[Path],
) -> dict[str, str]:
    """Give the environment for a command of the target.

    From ``outer`` come only the search path, the locale and the user's name: no key, token or
    address of a real service. The probe and ``import_path`` come first on the import path, so
    that an installed (or editable) copy of the project is not what gets tested.
    """
    kept = {name: value for name, value in outer.items() if name in _KEPT or name.startswith("LC_")}
    binaries = Path(python).parent
    search = os.pathsep.join([str(binaries)] if binaries.is_absolute() else [])
    return {
        **kept,
        "PATH": os.pathsep.join(part for part in (search, outer.get("PATH", os.defpath)) if part),
        **({"VIRTUAL_ENV": str(binaries.parent)} if _is_virtual(binaries) else _user_site(outer)),
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(str(path) for path in (_PROBE_DIRECTORY, *import_path)),
    }


def _is_virtual(binaries: Path) -> bool:
    return (binaries.parent / "pyvenv.cfg").is_file()


def _user_site(outer: Mapping[str, str]) -> dict[str, str]:
    """Packages the user installed for themselves stay importable under another home."""
    if "HOME" not in outer:
        return {}
    return {"PYTHONUSERBASE": outer.get("PYTHONUSERBASE", str(Path(outer["HOME"]) / ".local"))}
