import { describe, expect, test } from "vitest";
import { fromNetworkData } from "../../../../src/boot/network/source/networkData.ts";
import { builtin } from "../../../../src/config/builtin.ts";
import { versionAtLeast } from "../../../../src/distro/version.ts";
import type { PyValue } from "../../../../src/python/dataModel.ts";
import { CannotTell, Raises } from "../../../../src/python/errors.ts";
import type { ConfigValue } from "../../../../src/python/tree.ts";
import { fromNode } from "../../../../src/python/value.ts";
import { recordedCases } from "../../../recordings.ts";
import { whole } from "../../../samples.ts";
import { launched } from "../../cloud/launch.ts";
import { library } from "../../firstBoot.ts";

/**
 * What the real convert_net_json of a version made of network_data.json on a machine with every MAC address; null: it
 * raised. A version says what is other than in the one before.
 */
interface Recording {
  readonly name: string;
  readonly data: ConfigValue;
  readonly results: Readonly<Record<string, unknown>>;
}

const recordings = recordedCases<readonly Recording[]>("boot/network/cases/networkData.json");

function plain(value: PyValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

function converted(data: ConfigValue, version: string): unknown {
  try {
    return plain(fromNetworkData(fromNode(builtin(data)), (wanted) => versionAtLeast(version, wanted)));
  } catch (error) {
    if (error instanceof Raises) return null;
    throw error;
  }
}

describe("network_data.json", () => {
  const cases = recordings.flatMap(({ name, data, results }) =>
    Object.entries(results).map(([version, result]) => ({ name, version, data, result })),
  );
  test.each(cases)("$name, as of $version", ({ data, version, result }) => {
    expect(converted(data, version)).toEqual(result);
  });

  test.runIf(whole)("what no machine has is not converted", () => {
    const many = <T>(item: T): T[] => Array.from({ length: 3_000 }, () => item);
    const data = { links: many({ id: 1, type: "phy" }), networks: many({ link: 1, type: "ipv4" }) };
    expect(() => converted(data, "26.2")).toThrow(CannotTell);
    const same = { links: many({ id: 1, type: "phy" }).slice(0, 200), networks: data.networks.slice(0, 200) };
    expect(() => converted(same, "26.2")).toThrow(CannotTell);
  });

  // As Debian's 22.4.2 has it, whose bonds get MAC addresses.
  test("of a cloud-init with a change of a later one", () => {
    const link = { id: "b", type: "bond", ethernet_mac_address: "fa:16:3e:00:00:0a", bond_links: ["l"] };
    const member = { id: "l", type: "phy", name: "lan0" };
    const files = (text: string) => ({
      [`${library}/sources/helpers/openstack.py`]: text,
      "/etc/cloud/cloud.cfg.d/20-team.cfg": "datasource_list: [ConfigDrive]\n",
      "/usr/sbin/netplan": { mode: 0o755 },
      "/var/lib/cloud/seed/config_drive/openstack/latest/meta_data.json": '{"uuid": "i-1"}',
      "/var/lib/cloud/seed/config_drive/openstack/latest/network_data.json": JSON.stringify({ links: [member, link] }),
    });
    const written = (text: string) =>
      launched(files(text), {}, "22.4.2")
        .after.read("/etc/netplan/50-cloud-init.yaml")
        ?.toString()
        .match(/fa:16:3e:00:00:0a/g);
    expect(written("")).toHaveLength(2);
    expect(written('cfg.update({"mac_address": link_mac_addr})')).toHaveLength(1);
  });
});
