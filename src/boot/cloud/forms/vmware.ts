import { type CloudForm, nodeAt, withValues } from "./form.ts";

/** Names of the public keys, the first of which counts (DataSourceVMware, 21.3 to 26.2). */
const KEYS = ["public-keys-data", "public_keys_data", "public-keys", "public_keys"];

/** The meta-data of guestinfo. */
export const vmware: CloudForm = {
  metaData(given) {
    const name = KEYS.find((key) => nodeAt(given, key) !== undefined);
    return { metaData: name === undefined ? given : withValues(given, { "public-keys": nodeAt(given, name) }) };
  },
};
