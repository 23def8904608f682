"""The two programs that hold all functions: binaries/, written from `functions/*/Cargo.toml`.

A function whose crate reaches `render` goes into `rendering`, which holds Typst; every other one into `light`, which starts faster.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from .functions import FUNCTIONS, ROOT, Function

LIGHT, RENDERING = "light", "rendering"
# The crate that functions link to render reports.
RENDERER = "render"
# What the tests ask of crates that both programs hold too: with the same features, what is built for one is not built again for the other.
AS_IN_TESTS = ("bitflags", "sync_wrapper", "tower")
WRITTEN_BY = "Written by `make assemble` from functions/*/Cargo.toml."
ABOUT = {
    LIGHT: "The functions that render nothing, in one program.",
    RENDERING: "The functions that render reports, in one program: they alone hold Typst.",
}

Json = dict[str, Any]


def assembled(functions: list[Function]) -> dict[str, str]:
    """The manifest and the source of each program, by their files."""
    found = {}
    for program in (LIGHT, RENDERING):
        names = [function.name for function in functions if function.program == program]
        found[f"binaries/{program}/Cargo.toml"] = manifest(program, names)
        found[f"binaries/{program}/src/main.rs"] = source(program, names)
    return found


def programs() -> dict[str, str]:
    """The program of each function."""
    ours = {name: folder for name, folder in crates().items() if folder.parent != FUNCTIONS}
    reached = {name: reaches(name, ours) for name in ours}

    def program(folder: Path) -> str:
        return RENDERING if any(reached.get(name) for name in read(folder)["dependencies"]) else LIGHT

    return {folder.name: program(folder) for folder in sorted(FUNCTIONS.iterdir()) if (folder / "Cargo.toml").is_file()}


def crates() -> dict[str, Path]:
    """The folders of the crates that share a workspace with the functions, by the name that manifests use."""
    dependencies = read(ROOT)["workspace"]["dependencies"]
    return {name: ROOT / each["path"] for name, each in dependencies.items() if isinstance(each, dict) and "path" in each}


def reaches(name: str, ours: dict[str, Path]) -> bool:
    """Whether a crate is the renderer, or uses it."""
    return name == RENDERER or any(reaches(each, ours) for each in read(ours[name]).get("dependencies", {}) if each in ours)


def read(folder: Path) -> Json:
    """The manifest of a crate."""
    return tomllib.loads((folder / "Cargo.toml").read_text(encoding="utf-8"))
def manifest(program: str, functions: list[str]) -> str:
    """The Cargo.toml of a program."""
    beside = ["lambda", *([RENDERER] if program == RENDERING else []), "tokio"]
    lines = [
        f"# {WRITTEN_BY}",
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
        f"//! {ABOUT[program]} {WRITTEN_BY}",
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


