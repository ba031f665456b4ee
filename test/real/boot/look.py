#!/usr/bin/env python3
"""Shows boots to one program, one after another: look.py PROGRAM...

Each line of standard input is JSON with the `directory` of a boot. While BOOT/before and BOOT/after show its two images,
the line is handed on to the program, and the program's answer, a line too, is printed. Needs root.
"""

import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True  # the modules beside this file leave nothing in the repository

from machine import overlay, run


def main():
    if sys.argv[1] != "inside":
        script = os.path.abspath(__file__)
        os.execvp("unshare", ["unshare", "--mount", sys.executable, script, "inside", *sys.argv[1:]])
    program = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for line in sys.stdin.buffer:
        boot = json.loads(line)["directory"]
        with open(f"{boot}/changes.json") as file:
            root = json.load(file)["root"]
        overlay(f"{boot}/before", [f"{boot}/custom", root])
        overlay(f"{boot}/after", [f"{boot}/boot", f"{boot}/custom", root])
        program.stdin.write(line)
        program.stdin.flush()
        answer = program.stdout.readline()
        run("umount", f"{boot}/before", f"{boot}/after")
        if not answer:
            sys.exit(f"look: {' '.join(sys.argv[2:])} ended at {boot}")
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


main()
