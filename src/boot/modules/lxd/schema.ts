import { filled, flag, type Keys, keys, secret, since, text, values, whole } from "../../../config/schema/forms.ts";

/** cc_lxd (schema of 26.2). */
export const lxdKeys = {
  lxd: filled(
    keys({
      bridge: keys(
        {
          domain: text,
          ipv4_address: text,
          ipv4_dhcp_first: text,
          ipv4_dhcp_last: text,
          ipv4_dhcp_leases: whole,
          ipv4_nat: flag,
          ipv4_netmask: whole,
          ipv6_address: text,
          ipv6_nat: flag,
          ipv6_netmask: whole,
          mode: values("none", "existing", "new"),
          mtu: { type: "integer", minimum: -1 },
          name: text,
        },
        ["mode"],
      ),
      init: keys({
        network_address: text,
        network_port: whole,
        storage_backend: values("zfs", "dir", "lvm", "btrfs"),
        storage_create_device: text,
        storage_create_loop: whole,
        storage_pool: text,
        trust_password: secret("password", text),
      }),
      preseed: since("22.4", secret("password", text)),
    }),
  ),
} satisfies Keys;
