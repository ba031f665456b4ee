"""What an overlay's upper layer changes."""

import os
import stat


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
