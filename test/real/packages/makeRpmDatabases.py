"""Makes package databases with the real rpm and writes down what it answers about them.

    makeRpmDatabases.py DIR            more than 200 packages in every form; does nothing where DIR is already made
    makeRpmDatabases.py --small DIR    a handful of packages: what test/packages/rpm holds

SQLite and ndb come from the rpm of Debian trixie, BerkeleyDB from that of bullseye, the last that writes it: both are
made with mmdebstrap, which needs root. Each DIR/FORM is an image's root with a database in it; beside it stand
FORM.versions, FORM.files and FORM.owners, lines of tabs, and FORM.dump, what rpm -qa --dump says.
"""

import hashlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

SMALL = sys.argv[1] == "--small"
OUT = pathlib.Path(sys.argv[-1]).resolve()
STAMP = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()

# Group of packages: how many, the number of its digest algorithm (RPMTAG_FILEDIGESTALGO), version, epoch.
GROUPS = (
    {"sha256": (2, 8, "1.0", None), "md5": (1, 1, "2~rc1", "2")}
    if SMALL
    else {
        "sha256": (60, 8, "1.0", None),
        "second": (60, 8, "1.0^git1", "3"),
        "md5": (40, 1, "2.5~rc1", "0"),
        "sha1": (15, 2, "3", None),
        "sha384": (5, 9, "4", None),
        "sha512": (25, 10, "5.1", None),
        "sha224": (5, 11, "6", None),
    }
)
REMOVED = 1 if SMALL else 20
UPGRADED = 1 if SMALL else 10


def run(*command, check=True):
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    if check and result.returncode != 0:
        raise SystemExit(f"{command}: status {result.returncode}\n{result.stderr}")
    return result.stdout


def files_of(name):
    """Lines of a %files section and the shell commands that make the files."""
    shared = "shared-" + name.split("-")[0]
    files = f"""
%config /etc/{name}.conf
%dir /etc/{name}
%config(noreplace) /etc/{name}/keep.conf
%config(noreplace) "/etc/{name}/with space.conf"
%config(missingok) /etc/{name}/ünïcode.conf
%ghost %config /etc/{name}/state
%ghost /var/log/{name}.log
%doc /usr/share/doc/{name}
/bin/{name}
/usr/bin/{name}-link
/usr/share/{name}
/usr/share/{shared}
"""
    commands = f"""
mkdir -p etc/{name} var/log usr/share/doc/{name}/html bin usr/bin usr/share/{name}/empty usr/share/{shared}
echo "conf of $V" >etc/{name}.conf
echo "{name} keep $V" >etc/{name}/keep.conf
echo "{name} space $V" >"etc/{name}/with space.conf"
echo "{name} unicode $V" >etc/{name}/ünïcode.conf
echo "{name} state" >etc/{name}/state
echo "{name} log" >var/log/{name}.log
echo "{name} readme" >usr/share/doc/{name}/README
echo "{name} tool $V" >bin/{name}
ln -s ../../bin/{name} usr/bin/{name}-link
echo "{name} hard" >usr/share/{name}/hard-one
ln usr/share/{name}/hard-one usr/share/{name}/hard-two
echo same >usr/share/{shared}/same
: >usr/share/{name}/zero
"""
    if name == "large":
        count = 40 if SMALL else 6000
        commands += f"for f in $(seq {count}); do mkdir -p usr/share/large/$((f % 80)); echo $f >usr/share/large/$((f % 80))/f$f; done\n"
    return files, commands


REPLACER = (
    """
%config /etc/md5-1.conf
/etc/sha256-1/keep.conf
%ghost /etc/sha256-2.conf
%dir /usr/share/md5-1
/etc/replacer.conf
""",
    """
mkdir -p etc/sha256-1 usr/share/md5-1
for f in etc/md5-1.conf etc/sha256-1/keep.conf etc/replacer.conf; do echo replaced >$f; done
""",
)


def build(tree, group, names, algorithm=8, version="1", epoch=None, contents=files_of):
    """Builds packages into /rpms/GROUP-VERSION of a tree."""
    spec = f"Name: source-{group}\nVersion: {version}\nRelease: 1.el9\nSummary: a test\nLicense: MIT\nBuildArch: noarch\n"
    sections, install = "%description\n", f"%install\ncd %{{buildroot}}\nV={version}\n"
    for name in names:
        files, commands = contents(name)
        spec += f"%package -n {name}\nSummary: a test\n" + (f"Epoch: {epoch}\n" if epoch else "")
        sections += f"%description -n {name}\n%files -n {name}\n{files}"
        install += commands
    (tree / "group.spec").write_text(spec + install + sections)
    defines = {
        "_topdir": "/build",
        "_rpmdir": f"/rpms/{group}-{version}",
        "_binary_filedigest_algorithm": algorithm,
        "_buildhost": "localhost",
        "_unpackaged_files_terminate_build": 0,
        "_binary_payload": "w9.gzdio",
        "__os_install_post": "%{nil}",
    }
    flags = [part for key, value in defines.items() for part in ("--define", f"{key} {value}")]
    run("chroot", str(tree), "rpmbuild", "--quiet", "-bb", *flags, "/group.spec")


def build_all(tree):
    for group, (count, algorithm, version, epoch) in GROUPS.items():
        build(tree, group, [f"{group}-{i + 1}" for i in range(count)], algorithm, version, epoch)
    build(tree, "single", ["cloud-init", "large"], version="24.4")
    for version in ("1", "2"):
        build(tree, "upgraded", [f"upgraded-{i}" for i in range(UPGRADED)], version=version)
    build(tree, "removed", [f"removed-{i}" for i in range(REMOVED)])
    build(tree, "nodocs", ["nodocs"])
    build(tree, "replacer", ["replacer"], contents=lambda name: REPLACER)


