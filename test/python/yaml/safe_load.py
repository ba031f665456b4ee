"""What PyYAML's safe_load makes of texts.

Reads texts from standard input, each a line of JSON, and writes what becomes of each, a line of JSON too: the repr() of
the value, or "error".
"""

import datetime
import json
import sys

import yaml


def plain(value):
    """Makes dates strings and sets mappings, as the tree has them."""
    if isinstance(value, (datetime.datetime, datetime.date)):
        return f"<{type(value).__name__} {value}>"
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, set):
        return {plain(item): None for item in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def loaded(text):
    try:
        return repr(plain(yaml.safe_load(text)))
    except Exception:
        return "error"


for line in sys.stdin:
    print(json.dumps(loaded(json.loads(line))))
