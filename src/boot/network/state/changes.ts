import { defineChange } from "../../../distro/library/change.ts";

const FILE = "net/network_state.py";

/** Interfaces are identified by the IDs of a version 2 configuration: since 24.4, and in Red Hat's 23.4. */
export const KEEPS_IDS = defineChange({
  name: "interfaces are identified by the IDs of version 2",
  file: FILE,
  since: "24.4",
  made: /["']config_id["']/,
  beside: /def handle_ethernets\(/,
});

/** Name servers of a device in version 2 are not those of all devices as well: since 24.1, but not in Red Hat's 23.4. */
export const KEEPS_NAMESERVERS_APART = defineChange({
  name: "name servers of a device in version 2 are only its own",
  file: FILE,
  since: "24.1",
  made: /def _v2_common\((?:(?!\n {4}def |self\.handle_nameserver\()[\s\S]){1,3000}self\._handle_individual_nameserver\(/,
  beside: /def _v2_common\(/,
});

/** Interfaces of version 1 name their servers as those of version 2 do: since 24.1, and in Red Hat's 23.4. */
export const NAMES_SERVERS_ALIKE = defineChange({
  name: "version 1 names the name servers of an interface as version 2 does",
  file: FILE,
  since: "24.1",
  made: /\biface\["dns"\] = \{\s*["']nameservers["']/,
  beside: /\biface\["dns"\] = \{/,
});
