"""What the renderers of the cloud-init of this root make of network configurations: JSON in, JSON out.

Runs inside a root (recordings.ts), where /tmp and /etc/netplan are empty and its own. The input is a list of {"renderer",
"config", "files", "distro"}; for each the answer is {"raises", "files"}: the files that were written, by path, also where
it raised an exception after them. Renderer "network-data" has {"data"} and answers {"raises", "value"}, as the cloud's
network_data.json is converted on a machine with every MAC address.
"""
import importlib
import json
import logging
import os
import shutil
import sys

sys.dont_write_bytecode = True
logging.disable(logging.CRITICAL)
import yaml  # noqa: E402
from cloudinit import distros  # noqa: E402, F401 (first: else its modules import each other in a circle)
from cloudinit.net import network_state  # noqa: E402

TARGET = "/tmp/target"
NETPLAN = "/etc/netplan"
MODULES = {"netplan": "netplan", "libnetplan": "netplan", "eni": "eni", "networkd": "networkd",
           "network-manager": "network_manager", "sysconfig": "sysconfig"}


def state_of(config, renderer):
    # 20.4 does not hand the renderer to what reads the configuration.
    try:
        return network_state.parse_net_config_data(config, renderer=renderer)
    except TypeError as error:
        if "unexpected keyword" not in str(error):
            raise
        return network_state.parse_net_config_data(config)


def options(renderer, distro):
    if renderer == "netplan" or renderer == "libnetplan":
        return {"features": ["ipv6-mtu"]}
    if renderer == "sysconfig":
        family = {"centos": "rhel", "opensuse": "opensuse"}[distro]
        return importlib.import_module(f"cloudinit.distros.{family}").Distro.renderer_configs["sysconfig"]
    return {}


def files_below(directory):
    found = {}
    for parent, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(parent, name)
            with open(path, encoding="utf8") as file:
                found[path[len(directory):]] = file.read()
    return found


def render(case):
    for directory in (TARGET, NETPLAN):
        for name in os.listdir(directory):
            path = os.path.join(directory, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    given = case.get("files", {})
    for path, text in given.items():
        os.makedirs(os.path.dirname(TARGET + path), exist_ok=True)
        with open(TARGET + path, "w", encoding="utf8") as file:
            file.write(text)
    name = case["renderer"]
    module = importlib.import_module(f"cloudinit.net.{MODULES[name]}")
    raises = False
    try:
        renderer = module.Renderer(options(name, case.get("distro")))
        state = state_of(yaml.safe_load(case["config"]), renderer)
        if name == "netplan":
            files = {"": renderer._render_content(state)}
        elif name == "libnetplan":
            # Where its library refuses the text, cloud-init warns and writes the text itself.
            content = renderer._render_content(state)
            written = module.netplan_api_write_yaml_file(content)
            texts = "".join(files_below(NETPLAN).values())
            raises, files = not written, {"": texts}
        else:
            renderer.render_network_state(state, target=TARGET)
    except Exception:
        raises = True
        if name in ("netplan", "libnetplan"):
            files = {}
    if name not in ("netplan", "libnetplan"):
        files = {path: text for path, text in files_below(TARGET).items() if given.get(path) != text}
    return {"raises": raises, "files": files}


class EveryAddress(dict):
    """The machine's interfaces by MAC address: whatever is asked for is there."""

    def __bool__(self):
        return True

    def __contains__(self, address):
        return True

    def __getitem__(self, address):
        return f"<<unknown:the interface with {address}>>"

    def get(self, address, default=None):
        return self[address]


def convert(case):
    from cloudinit.sources.helpers import openstack
    try:
        return {"raises": False, "value": openstack.convert_net_json(case["data"], known_macs=EveryAddress())}
    except Exception:
        return {"raises": True}


os.makedirs(TARGET)
answers = [convert(case) if case["renderer"] == "network-data" else render(case) for case in json.load(sys.stdin)]
json.dump(answers, sys.stdout)
