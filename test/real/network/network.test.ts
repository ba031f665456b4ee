/** Holds what was recorded of network configurations against the renderers of the real roots' cloud-init. */
import { basename } from "node:path";
import { versionAtLeast } from "../../../src/distro/version.ts";
import { type Changes, changesUntil } from "../../boot/network/recordedChanges.ts";
import type { Suite } from "../boot/scenario.ts";
import { askRoot, byRelease, holdRecording } from "../recordings.ts";

type Texts = Readonly<Record<string, string>>;

interface Rendered {
  readonly raises: boolean;
  readonly files: Texts;
}

interface Configuration extends Readonly<Record<string, unknown>> {
  readonly config: string;
}

function ask<Answer>(suite: Suite, renderer: string, cases: readonly object[]): Answer[] {
  const questions = cases.map((one) => ({ ...one, renderer }));
  return askRoot(suite, "network/recordNetwork.py", questions, "/tmp", "/etc/netplan");
}

function renderings(suite: Suite, renderer: string, cases: readonly Configuration[]): Rendered[] {
  return ask(suite, renderer, cases);
}

/** The texts by the part of their files' names that the interface gives; null where an exception was raised. */
function byName({ raises, files }: Rendered, before: string, after: string): Texts | null {
  if (raises) return null;
  const names = Object.entries(files).map(([path, text]) => [basename(path), text] as const);
  return Object.fromEntries(
    names
      .filter(([name]) => name.startsWith(before) && name.endsWith(after))
      .map(([name, text]) => [name.slice(before.length, name.length - after.length), text]),
  );
}

for (const version of ["version1", "version2"])
  holdRecording<Configuration>(`boot/network/cases/${version}.json`, ({ suite, version }, cases) => {
    const netplan = renderings(suite, "netplan", cases);
    const eni = renderings(suite, "eni", cases);
    // Before, cloud-init wrote the file itself.
    const libnetplan = versionAtLeast(version, "24.2") ? renderings(suite, "libnetplan", cases) : [];
    return cases.map((_, index) => ({
      netplan: netplan[index]!.raises ? null : netplan[index]!.files[""],
      eni: eni[index]!.raises ? null : eni[index]!.files["/etc/network/interfaces"],
      rules: eni[index]!.raises ? undefined : eni[index]!.files["/etc/udev/rules.d/70-persistent-net.rules"],
      libnetplan: libnetplan[index] && (libnetplan[index].raises ? null : libnetplan[index].files[""]),
    }));
  });

// Debian's 20.4 has no renderer for them.
const on: readonly Suite[] = ["bookworm", "trixie", "sid"];

holdRecording<Configuration>(
  "boot/network/cases/networkd.json",
  ({ suite }, cases) =>
    renderings(suite, "networkd", cases).map((one) => ({ networkd: byName(one, "10-cloud-init-", "") })),
  { on },
);

holdRecording<Configuration>(
  "boot/network/cases/networkManager.json",
  ({ suite }, cases) =>
    renderings(suite, "network-manager", cases).map((one) => ({
      profiles: byName(one, "cloud-init-", ".nmconnection"),
    })),
  { on },
);

// Debian's 22.4 has a change of a later release: the bonds of a case get MAC addresses (networkData.test.ts).
holdRecording<{ readonly data: unknown }>(
  "boot/network/cases/networkData.json",
  ({ suite }, cases) => {
    const answers = ask<{ raises: boolean; value: unknown }>(suite, "network-data", cases);
    return answers.map(({ raises, value }) => ({ results: raises ? null : value }));
  },
  { on: ["bullseye", "trixie", "sid"] },
);

/** A release says what is other than in the one before; a file that is no longer written is null. */
const changes = byRelease<Record<string, Changes>>(changesUntil, (all) => {
  const results: Record<string, Changes> = {};
  let last: Rendered | undefined;
  for (const [version, rendered] of all as ReadonlyMap<string, Rendered>) {
    const paths = [...new Set([...Object.keys(last?.files ?? {}), ...Object.keys(rendered.files)])].sort();
    const files = paths
      .filter((path) => rendered.files[path] !== last?.files[path])
      .map((path) => [path, rendered.files[path] ?? null] as const);
    const change = {
      ...(rendered.raises === (last?.raises ?? false) ? {} : { raises: rendered.raises }),
      ...(files.length === 0 ? {} : { files: Object.fromEntries(files) }),
    };
    if (last === undefined || Object.keys(change).length > 0) results[version] = change;
    last = rendered;
  }
  return results;
});

for (const file of ["sysconfig", "sysconfigReleases"])
  holdRecording<Configuration>(
    `boot/network/cases/${file}.json`,
    ({ suite, version }, cases) => {
      const when = versionAtLeast(version, "23.4") ? "" : " on instance boot";
      const header = `Created by cloud-init${when} automatically, do not edit.`;
      return renderings(suite, "sysconfig", cases).map(({ raises, files }) => {
        const texts = Object.entries(files).map(([path, text]) => [path, text.replaceAll(header, "(header)")] as const);
        return { results: { raises, files: Object.fromEntries(texts) } };
      });
    },
    { form: changes },
  );

holdRecording<Configuration>("boot/network/cases/clouds.json", ({ suite }, cases) => {
  const answers = askRoot<unknown[]>(suite, "network/cloudNetworks.py", cases);
  // A release without the datasource says nothing.
  return answers.map((network) => ({ network: network ?? undefined }));
});
