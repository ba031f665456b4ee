#!/usr/bin/env python3
"""Boots a real Debian root with its real cloud-init and tells every change that the boot makes.

    real-boot.py boot ROOT SCENARIO.json OUT    customise, boot, write OUT/changes.json
    real-boot.py enter OUT COMMAND...           run COMMAND where OUT/before and OUT/after show the two images

Needs root on Linux with overlayfs, unshare(1), mount(8), ip(8). ROOT is never written: an overlay layer takes the
scenario's customisation (OUT/custom) and a second one the boot (OUT/boot). All mounts live in a mount namespace of their
own and die with it. SCENARIO.json is {"files": {...}, "commands": [...], "seed": {...}}, see scenarios.ts.
"""

import base64
import errno
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time

# What systemd gives a service: no HOME, no TERM.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
}
KERNEL_COMMAND_LINE = "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro console=ttyS0\n"
MAC_ADDRESS = "52:54:00:12:34:56"
STAGES = [["init", "--local"], ["init"], ["modules", "--mode=config"], ["modules", "--mode=final"]]
STAGE_SECONDS = 180
STATE = "/run/real-boot"

# Commands that would reach the kernel or a service manager that is not there. Each only records its arguments.
# reboot, shutdown, poweroff and halt are links to systemctl. All else is real, `netplan generate`, `locale-gen`,
# `ssh-keygen`, `useradd` and `apt-get` included (apt-get finds no network and gives up at once).
RECORDED = [
    "systemctl",  # no systemd runs; is-active, is-enabled ... all succeed silently
    "udevadm",  # no udevd runs, and the host's devices are none of its business
    "modprobe", "sysctl", "swapon", "swapoff",  # the kernel is the host's
    "mount", "umount",  # an fstab's file systems would hide what cloud-init writes below their mount points
]
RECORDER = """#!/bin/sh
{ printf %s "${0##*/}"; for word; do printf ' %s' "$word"; done; echo; } >>STATE/commands.log
""".replace("STATE", STATE)
# cloud-init asks whether it runs in a container; the answer must not depend on the host.
DETECT_VIRT = """#!/bin/sh
case " $* " in *" --container "* | *" -c "*) echo none; exit 1 ;; esac
echo kvm
"""


def run(*words, **options):
    return subprocess.run(words, check=True, **options)


def overlay(target, lower, upper=None, work=None):
    """Mounts an overlay; without `upper` it is read-only. `lower` goes from the top layer to the bottom one."""
    options = "lowerdir=" + ":".join(lower)
    if upper:
        options += f",upperdir={upper},workdir={work}"
    # A rename of a directory of the lower layer and a chmod copy up whole, so that the upper layer says all.
    run("mount", "-t", "overlay", "overlay", "-o", options + ",redirect_dir=off,metacopy=off,index=off", target)


def unmount(target):
    """Unmounts a tree as soon as the last process that lingers in it (cloud-init's tee) has ended."""
    for _ in range(100):
        if subprocess.run(["umount", "--recursive", target], capture_output=True).returncode == 0:
            return
        time.sleep(0.1)
    sys.exit(f"real-boot: {target} stays busy")


def chroot(root, words, **options):
    return subprocess.run(["chroot", root, *words], env=ENVIRONMENT, stdin=subprocess.DEVNULL, **options)


def mount_kernel_file_systems(root):
    """/proc, /sys, /dev and /run as a fresh virtual machine with one network device and no disk shows them."""
    run("mount", "-t", "proc", "proc", f"{root}/proc")
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", f"{root}/run")
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", f"{root}/dev")
    run("mount", "-t", "sysfs", "-o", "ro", "sysfs", f"{root}/sys")
    for path in ("/sys/block", "/sys/class/block", "/sys/class/dmi", "/sys/firmware", "/sys/hypervisor"):
        if os.path.isdir(root + path):
            run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", root + path)

    for name, (major, minor) in {
        "null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0),
    }.items():
        os.mknod(f"{root}/dev/{name}", 0o666 | stat.S_IFCHR, os.makedev(major, minor))
        os.chmod(f"{root}/dev/{name}", 0o666)
    for directory in ("pts", "shm"):
        os.mkdir(f"{root}/dev/{directory}")
    run("mount", "-t", "devpts", "-o", "newinstance,ptmxmode=666,mode=620", "devpts", f"{root}/dev/pts")
    run("mount", "-t", "tmpfs", "tmpfs", f"{root}/dev/shm")
    for name, target in {
        "ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0",
        "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
    }.items():
        os.symlink(target, f"{root}/dev/{name}")
    # The host's console stays untouched.
    open(f"{root}/dev/console", "w").close()

    os.makedirs(f"{root}{STATE}")
    os.mkdir(f"{root}/run/lock")
    with open(f"{root}{STATE}/cmdline", "w") as file:
        file.write(KERNEL_COMMAND_LINE)
    run("mount", "--bind", f"{root}{STATE}/cmdline", f"{root}/proc/cmdline")
    run("mount", "--bind", f"{root}/proc/sys", f"{root}/proc/sys")
    run("mount", "-o", "remount,bind,ro", f"{root}/proc/sys")


def make_network():
    """lo, and an eth0 with a carrier that leads nowhere. cloud-init itself passes over names that begin with veth."""
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "eth0", "address", MAC_ADDRESS, "type", "veth", "peer", "name", "veth0")
    run("ip", "link", "set", "veth0", "up")


