"""What the cloud-init of this root makes of user-data: a JSON list of texts in base64 in, a JSON list of answers out.

Runs inside a root (recordings.ts), where /tmp is empty and its own. An answer is the configuration and, by their names
below the instance's directory, the scripts in base64, as {"config", "files"}; null where cloud-init raises an exception.
The instance is called "web".
"""
import base64
import json
import logging
import os
import sys

sys.dont_write_bytecode = True
logging.disable(logging.CRITICAL)
import yaml  # noqa: E402
from cloudinit import helpers, sources, stages  # noqa: E402
from cloudinit.handlers import boot_hook  # noqa: E402

INSTANCE_DATA = {"v1": {"name": "web"}, "name": "web"}
# A boothook is written, but not run.
boot_hook.subp.subp = lambda *args, **kwargs: ("", "")


class Given(sources.DataSource):
    """A cloud that hands over one text."""

    def get_instance_id(self):
        return "i-1"

    def _get_data(self):
        return True


def consumed(user_data, number):
    base = f"/tmp/{number}"
    directories = {"cloud_dir": f"{base}/cloud", "run_dir": f"{base}/run", "templates_dir": f"{base}/templates"}
    for directory in directories.values():
        os.makedirs(directory)
    init = stages.Init()
    init._cfg = {"system_info": {"distro": "debian", "paths": directories}}
    paths = helpers.Paths(directories, None)
    init._paths = paths
    source = Given(init._cfg, None, paths)
    source.metadata = {"instance-id": "i-1"}
    source.userdata_raw = user_data
    paths.datasource = source
    init.datasource = source
    for name in ("instance_data", "instance_data_sensitive"):
        if name in paths.lookups:
            with open(paths.get_runpath(name), "w") as file:
                json.dump(INSTANCE_DATA, file)
    instance = f"{directories['cloud_dir']}/instance"
    os.makedirs(f"{directories['cloud_dir']}/instances/i-1")
    os.symlink(f"{directories['cloud_dir']}/instances/i-1", instance)
    for name in ("handlers", "scripts", "sem"):
        os.makedirs(f"{instance}/{name}", exist_ok=True)
    os.makedirs(f"{directories['cloud_dir']}/handlers", exist_ok=True)
    init._consume_userdata("always")
    with open(paths.get_ipath("cloud_config")) as file:
        config = yaml.safe_load(file) or {}
    files = {}
    for top in (instance, directories["cloud_dir"]):
        for folder in ("scripts", "boothooks"):
            for parent, _, names in os.walk(f"{top}/{folder}"):
                for name in names:
                    path = os.path.join(parent, name)
                    with open(path, "rb") as file:
                        files[os.path.relpath(path, top)] = base64.b64encode(file.read()).decode()
    return {"config": config, "files": files}


def answer(text, number):
    try:
        return consumed(base64.b64decode(text), number)
    except Exception:
        return None


json.dump([answer(text, number) for number, text in enumerate(json.load(sys.stdin))], sys.stdout, default=str)
