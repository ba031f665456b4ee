import { describe, expect, test } from "vitest";
import { renderEni } from "../../../src/boot/network/eni/eni.ts";
import { renderUdevRules } from "../../../src/boot/network/eni/udevRules.ts";
import { rewriteWithLibnetplan } from "../../../src/boot/network/netplan/libnetplan/rewrite.ts";
import { renderNetplan } from "../../../src/boot/network/netplan/netplan.ts";
import { readNetworkConfig } from "../../../src/boot/network/state/state.ts";
import { versionAtLeast } from "../../../src/distro/version.ts";
import { unknown } from "../../../src/image/unknown.ts";
import { asDict } from "../../../src/python/checked.ts";
import { Raises } from "../../../src/python/errors.ts";
import { fromNode } from "../../../src/python/value.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";
import { answerOf, type ByRelease, DEBIAN_RELEASES, recordedCases } from "../../recordings.ts";
import { oneOf } from "../../samples.ts";

/**
 * A configuration, and what the real renderers made of it on Debian; null: one raised an exception, or netplan's library
 * refused the configuration.
 */
interface Recording {
  readonly name: string;
  readonly config: string;
  readonly netplan: ByRelease<string | null>;
  readonly libnetplan: ByRelease<string | null>;
  readonly eni: ByRelease<string | null>;
  readonly rules: ByRelease<string | null>;
}

const VERSIONS = Object.values(DEBIAN_RELEASES);
/** The netplan beside them. */
const NETPLAN: Readonly<Record<string, string>> = {
  [DEBIAN_RELEASES.trixie]: "1.1.2",
  [DEBIAN_RELEASES.sid]: "1.2.2",
};

function read(config: string, renderer: string, version: string) {
  const { node } = parseYaml(config, "network-config");
  if (node === undefined) throw new Error("the case is no YAML");
  return readNetworkConfig(asDict(fromNode(node), "the case"), renderer, (wanted) => versionAtLeast(version, wanted));
}

function attempt(render: () => string): string | null {
  try {
    return render();
  } catch (error) {
    if (error instanceof Raises) return null;
    throw error;
  }
}

describe.each(["version1", "version2"])("network configurations of %s", (file) => {
  const recordings = recordedCases<Recording[]>(`boot/network/cases/${file}.json`);

  describe.each(VERSIONS)("as cloud-init %s renders them", (version) => {
    const since = (wanted: string) => versionAtLeast(version, wanted);
    const features = { ipv6Mtu: true, defaultByName: true };

    test.each(oneOf(3, recordings).map((recording) => [recording.name, recording] as const))("%s", (_, recording) => {
      const { config } = recording;
      const netplan = () => renderNetplan(read(config, "netplan", version), features, since);
      expect(attempt(() => netplan().text)).toBe(answerOf(recording.netplan, version));
      expect(attempt(() => renderEni(read(config, "eni", version), true, since))).toBe(
        answerOf(recording.eni, version),
      );
      expect(attempt(() => renderUdevRules(read(config, "eni", version)))).toSatisfy(
        (rules) => answerOf(recording.eni, version) === null || rules === answerOf(recording.rules, version),
      );
      if (!since("24.2") || answerOf(recording.netplan, version) === null) return;
      const rewritten = rewriteWithLibnetplan(netplan().root, (wanted) => versionAtLeast(NETPLAN[version]!, wanted));
      expect(rewritten ?? null).toBe(answerOf(recording.libnetplan, version));
    });
  });
});

test("the name of an interface that only its MAC address tells is unknown, without ip(8) routes are set with route(8)", () => {
  const config = `
version: 2
ethernets:
  id0:
    match: {macaddress: "02:00:00:00:00:01"}
    addresses: [192.0.2.5/24]
    routes: [{to: 198.51.100.7/32, via: 192.0.2.1}]
`;
  const name = unknown("the name of the interface with the MAC address 02:00:00:00:00:01");
  expect(renderEni(read(config, "eni", "26.2"), false, () => true)).toBe(`auto lo
iface lo inet loopback

auto ${name}
iface ${name} inet static
    address 192.0.2.5/24
    post-up route add -host 198.51.100.7/32 gw 192.0.2.1 || true
    pre-down route del -host 198.51.100.7/32 gw 192.0.2.1 || true
`);
});
