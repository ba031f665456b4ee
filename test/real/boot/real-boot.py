#!/usr/bin/env python3
"""Boots a real Debian root with its real cloud-init and tells every change that the boot makes.

    real-boot.py boot ROOT SCENARIO.json OUT    customise, boot, write OUT/changes.json
    real-boot.py enter OUT COMMAND...           run COMMAND where OUT/before and OUT/after show the two images

Needs root on Linux with overlayfs, unshare(1), mount(8), ip(8). ROOT is never written: an overlay layer takes the
scenario's customisation (OUT/custom) and a second one the boot (OUT/boot). All mounts live in a mount namespace of their
own and die with it. SCENARIO.json is {"files": {...}, "commands": [...], "seed": {...}}, see scenarios.ts.
"""

import json
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True  # the modules beside this file leave nothing in the repository

from customise import customise, put_file
from layers import changes_of
from machine import (
    STATE, chroot, host_name, make_network, mount_kernel_file_systems, overlay, put_stand_ins, run, unmount,
)

STAGES = [["init", "--local"], ["init"], ["modules", "--mode=config"], ["modules", "--mode=final"]]
STAGE_SECONDS = 180


def boot(root, scenario_path, out):
    with open(scenario_path) as file:
        scenario = json.load(file)
    scenario["seed"].setdefault("user-data", "")  # NoCloud takes only a seed that has both files
    for name in ("custom", "boot", "work1", "work2", "before", "after", "seed", "image"):
        os.mkdir(f"{out}/{name}")
    for name, content in scenario["seed"].items():
        put_file(f"{out}/seed/{name}", content)

    make_network()
    image = f"{out}/image"
    overlay(image, [root], f"{out}/custom", f"{out}/work1")
    mount_kernel_file_systems(image)
    run("hostname", "builder")
    put_stand_ins(image)
    customise(image, scenario)
    unmount(image)

    overlay(image, [f"{out}/custom", root], f"{out}/boot", f"{out}/work2")
    overlay(f"{out}/before", [f"{out}/custom", root])
    mount_kernel_file_systems(image)
    run("hostname", host_name(image))
    put_stand_ins(image)
    sshd_settings(image, f"{out}/sshd-before.txt")
    statuses = stages(image, out)
    sshd_settings(image, f"{out}/sshd-after.txt")

    for source, name in {
        "/var/log/cloud-init.log": "cloud-init.log", "/var/log/cloud-init-output.log": "cloud-init-output.log",
        "/run/cloud-init/ds-identify.log": "ds-identify.log", "/run/cloud-init/result.json": "result.json",
        "/run/cloud-init/instance-data-sensitive.json": "instance-data.json",
        f"{STATE}/commands.log": "commands.log", "/dev/console": "console.txt",
    }.items():
        if os.path.isfile(image + source):
            shutil.copyfile(image + source, f"{out}/{name}")
    # What is mounted over the image's directories must not hide whether the boot changed what is below.
    unmount(image)
    overlay(f"{out}/after", [f"{out}/boot", f"{out}/custom", root])
    for name in ("work1", "work2", "image"):
        shutil.rmtree(f"{out}/{name}")
    version = re.search(r"Cloud-init v\. (\S+)", read_if_any(f"{out}/cloud-init.log"))
    with open(f"{out}/changes.json", "w") as file:
        json.dump({
            "root": root, "cloudInit": version.group(1) if version else None, "stages": statuses,
            "changes": changes_of(f"{out}/before", f"{out}/boot", f"{out}/after"),
        }, file, indent=1)


def stages(root, out):
    """The boot. Answers each stage's exit status; None where the generator keeps cloud-init off."""
    generated = [f"{STATE}/{name}" for name in ("normal", "early", "late")]
    for directory in generated:
        os.mkdir(root + directory)
    generator = "/lib/systemd/system-generators/cloud-init-generator"
    chroot(root, [generator, *generated], stdout=sys.stderr, timeout=STAGE_SECONDS)
    if os.path.exists(f"{root}/run/cloud-init/disabled") or os.path.exists(f"{root}/etc/cloud/cloud-init.disabled"):
        return None
    statuses = {}
    for words in STAGES:
        with open(f"{out}/{'-'.join(words).replace('--', '')}.txt", "w") as log:
            done = chroot(
                root, ["/usr/bin/cloud-init", *words], stdout=log, stderr=subprocess.STDOUT, timeout=STAGE_SECONDS
            )
        statuses[" ".join(words)] = done.returncode
    return statuses


def sshd_settings(root, out):
    """`sshd -T`. Where no host key is left it needs one, given with -h, and then says nothing of HostKey."""
    os.makedirs(f"{root}/run/sshd", exist_ok=True)
    command = ["/usr/sbin/sshd", "-T", "-f", "/etc/ssh/sshd_config"]
    done = chroot(root, command, capture_output=True, text=True)
    if "no hostkeys available" in done.stderr:
        key = f"{STATE}/host_key"
        if not os.path.exists(root + key):
            chroot(root, ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        done = chroot(root, [*command, "-h", key], capture_output=True, text=True)
    with open(out, "w") as file:
        file.write(done.stdout if done.returncode == 0 else f"# exit status {done.returncode}: {done.stderr}")


def read_if_any(path):
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def enter(out, command):
    with open(f"{out}/changes.json") as file:
        root = json.load(file)["root"]
    overlay(f"{out}/before", [f"{out}/custom", root])
    overlay(f"{out}/after", [f"{out}/boot", f"{out}/custom", root])
    os.execvp(command[0], command)


def main():
    verb, *words = sys.argv[1:] or [""]
    inside = verb.startswith("inside-")
    if verb == "boot" and len(words) == 3:
        root, scenario, out = (os.path.abspath(word) for word in words)
        os.makedirs(out)
        words = [root, scenario, out]
        namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc", "--net"]
    elif verb == "enter" and len(words) >= 2:
        words[0] = os.path.abspath(words[0])
        namespaces = ["--mount"]
    elif not inside:
        sys.exit(__doc__)
    if not inside:
        if os.geteuid() != 0:
            sys.exit("real-boot: needs root")
        script = os.path.abspath(__file__)
        os.execvp("unshare", ["unshare", *namespaces, sys.executable, script, f"inside-{verb}", *words])
    if verb == "inside-boot":
        boot(*words)
    else:
        enter(words[0], words[1:])


main()
