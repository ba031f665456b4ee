"""Runs a command, and tells which files it and its children open and write: watchFiles.py PATH[:PATH]... COMMAND...

The paths say of which file systems.

JSON out: {"status", "opened": [{"path", "device", "inode", "insideRoot"}], "written": [path]}, each once. "insideRoot" says
whether the process that opened it has another root directory than this one. fanotify(7) asks before each open, so that the
process is still there to be looked at. The command's output goes to standard error. Needs root.
"""

import ctypes
import json
import os
import select
import struct
import sys
import time

CLASS_CONTENT, CLOSE_ON_EXEC = 0x4, 0x1
ADD, FILE_SYSTEM = 0x1, 0x100
MODIFY, OPEN_PERMISSION, EXECUTE_PERMISSION, ALLOW = 0x2, 0x10000, 0x40000, 0x1
EVENT = struct.Struct("=IBBHQii")


def is_below(pid, ancestor):
    while pid > 1:
        if pid == ancestor:
            return True
        with open(f"/proc/{pid}/stat") as file:
            pid = int(file.read().rpartition(")")[2].split()[1])
    return False


def root_of(pid):
    status = os.stat(f"/proc/{pid}/root/")
    return status.st_dev, status.st_ino


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    events = libc.fanotify_init(CLASS_CONTENT | CLOSE_ON_EXEC, os.O_RDONLY)
    mask = ctypes.c_uint64(MODIFY | OPEN_PERMISSION | EXECUTE_PERMISSION)
    for path in sys.argv[1].split(":"):
        if events < 0 or libc.fanotify_mark(events, ADD | FILE_SYSTEM, mask, -100, os.fsencode(path)) < 0:
            sys.exit(f"watchFiles: {path}: {os.strerror(ctypes.get_errno())}")
    own = root_of("self")
    # From here on this process must open nothing there: it would wait for itself.
    child = os.fork()
    if child == 0:
        os.dup2(2, 1)
        os.execvp(sys.argv[2], sys.argv[2:])
    seen, opened, written = set(), {}, {}
    status = None
    # Others on the machine open files, too, so that there may always be events.
    end = float("inf")
    while time.monotonic() < end:
        if status is None:
            ended, code = os.waitpid(child, os.WNOHANG)
            if ended:
                status = os.waitstatus_to_exitcode(code)
                end = time.monotonic() + 1
        if not select.select([events], [], [], 0.05)[0]:
            continue
        data = os.read(events, 1 << 16)
        for offset in range(0, len(data), EVENT.size):
            _, _, _, _, kind, file, pid = EVENT.unpack_from(data, offset)
            path = os.readlink(f"/proc/self/fd/{file}")
            try:
                if kind & MODIFY:
                    if pid in seen:
                        written[path] = True
                elif is_below(pid, child):
                    seen.add(pid)
                    status_of = os.fstat(file)
                    opened[(path, status_of.st_dev, status_of.st_ino, root_of(pid) != own)] = True
            except (FileNotFoundError, ProcessLookupError):
                pass
            if not kind & MODIFY:
                os.write(events, struct.pack("=iI", file, ALLOW))
            os.close(file)
    names = ("path", "device", "inode", "insideRoot")
    json.dump(
        {"status": status, "opened": [dict(zip(names, key)) for key in opened], "written": list(written)}, sys.stdout
    )


main()
