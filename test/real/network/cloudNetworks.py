"""What the datasources of this root's cloud-init make of the meta-data of their clouds: JSON in, JSON out.

Runs inside a root (recordings.ts). The input is a list of {"datasource", "metaData", "settings"}; for each the answer is
the network configuration as the datasource generates it for netplan on a machine with every MAC address of the meta-data,
whose interfaces are called by what stands for them in a plan; "raises" for an exception, null without such a datasource.
"""
import importlib
import json
import logging
import re
import sys
from types import SimpleNamespace
from unittest import mock

sys.dont_write_bytecode = True
logging.disable(logging.CRITICAL)
from cloudinit import distros, net  # noqa: E402, F401 (first: else its modules import each other in a circle)
from cloudinit.net import netplan  # noqa: E402

try:
    from cloudinit.net import activators
except ImportError:
    activators = None


def name_of(mac):
    return f"<<unknown:the interface with {mac}>>"


def macs_in(value):
    text = json.dumps(value).lower()
    macs = set(re.findall(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", text))
    return macs | {":".join(re.findall("..", mac)) for mac in re.findall(r'"([0-9a-f]{12})"', text)}


class Dhcp:
    @staticmethod
    def dhcp_discovery(name, distro=None):
        return {"routers": f"<<unknown:the gateway of {re.search('with (.*)>>', name).group(1)}>>"}


def distro():
    return SimpleNamespace(
        network_renderer=netplan.Renderer({}),
        network_activator=getattr(activators, "NetplanActivator", None),
        dhcp_client=Dhcp,
        fallback_interface=None,
    )


def azure(source, data, settings):
    if hasattr(source, "determine_device_driver_for_mac"):
        source.determine_device_driver_for_mac = lambda mac: "hv_netvsc"
    source.device_driver = lambda name: "hv_netvsc"
    imds = data["imds"]
    if hasattr(source, "_generate_network_config_from_imds_metadata"):
        return source._generate_network_config_from_imds_metadata(imds)
    if not hasattr(source, "generate_network_config_from_instance_network_metadata"):
        return source.parse_network_config(imds)
    names = [name for name in source.BUILTIN_DS_CONFIG if name.startswith("apply_network_config_")]
    options = {name: settings.get(name, True) for name in names}
    return source.generate_network_config_from_instance_network_metadata(imds["network"], **options)


def ec2(source, data, settings):
    convert = source.convert_ec2_metadata_network_config
    full = settings.get("apply_full_imds_network_config", True)
    names = convert.__code__.co_varnames[: convert.__code__.co_argcount]
    more = {"distro": distro()} if "distro" in names else {}
    macs = {mac: name_of(mac) for mac in sorted(macs_in(data))}
    first = next(iter(macs.values()))
    return convert(data["network"], macs_to_nics=macs, fallback_nic=first, full_network_config=full, **more)


def helper(name):
    return importlib.import_module(f"cloudinit.sources.helpers.{name}")


def digital_ocean(_source, data, _settings):
    return helper("digitalocean").convert_network_configuration(data["interfaces"], data["dns"]["nameservers"])


def up_cloud(_source, data, _settings):
    return helper("upcloud").convert_network_config(data["network"])


def vultr(_source, data, _settings):
    vultr = helper("vultr")
    if "cloud_interfaces" in data:
        vultr.add_interface_names(data["cloud_interfaces"])
        return data["cloud_interfaces"]
    return vultr.generate_network_config(data["interfaces"])


def network_of(cls, data, cached):
    """The network_config of a datasource object that has nothing but its meta-data."""
    return cls.network_config.fget(SimpleNamespace(metadata=data, _network_config=cached))


def hetzner(source, data, _settings):
    if hasattr(source.hc_helper, "get_interface_name_from_mac"):
        source.hc_helper.get_interface_name_from_mac = name_of
    return network_of(source.DataSourceHetzner, data, None)


def nwcs(source, data, _settings):
    source.get_interface_name = name_of
    return network_of(source.DataSourceNWCS, data, source.sources.UNSET)


def vmware(source, data, _settings):
    return network_of(source.DataSourceVMware, source.process_metadata(data), None)


CONVERTERS = {"Azure": azure, "Ec2": ec2, "DigitalOcean": digital_ocean, "UpCloud": up_cloud, "Vultr": vultr,
              "Hetzner": hetzner, "NWCS": nwcs, "VMware": vmware}


def answer(case):
    data = case["metaData"]
    try:
        source = importlib.import_module(f"cloudinit.sources.DataSource{case['datasource']}")
    except ImportError:
        return None
    macs = {mac: name_of(mac) for mac in macs_in(data)}
    try:
        with mock.patch.object(net, "get_interfaces_by_mac", lambda *_: macs):
            return CONVERTERS[case["datasource"]](source, data, case.get("settings", {}))
    except Exception as error:
        print(f"{case['name']}: {error!r}", file=sys.stderr)
        return "raises"


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
