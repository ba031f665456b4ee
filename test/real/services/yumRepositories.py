"""Reads sets of files as dnf does: JSON of files by path on standard input, JSON of repositories on standard output."""
import json
import os
import sys
import tempfile

import dnf

read = []
with tempfile.TemporaryDirectory() as top:
    for number, files in enumerate(json.load(sys.stdin)):
        root = f"{top}/{number}"
        for path, text in files.items():
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            with open(root + path, "w", newline="") as file:
                file.write(text)
        base = dnf.Base()
        conf = base.conf
        conf.config_file_path = f"{root}/etc/dnf/dnf.conf"
        if os.path.exists(conf.config_file_path):
            conf.read()
        conf.reposdir = [root + directory for directory in conf.reposdir]
        conf.substitutions.update({"releasever": "9", "arch": "x86_64", "basearch": "x86_64"})
        conf.substitutions.update_from_etc(root, varsdir=("/etc/yum/vars", "/etc/dnf/vars"))
        base.read_all_repos()
        repositories = {
            repo.id: {
                "baseurl": " ".join(url for url in repo.baseurl if url),
                "enabled": "1" if repo.enabled else "0",
                "gpgcheck": "1" if repo.gpgcheck else "0",
                "mirrorlist": (repo.mirrorlist or "").replace("\n", " "),
                "priority": str(repo.priority),
            }
            for repo in base.repos.all()
        }
        read.append({"repositories": repositories, "releasever": conf.substitutions["releasever"]})
json.dump(read, sys.stdout)
