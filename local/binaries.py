"""The two programs that hold all functions: `python local/binaries.py` writes what they are made of, `--check` compares.

A function whose crate reaches `render` goes into `rendering`, which holds Typst; every other one into `light`, which starts faster. Each folder of
`functions/` is in one of them, and nothing else says so.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

from environment import ROOT, UserError, told

FOLDER = ROOT / "binaries"
LIGHT, RENDERING = "light", "rendering"
# What a function links that renders reports.
RENDERER = "render"
# What the tests ask of crates that both programs hold too: with the same features, what is built for one is not built again for the other.
AS_IN_TESTS = ("bitflags", "sync_wrapper", "tower")
MADE = "Written by local/binaries.py from functions/*/Cargo.toml: `make assemble`."
ABOUT = {
    LIGHT: "The functions that render nothing, in one program.",
    RENDERING: "The functions that render reports, in one program: they alone hold Typst.",
}


def main() -> int:
    """Writes the files or, with `--check`, says which of them are stale."""
    return told(check if sys.argv[1:] == ["--check"] else write)


def write() -> int:
    """Writes the manifest and the source of each program, where they change."""
    for file, text in files().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_text() != text:
            file.write_text(text)
    return 0


def check() -> int:
    """Refuses files that are not what the functions' manifests make of them."""
    stale = [str(file.relative_to(ROOT)) for file, text in files().items() if not file.is_file() or file.read_text() != text]
    if stale:
        raise UserError(f"{', '.join(stale)}: not what functions/*/Cargo.toml say; `make assemble` writes them.")
    return 0


def files() -> dict[Path, str]:
    """The content of each file."""
    found = {}
    for program, functions in programs().items():
        found[FOLDER / program / "Cargo.toml"] = manifest(program, functions)
        found[FOLDER / program / "src" / "main.rs"] = source(program, functions)
    return found


def programs() -> dict[str, list[str]]:
    """The functions of each program."""
    found: dict[str, list[str]] = {LIGHT: [], RENDERING: []}
    for function, program in program_of().items():
        found[program].append(function)
    return found


def program_of() -> dict[str, str]:
    """The program of each function, in the order of their names."""
    ours = {name: folder for name, folder in crates().items() if folder.parent.name != "functions"}
    reached = {name: reaches(name, ours) for name in ours}

    def program(folder: Path) -> str:
        return RENDERING if any(reached.get(name) for name in read(folder)["dependencies"]) else LIGHT

    return {folder.name: program(folder) for folder in sorted((ROOT / "functions").iterdir()) if (folder / "Cargo.toml").is_file()}


def crates() -> dict[str, Path]:
    """The folders of the crates that share a workspace with the functions, by the name that manifests use."""
    return {name: ROOT / each["path"] for name, each in workspace()["dependencies"].items() if isinstance(each, dict) and "path" in each}


def workspace() -> dict[str, Any]:
    """What all crates have in common."""
    return tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]


def reaches(name: str, ours: dict[str, Path]) -> bool:
    """Whether a crate is the renderer, or uses it."""
    return name == RENDERER or any(reaches(each, ours) for each in read(ours[name]).get("dependencies", {}) if each in ours)


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a crate."""
    return tomllib.loads((folder / "Cargo.toml").read_text())


def manifest(program: str, functions: list[str]) -> str:
    """The Cargo.toml of a program."""
    beside = ["lambda", *([RENDERER] if program == RENDERING else []), "tokio"]
    lines = [
        f"# {MADE}",
        f'package = {{ name = "{program}", edition.workspace = true }}',
        "lints.workspace = true",
        "",
        "[dependencies]",
        *(f"{name}.workspace = true" for name in beside),
        "# With the features that the tests ask for.",
        *(f"{name}.workspace = true" for name in AS_IN_TESTS),
        "# The functions.",
        *(f'{name} = {{ path = "../../functions/{name}" }}' for name in functions),
    ]
    return "\n".join(lines) + "\n"


def source(program: str, functions: list[str]) -> str:
    """The main.rs of a program."""
    child = ["    // The renderer's child is this program as well.", "    render::sandbox::run_child_if_asked();"] if program == RENDERING else []
    lines = [
        f"//! {ABOUT[program]} {MADE}",
        "",
        "use lambda::{",
        "    Error,",
        "    dispatch::{self, Entry},",
        "};",
        "",
        "/// By the names of their crates, which the template gives as `Handler`.",
        f"const FUNCTIONS: [Entry; {len(functions)}] = [",
        *(f'    ("{name}", || Box::pin({name.replace("-", "_")}::run())),' for name in functions),
        "];",
        "",
        '#[tokio::main(flavor = "current_thread")]',
        "async fn main() -> Result<(), Error> {",
        *child,
        "    dispatch::run(&FUNCTIONS).await",
        "}",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