def put_stand_ins(root):
    """Binds the stand-ins over the real programs, so that absolute paths and links lead to them as well."""
    scripts = {name: RECORDER for name in RECORDED} | {"systemd-detect-virt": DETECT_VIRT}
    os.mkdir(f"{root}{STATE}/bin")
    for name, text in scripts.items():
        script = f"{root}{STATE}/bin/{name}"
        with open(script, "w") as file:
            file.write(text)
        os.chmod(script, 0o755)
        bound = set()
        for directory in ENVIRONMENT["PATH"].split(":"):
            real = resolve(root, f"{directory}/{name}")
            if real not in bound and os.path.isfile(root + real):
                run("mount", "--bind", script, root + real)
                bound.add(real)


def resolve(root, path):
    """`path` with its links followed inside `root`."""
    for _ in range(40):
        done = ""
        parts = [part for part in path.split("/") if part]
        for number, part in enumerate(parts):
            here = f"{done}/{part}"
            if os.path.islink(root + here):
                target = os.readlink(root + here)
                rest = "/".join(parts[number + 1:])
                path = os.path.normpath(os.path.join(done or "/", target, rest))
                break
            done = here
        else:
            return done
    raise OSError(errno.ELOOP, "loop of links", path)


def in_chroot(root, action):
    """Runs `action` in a child whose root is `root`, so that absolute links cannot lead out of it."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.chroot(root)
            os.chdir("/")
            os.umask(0o022)
            action()
            status = 0
        except BaseException as problem:
            print(f"real-boot: {problem!r}", file=sys.stderr)
        finally:
            os._exit(status)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit("real-boot: the customisation failed")


def put_file(path, entry):
    """Makes one entry of a scenario's `files`."""
    if isinstance(entry, str):
        entry = {"content": entry}
    if entry.get("remove"):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.unlink(path)
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if "link" in entry:
        if os.path.lexists(path):
            os.unlink(path)
        os.symlink(entry["link"], path)
        return
    if entry.get("directory"):
        os.makedirs(path, exist_ok=True)
    else:
        content = base64.b64decode(entry["base64"]) if "base64" in entry else entry["content"].encode()
        with open(path, "wb") as file:
            file.write(content)
    os.chmod(path, int(entry.get("mode", "755" if entry.get("directory") else "644"), 8))
    shutil.chown(path, *entry.get("owner", "root:root").split(":"))


def customise(root, scenario):
    def files():
        for path, entry in scenario.get("files", {}).items():
            put_file(path, entry)
        seed = "/var/lib/cloud/seed/nocloud"
        os.makedirs(seed)
        for name, content in scenario["seed"].items():
            put_file(f"{seed}/{name}", content)

    in_chroot(root, files)
    for command in scenario.get("commands", []):
        done = chroot(root, ["sh", "-ec", command], stdout=sys.stderr)
        if done.returncode != 0:
            sys.exit(f"real-boot: exit status {done.returncode} of: {command}")


def host_name(root):
    """What systemd sets before cloud-init runs: the first line of /etc/hostname that says something."""
    try:
        with open(root + resolve(root, "/etc/hostname"), encoding="utf8", errors="replace") as file:
            names = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    except FileNotFoundError:
        names = []
    return names[0] if names else "localhost"


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


def stages(root, out):
    """The boot. Answers each stage's exit status; None where the generator keeps cloud-init off."""
    os.mkdir(f"{root}/run/systemd")
    os.mkdir(f"{root}/run/systemd/system")  # this is how programs tell that systemd is the init
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


def kind_of(status):
    kinds = {stat.S_IFREG: "file", stat.S_IFLNK: "symlink", stat.S_IFDIR: "directory"}
    return kinds.get(stat.S_IFMT(status.st_mode), "special")


def content_of(path, kind):
    if kind == "symlink":
        return os.readlink(path).encode()
    if kind == "file":
        with open(path, "rb") as file:
            return file.read()
    return b""


def changes_of(before, upper, after):
    """What the boot's layer `upper` makes of the image `before`; `after` shows both together."""
    changes = []

    def fact(path, op, status, same_content=False):
        changes.append({
            "path": path, "op": op, "kind": kind_of(status), "mode": f"{stat.S_IMODE(status.st_mode):04o}",
            "uid": status.st_uid, "gid": status.st_gid, "sameContent": same_content,
        })

    def deleted(path):
        status = os.lstat(before + path)
        if kind_of(status) == "directory":
            for name in os.listdir(before + path):
                deleted(f"{path}/{name}")
        fact(path, "deleted", status)

    def created(path, status):
        fact(path, "created", status)
        if kind_of(status) == "directory":
            for name in os.listdir(after + path):
                created(f"{path}/{name}", os.lstat(f"{after}{path}/{name}"))

    def walk(path):
        # Whiteouts and opaque directories both show as names that are missing in the merged view.
        names = set(os.listdir(upper + path))
        if os.path.isdir(before + path):
            names |= set(os.listdir(before + path)) - set(os.listdir(after + path))
        for name in sorted(names):
            here = f"{path}/{name}"
            old = os.lstat(before + here) if os.path.lexists(before + here) else None
            new = os.lstat(after + here) if os.path.lexists(after + here) else None
            if new is None:
                if old is not None:
                    deleted(here)
                continue
            if old is None:
                created(here, new)
                continue
            kinds = kind_of(old), kind_of(new)
            if kinds == ("directory", "directory"):
                if (old.st_mode, old.st_uid, old.st_gid) != (new.st_mode, new.st_uid, new.st_gid):
                    fact(here, "modified", new, True)
                walk(here)
            elif "directory" in kinds:
                deleted(here)
                created(here, new)
            else:
                same = kinds[0] == kinds[1] and content_of(before + here, kinds[0]) == content_of(after + here, kinds[1])
                if not same or (old.st_mode, old.st_uid, old.st_gid) != (new.st_mode, new.st_uid, new.st_gid):
                    fact(here, "modified", new, same)

    walk("")
    return changes


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
