"""Puts a scenario's files into an image and runs its commands there."""

import base64
import os
import shutil
import sys

from machine import chroot


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
