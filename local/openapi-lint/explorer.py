"""The files of Swagger UI that functions/public-view-explorer serves: `python local/openapi-lint/explorer.py [--check]`.

They are those of the npm package `swagger-ui-dist`, byte for byte, in the version that package.json pins, with its licence. `npm ci` has to
come first: it compares what it gets with package-lock.json. Without `--check` they are copied to where they are served from.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE / "node_modules" / "swagger-ui-dist"
SERVED = HERE.parents[1] / "functions" / "public-view-explorer" / "swagger-ui"
FILES = ("LICENSE", "NOTICE", "swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt", "swagger-ui.css")


def refresh() -> None:
    """Makes the folder hold these files, and no others."""
    shutil.rmtree(SERVED, ignore_errors=True)
    SERVED.mkdir()
    for name in FILES:
        shutil.copyfile(PACKAGE / name, SERVED / name)


def differences() -> list[str]:
    """The files that are not as published, or should not be there."""
    there = {file.name for file in SERVED.iterdir()} if SERVED.is_dir() else set()
    changed = {name for name in there & set(FILES) if (SERVED / name).read_bytes() != (PACKAGE / name).read_bytes()}
    return sorted(changed | (there ^ set(FILES)))


def main() -> int:
    """Reads the command line."""
    if not PACKAGE.is_dir():
        print(f"error: {PACKAGE} is not there: npm ci --prefix {HERE.name}", file=sys.stderr)
        return 1
    if "--check" not in sys.argv[1:]:
        refresh()
    elif found := differences():
        print(f"error: {SERVED.name}/ is not what package-lock.json pins: {', '.join(found)}. Run: make explorer", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
