"""A machine for an image to run in: mounts, devices, one network card, and stand-ins for what must not be real."""

import errno
import os
import stat
import subprocess
import sys
import time

STATE = "/run/real-boot"
PROGRAMS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What systemd gives a service: no HOME, no TERM. The stand-ins come first.
ENVIRONMENT = {
    "PATH": f"{STATE}/bin:{PROGRAMS}",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
}
KERNEL_COMMAND_LINE = "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro console=ttyS0\n"
MAC_ADDRESS = "52:54:00:12:34:56"

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
    os.makedirs(f"{root}/run/systemd/system")  # this is how programs tell that systemd is the init
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
    """
    Puts the stand-ins in front of PATH, for a root without the package (udev) that every image has, and binds them over
    the real programs, so that absolute paths and links lead to them as well.
    """
    scripts = {name: RECORDER for name in RECORDED} | {"systemd-detect-virt": DETECT_VIRT}
    os.mkdir(f"{root}{STATE}/bin")
    for name, text in scripts.items():
        script = f"{root}{STATE}/bin/{name}"
        with open(script, "w") as file:
            file.write(text)
        os.chmod(script, 0o755)
        bound = set()
        for directory in PROGRAMS.split(":"):
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


def host_name(root):
    """What systemd sets before cloud-init runs: the first line of /etc/hostname that says something."""
    try:
        with open(root + resolve(root, "/etc/hostname"), encoding="utf8", errors="replace") as file:
            names = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    except FileNotFoundError:
        names = []
    return names[0] if names else "localhost"
