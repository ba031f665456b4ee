"""Reads trees of cloud.cfg files with the real cloud-init: one JSON list of trees in, one line of JSON for each out.

Runs inside a root, in a mount namespace of its own with an empty /etc/cloud. A tree is {path below /etc/cloud: base64}.
"""
import base64
import datetime
import json
import logging
import os
import shutil
import sys

sys.dont_write_bytecode = True
logging.disable(logging.CRITICAL)
from cloudinit import stages, util  # noqa: E402

util.get_cmdline = lambda: ""


def encode(value):
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, (list, tuple)):
        return {"list": [encode(item) for item in value]}
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    if isinstance(value, (datetime.date, datetime.datetime)):
        return {"date": str(value)}
    return {type(value).__name__: repr(value)}


for tree in json.load(sys.stdin):
    for name in os.listdir("/etc/cloud"):
        path = os.path.join("/etc/cloud", name)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    for name, content in tree.items():
        path = os.path.join("/etc/cloud", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(content))
    try:
        init = stages.Init()
        init.read_cfg()
        init.paths
        answer = {"value": encode(init._cfg)}
    except Exception as problem:
        answer = {"fatal": type(problem).__name__}
    print(json.dumps(answer))
