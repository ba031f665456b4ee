"""What the cloud-init of this root writes after reading YAML: a JSON list of texts in, a JSON list of answers out.

Runs inside a root (recordings.ts). An answer is {"anchored", "copied"}: with anchors, and without.
"""
import json
import sys

sys.dont_write_bytecode = True
import yaml  # noqa: E402
from cloudinit import safeyaml  # noqa: E402


def dumped(text):
    value = yaml.safe_load(text)
    options = {"explicit_start": False, "explicit_end": False}
    return {"anchored": safeyaml.dumps(value, **options), "copied": safeyaml.dumps(value, noalias=True, **options)}


json.dump([dumped(text) for text in json.load(sys.stdin)], sys.stdout)
