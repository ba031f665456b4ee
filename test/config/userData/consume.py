"""
Records what the real cloud-init makes of user-data. In: a JSON list of texts in base64. Out: a JSON list of [text, result],
the result being null where cloud-init stops with an error, else {"config": {...}, "files": {path: text in base64}}.
Run it where cloud-init is installed and /tmp is not shared; it runs nothing and fetches nothing but what #include names.
"""

import base64
import json
import logging
import os
import sys
import tempfile

import yaml
from cloudinit import handlers, helpers, subp, user_data
from cloudinit.handlers.boot_hook import BootHookPartHandler
from cloudinit.handlers.cloud_config import CloudConfigPartHandler
from cloudinit.handlers.jinja_template import JinjaTemplatePartHandler
from cloudinit.handlers.shell_script import ShellScriptPartHandler
from cloudinit.handlers.shell_script_by_frequency import ShellScriptByFreqPartHandler
from cloudinit.settings import PER_ALWAYS, PER_INSTANCE, PER_ONCE


class Datasource:
    def get_instance_id(self):
        return "i-1"


def result(text, top):
    instance = f"{top}/lib/instances/i-1"
    os.makedirs(instance)
    os.makedirs(f"{top}/run")
    os.symlink(instance, f"{top}/lib/instance")
    for name in ("instance-data.json", "instance-data-sensitive.json"):
        with open(f"{top}/run/{name}", "w") as file:
            json.dump({"v1": {"name": "web"}}, file)
    paths = helpers.Paths({"cloud_dir": f"{top}/lib", "run_dir": f"{top}/run"}, Datasource())
    try:
        message = user_data.UserDataProcessor(paths).process(text)
    except Exception:
        return None

    options = {"paths": paths, "datasource": Datasource()}
    three = [cls(**options) for cls in (CloudConfigPartHandler, ShellScriptPartHandler, BootHookPartHandler)]
    scripts = [ShellScriptByFreqPartHandler(frequency, **options) for frequency in (PER_ALWAYS, PER_INSTANCE, PER_ONCE)]
    known = helpers.ContentHandlers()
    for handler in [*three, *scripts, JinjaTemplatePartHandler(**options, sub_handlers=three)]:
        known.register(handler)
        handlers.call_begin(handler, None, PER_INSTANCE)
    data = {"handlers": known, "handlerdir": top, "data": None, "frequency": PER_INSTANCE, "handlercount": 0, "excluded": []}
    handlers.walk(message, handlers.walker_callback, data=data)
    handlers.call_end(three[0], None, PER_INSTANCE)

    files = {}
    for directory, _, names in os.walk(f"{top}/lib/instances"):
        files.update({f"{directory}/{name}"[len(instance) + 1:]: f"{directory}/{name}" for name in names})
    for directory, _, names in os.walk(f"{top}/lib/scripts"):
        files.update({f"{directory}/{name}"[len(top) + 5:]: f"{directory}/{name}" for name in names})
    contents = {}
    for name, path in files.items():
        with open(path, "rb") as file:
            contents[name] = file.read()
    config = yaml.safe_load(contents.pop("cloud-config.txt", b"")) or {}
    encoded = {name: base64.b64encode(content).decode() for name, content in sorted(contents.items())}
    return {"config": json.loads(json.dumps(config, default=lambda value: value.decode("latin1"))), "files": encoded}


def main():
    logging.disable(logging.CRITICAL)
    subp.subp = lambda *words, **options: ("", "")
    out = []
    for text in json.load(sys.stdin):
        with tempfile.TemporaryDirectory() as top:
            out.append([text, result(base64.b64decode(text), top)])
    json.dump(out, sys.stdout, indent=0)


main()
