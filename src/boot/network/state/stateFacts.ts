import { codeOf, defineChange } from "../../../distro/library/change.ts";
import { defineFact } from "../../../distro/library/fact.ts";

const FILE = "net/network_state.py";

/** Interfaces of a version 2 configuration are kept by their IDs: since 24.4, and in Red Hat's 23.4 from RHEL 9.5 on. */
export const KEPT_BY_ID = defineChange({
  name: "interfaces are kept by the IDs of their configuration",
  file: FILE,
  since: "24.4",
  made: /["']config_id["']: command\.get\(/,
  beside: /def handle_physical\(/,
});

/** The name servers of an interface have the same key in versions 1 and 2: since 24.1, and in Red Hat's 23.4. */
export const DNS_HAS_ONE_NAME = defineChange({
  name: "name servers of an interface have one name in versions 1 and 2",
  file: FILE,
  since: "24.1",
  made: /\biface\["dns"\] = \{\s*["']nameservers["']:\s*nameservers,\s*["']search["']/,
  beside: /["']addresses["']: nameservers\b/,
});

/** Name servers of one interface of version 2 count for all others too: until 23.4, and in all of Red Hat's 23.4. */
export const DNS_IS_SHARED = defineFact({
  name: "name servers of an interface count for all interfaces",
  file: FILE,
  read: (source) => {
    const code = codeOf(source);
    return code.includes("self.handle_nameserver(name_cmd)") || (/def _v2_common\(/.test(code) ? false : undefined);
  },
  byVersion: (since) => !since("24.1"),
});
