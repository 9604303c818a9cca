"""Files of packages that only the commands that make shipped files need: requirements-build.txt."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


class BuildRequirementMissing(RuntimeError):
    """A package of requirements-build.txt is not installed; the message says how to install it."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"This needs the package {package}, which the site itself does not. Install what builds need with: "
            ".venv/bin/python -m pip install -r requirements-build.txt -c constraints.txt"
        )


def file_of(package: str, path: str) -> Path:
    """A file that a package installs, ``path`` from the folder of packages. Raises BuildRequirementMissing."""
    try:
        return Path(str(distribution(package).locate_file(path)))
    except PackageNotFoundError as error:
        raise BuildRequirementMissing(package) from error