class Database:
    """A database at DIR/FORM/var/lib/rpm of a tree, filled by the tree's own rpm as that of the whole tree."""

    def __init__(self, tree, form, backend):
        self.tree, self.form = tree, form
        self.directory = tree / form / "var/lib/rpm"
        self.directory.mkdir(parents=True)
        # Merged in trixie, apart in bullseye.
        if (tree / "bin").is_symlink():
            (tree / form / "bin").symlink_to("usr/bin")
        (tree / form / "linked").symlink_to("usr/share")
        defines = ["--define", f"_db_backend {backend}", "--define", f"_dbpath /{form}/var/lib/rpm"]
        self.command = ["chroot", str(tree), "rpm", *defines]

    def rpm(self, *arguments, check=True):
        return run(*self.command, *arguments, check=check)

    def add(self, group, *options):
        files = sorted(f"/{path.relative_to(self.tree)}" for path in (self.tree / "rpms" / group).rglob("*.rpm"))
        self.rpm("--nodeps", "--noscripts", "--nosignature", "--ignorearch", *options, *files)

    def remove(self, *names):
        self.rpm("-e", "--nodeps", "--noscripts", "--justdb", *names)

    def fill(self):
        for group in sorted(os.listdir(self.tree / "rpms")):
            if group not in ("upgraded-2", "nodocs-1", "replacer-1"):
                self.add(group, "-i", "--replacefiles")
        self.add("nodocs-1", "-i", "--excludedocs")
        self.add("replacer-1", "-i", "--replacefiles")
        self.add("upgraded-2", "-U")
        self.remove(*[f"removed-{i}" for i in range(REMOVED)])

    def answer(self):
        """Writes down what rpm says of all packages and files."""
        versions = self.rpm("-qa", "--qf", r"%{NAME}\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\n")
        tags = r"[%{=NAME}\t%{FILENAMES}\t%{FILEDIGESTS}\t%{=FILEDIGESTALGO}\t%{FILEFLAGS}\t%{FILESTATES}\n]"
        files = self.rpm("-qa", "--qf", tags)
        (OUT / f"{self.form}.versions").write_text(versions)
        (OUT / f"{self.form}.files").write_text(files)
        (OUT / f"{self.form}.dump").write_text(self.rpm("-qa", "--dump"))
        paths = sorted({line.split("\t")[1] for line in files.splitlines()})
        paths += ["/usr" + path for path in paths if path.startswith("/bin/")]
        paths += ["/linked" + path[len("/usr/share") :] for path in paths if path.startswith("/usr/share/sha256-1/")]
        paths += ["/etc/hostname", "/etc/apt/sources.list", "/usr/share"]
        # Some of the large package's thousands are enough.
        paths = [path for path in paths if not path.startswith("/usr/share/large/") or path.endswith("77")]
        with open(OUT / f"{self.form}.owners", "w") as owners:
            for start in range(0, len(paths), 500):
                asked = paths[start : start + 500]
                # What rpm says of nobody's file tells where the answer about a path ends.
                between = [part for path in asked for part in (path, "/")]
                said = self.rpm("-qf", "--qf", r"%{NAME}\n", *between, check=False)
                answers = said.split("file / is not owned by any package\n")
                for path, answer in zip(asked, answers[:-1], strict=True):
                    names = [] if "not owned" in answer else answer.split()
                    owners.write("\t".join([path, *names]) + "\n")

    def keep(self):
        """Copies the database out of the tree."""
        shutil.copytree(self.tree / self.form, OUT / self.form, symlinks=True)


def make_tree(suite, *packages):
    """A Debian with rpm on it, and links and directories as the images have them."""
    tree = OUT / suite
    old = '--aptopt=Acquire::Check-Valid-Until "false"'
    run("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(['rpm', *packages])}", old, suite, str(tree))
    (tree / "linked").symlink_to("usr/share")
    return tree


def main():
    if (OUT / "stamp").exists() and (OUT / "stamp").read_text() == STAMP:
        return
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    tree = make_tree("trixie")
    build_all(tree)
    for form in ("sqlite", "ndb"):
        database = Database(tree, form, form)
        database.fill()
        database.answer()
        database.keep()

    # A write-ahead log stays behind where a program has the database open, as on a live machine.
    database = Database(tree, "wal", "sqlite")
    database.fill()
    file = database.directory / "rpmdb.sqlite"
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("begin")
    reader.execute("select count(*) from Packages").fetchone()
    database.remove("cloud-init")
    database.add("removed-1", "-i", "--replacefiles")
    database.answer()
    database.keep()
    reader.close()

    old = make_tree("bullseye", "db-util")
    shutil.copytree(tree / "rpms", old / "rpms")
    database = Database(old, "bdb", "bdb")
    database.fill()
    database.answer()
    database.keep()
    # The same records in the other byte order.
    run("chroot", str(old), "sh", "-c", "db_dump /bdb/var/lib/rpm/Packages | db_load -c db_lorder=4321 /swapped")
    shutil.copytree(OUT / "bdb", OUT / "swapped", symlinks=True)
    shutil.copy(old / "swapped", OUT / "swapped/var/lib/rpm/Packages")
    for answers in ("versions", "files", "owners", "dump"):
        shutil.copy(OUT / f"bdb.{answers}", OUT / f"swapped.{answers}")
    for leftover in (tree, old):
        shutil.rmtree(leftover)
    (OUT / "stamp").write_text(STAMP)


main()
