"""What the modules of this root's cloud-init say of themselves, by name: JSON out.

Runs inside a root (recordings.ts): {"frequency", "distros", "activatedBy"} as they are imported.
"""
import importlib
import json
import logging
import os
import sys

sys.dont_write_bytecode = True
logging.disable(logging.CRITICAL)
from cloudinit import config  # noqa: E402

try:
    import cloudinit.config.modules  # noqa: E402, F401
except ImportError:
    pass

facts = {}
for file in sorted(os.listdir(os.path.dirname(config.__file__))):
    if not (file.startswith("cc_") and file.endswith(".py")):
        continue
    module = importlib.import_module(f"cloudinit.config.{file[:-3]}")
    # Before 22.2 module variables said it, even if there was a meta too.
    meta = (getattr(module, "meta", None) or {}) if hasattr(config, "modules") else {}
    name = {"ubuntu_advantage": "ubuntu_pro"}.get(file[3:-3], file[3:-3])  # its name before 24.1
    facts[name] = {
        "frequency": meta.get("frequency", getattr(module, "frequency", "once-per-instance")),
        "distros": sorted(meta.get("distros", getattr(module, "distros", None) or ["all"])),
        "activatedBy": sorted(meta.get("activate_by_schema_keys", [])),
    }
json.dump(facts, sys.stdout)
