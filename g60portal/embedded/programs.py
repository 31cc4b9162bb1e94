"""The server programs inside installed wheels, copied aside when their owner cannot reach them."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from g60portal.embedded.layout import Layout, LayoutError, reachable


def package_folder(layout: Layout, package: str, needed: tuple[str, ...]) -> Path:
    """Where `package` can be run by the servers' owner.

    `needed` are the folders to copy if so, relative to the package's parent; a library folder
    beside the package keeps its relative place, because the programs look for it there.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise LayoutError(
            f"The package {package.replace('_', '-')} is not installed: run `make run`, "
            "or set DATABASE_URL and REDIS_URL."
        )
    installed = Path(spec.submodule_search_locations[0])
    if all(reachable(installed.parent / name, layout.owner) for name in needed):
        return installed
    return _copy(installed.parent, layout.copied_programs, needed) / package


def _copy(site_packages: Path, target: Path, needed: tuple[str, ...]) -> Path:
    """Copy once for each state of the installation; a copy broken off is made anew."""
    for name in needed:
        source, copy = site_packages / name, target / name
        stamp = copy.with_name(f"{copy.name}.from-{source.stat().st_mtime_ns}")
        if stamp.exists():
            continue
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(source, copy, symlinks=True)
        for path in (*copy.rglob("*"), copy, *copy.parents):
            if target.parent in path.parents and not path.is_symlink():
                path.chmod(0o755)
        target.parent.chmod(0o711)
        target.parent.parent.chmod(0o755)
        stamp.touch()
    return target
