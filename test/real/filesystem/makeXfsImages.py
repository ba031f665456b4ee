#!/usr/bin/env python3
"""Makes test/filesystem/xfs/images.json: tiny XFS file systems for the unit tests, and what is in them.

    sudo python3 test/real/filesystem/makeXfsImages.py MKFS > test/filesystem/xfs/images.json

MKFS is a mkfs.xfs that copies directories (xfsprogs 6.17 or newer): no kernel of today writes version 4. The kernel writes
version 5. An image is kept as the numbers of its sectors of 512 bytes that are not all zeros, and those sectors.
"""
import base64, ctypes, gzip, hashlib, json, os, stat, struct, subprocess, sys, tempfile

ENV = {**os.environ, "TEST_DIR": "x", "TEST_DEV": "x", "QA_CHECK_FS": "x"}
SIZE = 64 << 20
libc = ctypes.CDLL(None, use_errno=True)


def fill(root, block):
    def write(name, *pieces, size=None):
        with open(f"{root}/{name}", "wb") as file:
            for offset, content in pieces:
                file.seek(offset)
                file.write(content)
            if size is not None:
                file.truncate(size)

    write("file", (0, b"hello\n"))
    write("empty")
    write("sparse", (3 * block, b"a" * 10), (1 << 33, b"the end"))
    for name, count in (("short", 2), ("block", 10), ("leaf", 40), ("node", 400)):
        os.mkdir(f"{root}/{name}")
        for index in range(count):
            os.link(f"{root}/empty", f"{root}/{name}/entry-{index}")
    os.symlink("file", f"{root}/link")
    os.symlink("/".join(["long"] * 200), f"{root}/long")
    os.mkfifo(f"{root}/pipe")
    write("tree", *((index * 2 * block, b"%d" % index) for index in range(0, 600, 40)), size=600 * 2 * block)
    file = os.open(f"{root}/tree", os.O_RDWR)
    for index in range(600):
        if index % 40:
            libc.fallocate(file, 0, ctypes.c_int64(index * 2 * block), ctypes.c_int64(block))
    os.close(file)
    os.setxattr(f"{root}/tree", "user.a", b"x" * 180)
    os.chown(f"{root}/file", 1000, 100)
    os.chmod(f"{root}/file", 0o4750)


def entry(path):
    found = os.lstat(path)
    kind = {stat.S_IFDIR: "directory", stat.S_IFREG: "file", stat.S_IFLNK: "symlink"}.get(stat.S_IFMT(found.st_mode), "special")
    content = None
    if kind == "symlink":
        content = os.readlink(path)
    elif kind == "directory":
        content = len(os.listdir(path))
    elif kind == "file" and found.st_size < 1 << 30:
        content = hashlib.sha256(open(path, "rb").read()).hexdigest()
    size = None if kind == "directory" else found.st_size
    return [kind, size, oct(found.st_mode & 0o7777)[2:], found.st_uid, found.st_gid, content]


def manifest(root):
    paths = [os.path.relpath(os.path.join(at, name), root) for at, directories, files in os.walk(root) for name in directories + files]
    return {path: entry(f"{root}/{path}") for path in sorted(paths) if not path.startswith("node/entry") or path.endswith("7")}


def packed(image):
    numbers, sectors = [], []
    with open(image, "rb") as file:
        for number in range(SIZE // 512):
            sector = file.read(512)
            if any(sector):
                numbers.append(number)
                sectors.append(sector)
    return base64.b64encode(gzip.compress(struct.pack(f"<{len(numbers)}I", *numbers) + b"".join(sectors), 9, mtime=0)).decode()


def make(mkfs, options, block, mounted):
    with tempfile.TemporaryDirectory() as scratch:
        image, root = f"{scratch}/image", f"{scratch}/root"
        os.mkdir(root)
        subprocess.run(["truncate", "-s", str(SIZE), image], check=True)
        command = [mkfs, "-q", "-L", "tiny", "-m", "uuid=01234567-89ab-4cde-8f01-23456789abcd", *options.split()]
        if mounted:
            subprocess.run([*command, image], check=True, env=ENV, stdout=sys.stderr)
            subprocess.run(["mount", "-o", "loop", image, root], check=True)
            try:
                fill(root, block)
                expected = manifest(root)
            finally:
                subprocess.run(["umount", root], check=True)
        else:
            fill(root, block)
            expected = manifest(root)
            subprocess.run([*command, "-p", root, image], check=True, env=ENV, stdout=sys.stderr)
        return {"made": f"mkfs.xfs {options}", "size": SIZE, "gzip": packed(image), "paths": expected}


print(json.dumps({
    "made": "test/real/filesystem/makeXfsImages.py",
    "images": {
        "version 5": make("mkfs.xfs", "-b size=1024 -i size=512 -n size=4096 -m rmapbt=1 -d agcount=2", 1024, True),
        "version 4": make(sys.argv[1], "-m crc=0 -b size=512 -i size=256 -n size=4096 -d agcount=2", 512, False),
    },
}, indent=1))
