import { gunzipSync } from "node:zlib";
import { decodeBase64 } from "../../../../python/base64.ts";
import { isDict, type PyValue } from "../../../../python/dataModel.ts";
import { CannotTell } from "../../../../python/errors.ts";
import { fromNode, truthy } from "../../../../python/value.ts";
import { parseYaml } from "../../../../python/yaml/load.ts";
import type { CloudNetwork } from "./cloudNetwork.ts";

const UNREADABLE = "the network configuration, because it cannot be decoded";

/** `network` of the meta-data: a configuration, or one encoded (DataSourceVMware.process_metadata, 21.3 to 26.2). */
export const vmwareNetwork: CloudNetwork = (metaData) => {
  const network = metaData.get("network");
  if (!truthy(network)) return undefined;
  // As the datasource keeps it, and as instance data show it.
  if (isDict(network))
    return isDict(network.get("config")) && !network.has("version") ? network.get("config") : network;
  if (typeof network !== "string") throw new CannotTell(UNREADABLE);
  return decoded(network, metaData.get("network.encoding") ?? null);
};

function decoded(text: string, encoding: PyValue): PyValue {
  const bytes = /^(b64|base64|gz|gzip|gz\+b64|gz\+base64|gzip\+b64|gzip\+base64)$/.test(String(encoding))
    ? decodeBase64(text)
    : Buffer.from(text);
  const isPacked = bytes?.[0] === 0x1f && bytes[1] === 0x8b;
  const node = bytes && parseYaml((isPacked ? unpacked(bytes) : bytes).toString("utf8"), "network").node;
  if (node === undefined) throw new CannotTell(UNREADABLE);
  return fromNode(node);
}

function unpacked(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: 1_000_000 });
  } catch {
    throw new CannotTell(UNREADABLE);
  }
}
