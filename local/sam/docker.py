"""What `sam local` needs of Docker: a daemon, the image that functions run in, the address under which containers see this machine."""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import json
import os
import platform
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from local.environment import LOCAL, UserError

# The one name that SAM gets, whatever image stands behind it. SAM makes an image of its own from it, with the tag `rapid-<architecture>`.
IMAGE = "imprint-lambda-base:al2023"
AWS_IMAGE = "public.ecr.aws/lambda/provided:al2023"
AWS_GLIBC = "2.34"
START_LIMIT = 60
# linux/netdevice.h, linux/if_arp.h, linux/sockios.h.
SET_BY_SOMEBODY, ETHERNET, SET_HARDWARE_ADDRESS = 3, 1, 0x8924
# In the range that anybody may use, as Docker's own are.
BRIDGE_ADDRESS = bytes.fromhex("0242ac110001")


def docker(*words: str, limit: float = 120) -> subprocess.CompletedProcess[str]:
    """Runs a command of Docker; its exit code is the caller's to look at."""
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=False, timeout=limit)


def require() -> None:
    """Refuses to go on without a daemon that answers, and says what is missing."""
    if not shutil.which("docker"):
        raise UserError("Docker is needed: apt-get install docker.io (on other systems see https://docs.docker.com/engine/install/).")
    answer = docker("info", "--format", "{{.ServerVersion}}")
    if answer.returncode == 0:
        return
    if "permission denied" in answer.stderr:
        raise UserError("Docker lets you in only as a member of its group: sudo usermod -aG docker $USER, then log in again.")
    raise UserError("Docker's daemon does not answer: sudo systemctl start docker (or, without systemd, sudo dockerd).")


@contextlib.contextmanager
def provided() -> Iterator[None]:
    """Installs Docker and runs its daemon for as long as it is needed, if we are root and may; anybody else must have them."""
    root = os.geteuid() == 0
    # A client alone is no use.
    if root and shutil.which("apt-get") and (not shutil.which("docker") or not (shutil.which("dockerd") or docker("info").returncode == 0)):
        install()
    if not root or not shutil.which("dockerd") or docker("info").returncode == 0:
        require()
        yield
        return
    with daemon():
        require()
        yield


