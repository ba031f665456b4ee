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


def fill(root, block, reserve):
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
    for name, count in (("short", 2), ("block", 10), ("leaf", 200), ("node", 560)):
        os.mkdir(f"{root}/{name}")
        for index in range(count):
            os.link(f"{root}/empty", f"{root}/{name}/entry-{index}")
    os.symlink("file", f"{root}/link")
    os.symlink("/".join(["long"] * 200), f"{root}/long")
    os.mkfifo(f"{root}/pipe")
    # Attributes first: they take room from the root of the tree.
    write("tree")
    os.setxattr(f"{root}/tree", "user.a", b"x" * 180)
    file = os.open(f"{root}/tree", os.O_RDWR)
    # Holes of a file to be copied must be as large as blocks of the file system it comes from.
    count, step = (800, 2 * block) if reserve else (300, 16 * block)
    for index in range(count):
        if reserve and index % 40:
            libc.fallocate(file, 0, ctypes.c_int64(index * step), ctypes.c_int64(block))
        else:
            os.pwrite(file, b"%d" % (index if index % 40 == 0 else 0), index * step)
    os.close(file)
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
    return {path: entry(f"{root}/{path}") for path in sorted(paths) if "/" not in path or path.endswith("99")}


def packed(image):
    numbers, sectors = [], []
    with open(image, "rb") as file:
        for number in range(SIZE // 512):
            sector = file.read(512)
            if any(sector):
                numbers.append(number)
                sectors.append(sector)
    return base64.b64encode(gzip.compress(struct.pack(f"<{len(numbers)}I", *numbers) + b"".join(sectors), 9, mtime=0)).decode()


def empty_log(image):
    """Zeros, as those of a new file system: the log says all of it again."""
    with open(image, "r+b") as file:
        superblock = file.read(512)
        block, = struct.unpack_from(">I", superblock, 4)
        start, = struct.unpack_from(">Q", superblock, 48)
        group_blocks, = struct.unpack_from(">I", superblock, 84)
        blocks, = struct.unpack_from(">I", superblock, 96)
        bits = superblock[124]
        file.seek(((start >> bits) * group_blocks + (start & (1 << bits) - 1)) * block)
        file.write(bytes(blocks * block))


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
                fill(root, block, True)
                expected = manifest(root)
            finally:
                subprocess.run(["umount", root], check=True)
            empty_log(image)
        else:
            fill(root, block, False)
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
