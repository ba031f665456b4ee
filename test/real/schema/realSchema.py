"""Validates documents with the real cloud-init's own validator: a JSON list in, one line of JSON for each out.

Runs inside a root, with empty file systems of its own on /tmp and /run. A document is {"text": ..., "type": "cloud-config",
"network-config" or "netplan"}: network configuration of version 2 as cloud-init lets netplan judge it. As a
"network-config" cloud-init's own schema judges it also where netplan would.
"""
import contextlib
import io
import json
import logging
import os
import signal
import sys

sys.dont_write_bytecode = True
logging.disable(logging.CRITICAL)
from cloudinit.config import schema  # noqa: E402

with contextlib.suppress(ImportError):
    import cloudinit.net.netplan

    cloudinit.net.netplan.available = lambda *_args, **_kwargs: False
HAS_NETPLAN = getattr(schema, "LIBNETPLAN_AVAILABLE", False)
SCHEMAS = {"cloud-config": schema.get_schema()}


def problems(found):
    # Since 22.3 named tuples, before that plain ones.
    return [[str(path), str(message)[:300]] for path, message in found or []]


def judge(document):
    schema.LIBNETPLAN_AVAILABLE = HAS_NETPLAN and document["type"] == "netplan"
    kind = "network-config" if document["type"] == "netplan" else document["type"]
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


def verdicts(documents):
    """Runs in a process of its own, since libnetplan aborts or hangs on some documents; another one goes on after these."""
    while documents:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            with os.fdopen(writing, "w", encoding="utf-8") as pipe:
                for document in documents:
                    signal.alarm(60)
                    print(json.dumps(judge(document)), file=pipe, flush=True)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as pipe:
            lines = [line for line in pipe if line.endswith("\n")]
        os.waitpid(child, 0)
        yield from lines
        documents = documents[len(lines) :]
        if documents:
            yield json.dumps({"valid": False, "errors": [["", "aborted"]]}) + "\n"
            documents = documents[1:]


sys.stdout.writelines(verdicts(json.load(sys.stdin)))