def install() -> None:
    """Docker from Debian; the client is a package of its own since Debian 13."""
    print("Installing docker.io …", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    for words in (["update"], ["install", "-y", "--no-install-recommends", "docker.io"]):
        if subprocess.run([*apt, *words], env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
            raise UserError(f"`apt-get {' '.join(words)}` failed, see above.")
    if not shutil.which("docker"):
        subprocess.run([*apt, "install", "-y", "--no-install-recommends", "docker-cli"], env=environment, stdout=subprocess.DEVNULL, check=False)


@contextlib.contextmanager
def daemon(*options: str) -> Iterator[None]:
    """Docker's daemon, with the containerd that it starts itself, ended at the end."""
    print("Starting dockerd …", flush=True)
    with tempfile.NamedTemporaryFile(prefix="dockerd-", suffix=".log") as log:
        started = subprocess.Popen(["dockerd", *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            deadline = time.monotonic() + START_LIMIT
            while docker("info").returncode:
                if started.poll() is not None or time.monotonic() > deadline:
                    tail = "".join(Path(log.name).read_text(errors="replace").splitlines(keepends=True)[-10:])
                    raise UserError(f"dockerd did not come up:\n{tail}")
                time.sleep(0.2)
            yield
        finally:
            started.terminate()
            started.wait(START_LIMIT)


def provide_image() -> str:
    """Sees to it that `IMAGE` is there, and says what it is: the one that `IMPRINT_SAM_IMAGE` names, the one of last time, AWS's, or the stand-in."""
    wanted = os.environ.get("IMPRINT_SAM_IMAGE")
    if wanted:
        take(wanted)
        return wanted
    if identity(IMAGE):
        return IMAGE
    if newer_libc():
        print(f"This machine links against {newer_libc()}, {AWS_IMAGE} has glibc {AWS_GLIBC}; building a stand-in from Debian packages …", flush=True)
    # A registry that is out of reach is noticed late, by the resolver.
    elif pull(AWS_IMAGE):
        take(AWS_IMAGE)
        return AWS_IMAGE
    else:
        print(f"{AWS_IMAGE} cannot be pulled; building a stand-in from Debian packages …", flush=True)
    if subprocess.run([LOCAL / "sam" / "base-image.sh", IMAGE], check=False).returncode:
        raise UserError(f"No image for the functions: name one by IMPRINT_SAM_IMAGE, or make {AWS_IMAGE} reachable.")
    forget_made_of_it()
    return f"{IMAGE} (stand-in)"


def newer_libc() -> str:
    """The C library of this machine if binaries that are linked here may not start in AWS's image; nothing if they do."""
    library, version = platform.libc_ver()
    newer = [int(part) for part in version.split(".")] > [int(part) for part in AWS_GLIBC.split(".")] if version else False
    return f"{library} {version}" if newer else ""


def take(name: str) -> None:
    """Lets `IMAGE` be this image."""
    if not identity(name) and not pull(name):
        raise UserError(f"The image {name} is not here and cannot be pulled.")
    if identity(name) != identity(IMAGE):
        docker("tag", name, IMAGE)
        forget_made_of_it()


def pull(name: str) -> bool:
    """Whether the image could be fetched."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return docker("pull", "--quiet", name, limit=600).returncode == 0
    return False


def identity(name: str) -> str:
    """The id of an image, empty if it is not here."""
    return docker("image", "inspect", "--format", "{{.Id}}", name).stdout.strip()


def forget_made_of_it() -> None:
    """Removes what SAM made of the image that bore the name before."""
    for tag in docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", IMAGE.partition(":")[0]).stdout.split():
        if ":rapid-" in tag:
            docker("image", "rm", "--force", tag)


def bridge_address() -> str:
    """This machine as containers see it."""
    described = docker("network", "inspect", "bridge", "--format", "{{with index .IPAM.Config 0}}{{json .}}{{end}}")
    if described.returncode:
        raise UserError("Docker has no network named bridge; containers could not reach the services.")
    network = json.loads(described.stdout)
    # A daemon that made the network in this run tells no gateway; it is the first address.
    return network.get("Gateway") or str(next(ipaddress.ip_network(network["Subnet"]).hosts()))


def keep_bridge_address() -> None:
    """Gives Docker's bridge a hardware address of its own, if we may.

    Docker does so when it makes the bridge. One that was there before takes the lowest address among its containers: whenever that changes, those
    that know the old one reach nothing for up to a minute.
    """
    name = docker("network", "inspect", "bridge", "--format", '{{index .Options "com.docker.network.bridge.name"}}').stdout.strip()
    assigned = Path("/sys/class/net", name, "addr_assign_type")
    # Docker on another machine, or in a virtual one, has its bridge there.
    if not assigned.is_file() or int(assigned.read_text()) == SET_BY_SOMEBODY:
        return
    request = struct.pack("16sH6s8x", name.encode(), ETHERNET, BRIDGE_ADDRESS)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket, contextlib.suppress(PermissionError):
        fcntl.ioctl(any_socket, SET_HARDWARE_ADDRESS, request)


def containers(folder: Path) -> dict[str, str]:
    """The containers of functions whose code is below the folder: the function's binary by the container's id."""
    words = ("ps", "--all", "--no-trunc", "--filter", "label=sam.cli.container.type=lambda", "--format", "{{.ID}} {{.Mounts}}")
    found = {}
    for line in docker(*words).stdout.splitlines():
        identifier, _, mounts = line.partition(" ")
        for mount in mounts.split(","):
            if Path(mount).parent == folder:
                found[identifier] = Path(mount).name
    return found


def remove_containers(folder: Path) -> None:
    """Removes them; whoever runs another `sam local` keeps theirs."""
    if found := containers(folder):
        docker("rm", "--force", *found)
