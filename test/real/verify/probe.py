#!/usr/bin/env python3
"""Tries to leave the sandbox, as user-data of a boot; writes what came of it to /root/probe.json."""

import ctypes
import json
import os
import socket
import stat

libc = ctypes.CDLL(None, use_errno=True)
CANARY = "<CANARY>"  # a file of the host
results = {}


def attempt(name, action):
    """"refused" where the kernel refuses `action` or it returns False or -1."""
    try:
        answer = action()
        results[name] = "refused" if answer is False or answer == -1 else "done"
    except OSError:
        results[name] = "refused"


def mount(kind, flags=0, target=b"/mnt", source=b"none"):
    return libc.mount(source, target, kind, flags, None)


def write(path, text="1"):
    with open(path, "w") as file:
        file.write(text)


def escape():
    os.makedirs("/root/jail")
    top = os.open("/", os.O_RDONLY)
    os.chroot("/root/jail")
    os.fchdir(top)
    for _ in range(100):
        os.chdir("..")
    os.chroot(".")
    return os.path.exists(CANARY)


def of_processes():
    """Whether any process shows a root, a working directory or a program of the host."""
    found = False
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("root", "cwd"):
            try:
                found = found or os.path.exists(f"/proc/{pid}/{name}{CANARY}")
            except OSError:
                pass
        try:
            program = os.stat(f"/proc/{pid}/exe")
            # A program of the image is on its overlay, the sandbox's own in memory: never on a device of the host.
            found = found or os.major(program.st_dev) != 0
        except OSError:
            pass
    return found


REMOUNT, BIND, DETACH = 32, 4096, 2
attempt("mount proc", lambda: mount(b"proc"))
attempt("mount sysfs", lambda: mount(b"sysfs"))
attempt("mount ext4", lambda: mount(b"ext4", source=b"/dev/vda"))
attempt("mount cgroup", lambda: mount(b"cgroup"))
attempt("mount cgroup2", lambda: mount(b"cgroup2"))
attempt("make /proc writable", lambda: mount(None, REMOUNT | BIND, b"/proc"))
attempt("make /sys writable", lambda: mount(None, REMOUNT | BIND, b"/sys"))
attempt("unmount /proc", lambda: libc.umount2(b"/proc", DETACH))
attempt("unmount /proc/cmdline", lambda: libc.umount2(b"/proc/cmdline", DETACH))
attempt("unmount /", lambda: libc.umount2(b"/", DETACH))
attempt("make a device", lambda: os.mknod("/root/disk", 0o600 | stat.S_IFBLK, os.makedev(8, 0)))
attempt("write to sysctl", lambda: write("/proc/sys/kernel/core_pattern", "|/x"))
attempt("sysrq", lambda: write("/proc/sysrq-trigger", "h"))
attempt("read the kernel's log", lambda: libc.klogctl(3, ctypes.create_string_buffer(10), 10))
attempt("load a module", lambda: libc.syscall(175, b"x", 1, b""))
attempt("reboot", lambda: libc.reboot(0x1234567))
attempt("set the clock", lambda: libc.settimeofday(b"\0" * 16, None))
attempt("open by handle", lambda: libc.syscall(304, 0, b"\x08\0\0\0\1\0\0\0\2" + b"\0" * 7, 0))
attempt("trace process 1", lambda: libc.ptrace(16, 1, 0, 0))
attempt("look at process 1", lambda: os.listdir("/proc/1/root"))
attempt("a user namespace", lambda: libc.unshare(0x10000000))
attempt("connect", lambda: socket.create_connection(("192.0.2.1", 80), 2))
attempt("sockets of the host", lambda: len(open("/proc/net/unix").readlines()) > 1)
attempt("the host in /proc", of_processes)
attempt("leave a chroot", escape)
write("/root/probe.json", json.dumps(results))
