"""Rust, Python and their packages."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from local.environment import ROOT
from tests.first_run.checkout import PYTHON, SOUND, Checkout, port

NO_NETWORK = {"HTTPS_PROXY": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1", "PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_CONFIG_FILE": os.devnull}


def test_rust_was_never_installed(checkout: Checkout) -> None:
    checkout.stack("up", PATH=checkout.path_with()).says(r"cargo is not installed.*https://rustup\.rs")


def test_debians_rust_without_rustup_is_too_old(checkout: Checkout) -> None:
    path = checkout.path_with(**SOUND | {"rustc": "echo 'rustc 1.63.0 (built from a source tarball)'"})
    checkout.stack("up", PATH=path).says(r"Rust 1\.\d+\.\d+ is needed, and \S+/rustc is 1\.63\.0; with rustup")


def test_rustup_may_install_nothing_by_itself(checkout: Checkout) -> None:
    path = checkout.path_with(**SOUND | {"rustc": "echo \"error: toolchain '1.95.0' is not installed\" >&2; exit 1"})
    checkout.stack("up", PATH=path).says(r"rustc does not run: .*toolchain '1\.95\.0' is not installed")


def test_there_is_nothing_to_link_with(checkout: Checkout) -> None:
    path = checkout.path_with(**{name: SOUND[name] for name in ("cargo", "rustc")})
    checkout.stack("up", PATH=path).says("no C compiler.*apt-get install build-essential")


@pytest.mark.skipif(not shutil.which("cargo"), reason="needs cargo")
def test_the_first_build_has_no_network(checkout: Checkout) -> None:
    """This one is cargo itself, with a home of its own and a proxy that does not exist."""
    shutil.copytree(ROOT / "shared", checkout.root / "shared")
    for folder in ("functions", "binaries", "tests", "bench"):
        (checkout.root / folder).symlink_to(ROOT / folder)
    home = checkout.root.parent / "cargo"
    home.mkdir()
    rustup = os.environ.get("RUSTUP_HOME") or str(Path.home() / ".rustup")
    variables = {"CARGO_HOME": str(home), "CARGO_HTTP_PROXY": "127.0.0.1:1", "CARGO_NET_RETRY": "0", "RUSTUP_HOME": rustup}
    outcome = checkout.with_venv().stack("up", **variables, IMPRINT_PORT=port())
    # cargo prints its own part, above ours.
    outcome._replace(text=outcome.text.replace("error: failed to get", "")).says("first build needs the network")


def test_make_finds_no_python(checkout: Checkout) -> None:
    outcome = checkout.run("make", "up", "PYTHON=/nonexistent/python3")
    outcome.of_make().says("Python 3.11 or newer is needed, and /nonexistent/python3 is not there")


def test_make_finds_an_old_python(checkout: Checkout) -> None:
    path = checkout.path_with(python3='[ "$1" = --version ] && echo Python 3.9.2 || exit 1')
    checkout.run("make", "up", PATH=path).of_make().says("Python 3.11 or newer is needed, and python3 is Python 3.9.2")


def test_debians_python_without_python3_venv(checkout: Checkout) -> None:
    """The library of this Python, less that."""
    library = Path(os.__file__).parent
    copy = checkout.root.parent / "python" / "lib" / library.name
    copy.mkdir(parents=True)
    for each in library.iterdir():
        if each.name not in ("ensurepip", "site-packages", "dist-packages"):
            (copy / each.name).symlink_to(each)
    checkout.sync(variables={"PYTHONHOME": str(copy.parent.parent)}).says(r"comes without ensurepip: `apt-get install python3\.\d+-venv`")


def test_the_first_run_reaches_no_index(checkout: Checkout) -> None:
    checkout.sync(variables=NO_NETWORK).says("no package index can be reached for .venv-uv")
    assert not (checkout.root / ".venv-uv" / "version").exists(), "it is taken for finished"


def test_uv_reaches_no_index(checkout: Checkout) -> None:
    (checkout.root / ".venv-uv").symlink_to(ROOT / ".venv-uv")
    cache = str(checkout.root.parent / "cache")
    checkout.sync(variables=NO_NETWORK | {"UV_CACHE_DIR": cache, "UV_HTTP_RETRIES": "0"}).says("no package index can be reached for .venv,")


def test_an_index_has_another_file_than_the_lock_names(checkout: Checkout) -> None:
    """Nothing of it is installed."""
    wheels = checkout.root.parent / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "uv-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("uv.py", "")
        wheel.writestr("uv-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: uv\nVersion: 1.0\n")
        wheel.writestr("uv-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("uv-1.0.dist-info/RECORD", "")
    (checkout.root / "uv.lock").write_text(f'[[package]]\nname = "uv"\nversion = "1.0"\nwheels = [{{ hash = "sha256:{"0" * 64}" }}]\n')
    outcome = checkout.sync(variables={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull})
    assert "DO NOT MATCH THE HASHES" in outcome.text
    outcome.says(r"could not make \.venv-uv")
    assert not (checkout.root / ".venv-uv" / "version").exists(), "it is taken for finished"


def test_the_lock_was_forgotten_after_a_change(checkout: Checkout) -> None:
    project = checkout.root / "pyproject.toml"
    project.write_text(project.read_text().replace("boto3==", "boto3>="))
    check_of_lock(checkout, "uv.lock is not the lock of pyproject.toml as it is now; `make lock`")


def test_a_lock_was_changed_by_hand(checkout: Checkout) -> None:
    lock = checkout.root / "uv.lock"
    lock.write_text(re.sub(r'(name = "boto3", specifier = "==)', r"\g<1>0.", lock.read_text()))
    check_of_lock(checkout, "uv.lock is not the lock of pyproject.toml")


def check_of_lock(checkout: Checkout, expected: str) -> None:
    """What `make lint` prints about the lock."""
    (checkout.root / ".venv-uv").symlink_to(ROOT / ".venv-uv")
    checkout.run(PYTHON, "-m", "local.venv", "check").says(expected)


def test_deploying_without_credentials_fails_before_the_build(checkout: Checkout) -> None:
    variables = {"HOME": str(checkout.root), "AWS_EC2_METADATA_DISABLED": "true"}
    outcome = checkout.with_venv().run(checkout.python, "-m", "local.cloud", "account", **variables)
    outcome.says("there are no AWS credentials.*aws configure")


def test_the_stack_is_started_by_another_python(checkout: Checkout) -> None:
    checkout.run(PYTHON, "-m", "local.stack", "status").says(r"needs the packages of \.venv: `make python` makes it")
