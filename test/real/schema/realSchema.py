"""Validates documents with the real cloud-init's own validator: a JSON list in, one line of JSON for each out.

Runs inside a root, with an empty file system of its own on /tmp. A document is {"text": ..., "type": "cloud-config" or
"network-config"}. Where netplan would judge network configuration, cloud-init's own schema does.
"""
import contextlib
import io
import json
import logging
import os
import sys

sys.dont_write_bytecode = True
logging.disable(logging.CRITICAL)
from cloudinit.config import schema  # noqa: E402

with contextlib.suppress(ImportError):
    import cloudinit.net.netplan

    cloudinit.net.netplan.available = lambda *_args, **_kwargs: False
schema.LIBNETPLAN_AVAILABLE = False
SCHEMAS = {"cloud-config": schema.get_schema()}


def problems(found):
    # Since 22.3 named tuples, before that plain ones.
    return [[str(path), str(message)[:300]] for path, message in found or []]


def judge(document):
    kind = document["type"]
    with open("/tmp/document", "w", encoding="utf-8") as file:
        file.write(document["text"])
    more = []
    if hasattr(schema, "SchemaType"):
        more = [schema.SchemaType(kind)]
        if kind not in SCHEMAS:
            SCHEMAS[kind] = schema.get_schema(more[0])
    output = io.StringIO()
    try:
        with contextlib.redirect_stdout(output):
            schema.validate_cloudconfig_file("/tmp/document", SCHEMAS[kind], *more)
    except schema.SchemaValidationError as error:
        return {"valid": False, "errors": problems(error.schema_errors)}
    except Exception as error:
        return {"valid": False, "errors": [["", f"{type(error).__name__}: {error}"[:300]]]}
    return {"valid": True, "errors": [], "said": output.getvalue()[:1000]}


for each in json.load(sys.stdin):
    print(json.dumps(judge(each)))
