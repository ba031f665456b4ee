"""What the real Python makes of cases of one kind.

Called with the name of a kind; reads cases from standard input and writes what becomes of each, a line of JSON both: a
string, or null where Python raises.
"""

import datetime
import functools
import json
import shlex
import sys
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(3000)


def value(given):
    """A value out of its form in JSON, see values.ts."""
    return decoded(given, [])


def decoded(given, known):
    if isinstance(given, list):
        known.append([])
        made = known[-1]
        made.extend(decoded(item, known) for item in given)
        return made
    if not isinstance(given, dict):
        return given
    [(kind, held)] = given.items()
    if kind == "ref":
        return known[held]
    if kind == "dict":
        known.append({})
        made = known[-1]
        for key, item in held:
            key = decoded(key, known)
            made[key] = decoded(item, known)
        return made
    if kind == "int":
        return int(held)
    if kind == "float":
        return float(held)
    if kind == "bytes":
        return held.encode("latin-1")
    if kind == "date":
        known.append(datetime.date.fromisoformat(held))
        return known[-1]
    if kind == "datetime":
        known.append(datetime.datetime.fromisoformat(held))
        return known[-1]
    return tuple(decoded(item, known) for item in held)


def plain(loaded):
    """A loaded YAML value as the tree has it: sets as mappings, tuples as lists."""
    if isinstance(loaded, dict):
        return {key: plain(item) for key, item in loaded.items()}
    if isinstance(loaded, set):
        return {item: None for item in loaded}
    if isinstance(loaded, (list, tuple)):
        return [plain(item) for item in loaded]
    return loaded


def yaml_load(case):
    import yaml

    return repr(plain(yaml.load(case, Loader=yaml.SafeLoader)))


def yaml_dump(case):
    import yaml

    class Copying(yaml.SafeDumper):
        def ignore_aliases(self, data):
            return True

    dumper = Copying if case["copied"] else yaml.SafeDumper
    indent = {} if case["indent"] == 2 else {"indent": case["indent"]}
    return yaml.dump(value(case["value"]), Dumper=dumper, default_flow_style=False, **indent)


def json_dumps(case):
    return json.dumps(value(case["value"]), sort_keys=case["sort"])


def json_loads(case):
    return repr(json.loads(case))


def text(case):
    held = value(case)
    return repr(held) + "\n" + str(held) + "\n" + str(bool(held))


def compared(case):
    left, right = value(case[0]), value(case[1])
    try:
        order = str(left < right)
    except TypeError:
        order = "TypeError"
    return str(left == right) + order


def methods(case):
    held = value(case["on"])
    return repr(getattr(held, case["method"])(*value(case["args"])))


def percent(case):
    return value(case["format"]) % value(case["values"])


def words(case):
    return repr(shlex.split(case, comments=True))


@functools.cache
def environment():
    """What cloud-init renders with (templater.py)."""
    from jinja2 import DebugUndefined, Environment

    class Missing(DebugUndefined):
        def __str__(self):
            return "CI_MISSING_JINJA_VAR/%s" % self._undefined_name

    return Environment(undefined=Missing, trim_blocks=True, extensions=["jinja2.ext.do"], cache_size=0)


def jinja(case):
    template = environment().from_string(case["template"])
    return template.render(**{name: value(held) for name, held in case["variables"].items()})


KINDS = {
    "yaml load": yaml_load,
    "yaml dump": yaml_dump,
    "json dumps": json_dumps,
    "json loads": json_loads,
    "repr": text,
    "comparison": compared,
    "str methods": methods,
    "percent format": percent,
    "shlex": words,
    "jinja": jinja,
}

become = KINDS[sys.argv[1]]
for line in sys.stdin:
    try:
        result = become(json.loads(line))
        result.encode("utf-8")
    except UnicodeEncodeError:
        result = "not text"
    except (Exception, RecursionError):
        result = None
    print(json.dumps(result))
