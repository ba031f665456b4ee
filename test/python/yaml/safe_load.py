"""What PyYAML's safe_load makes of texts.

Reads texts from standard input, each a line of JSON, and writes what becomes of each, a line of JSON too: the repr() of
the value, or "error". Given the name of a file of cases, records anew what is expected of them.
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


if len(sys.argv) > 1:
    with open(sys.argv[1], encoding="ascii") as file:
        texts = list(dict.fromkeys(case["yaml"] for case in json.load(file)))
    with open(sys.argv[1], "w", encoding="ascii") as file:
        json.dump([{"yaml": text, "loaded": loaded(text)} for text in texts], file, indent=2)
        file.write("\n")
else:
    for line in sys.stdin:
        print(json.dumps(loaded(json.loads(line))))
