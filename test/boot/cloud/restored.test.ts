import { describe, expect, test } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { notesOf, reasonOf, textAfter } from "../firstBoot.ts";
import { handed, launched } from "./launch.ts";

const directory = "/var/lib/cloud/instances/i-old";
/** What an earlier boot leaves that was handed a host name over; the cache only as far as it is looked at. */
const leftovers = (datasource = "NoCloud"): Record<string, MemoryFile> => ({
  "/var/lib/cloud/instance": { link: directory },
  "/var/lib/cloud/data/instance-id": "i-old\n",
  [`${directory}/obj.pkl`]: Buffer.from("\x8c\x0elocal-hostname\x94\x8c\x05web-0\x94", "latin1"),
  [`${directory}/datasource`]: `DataSource${datasource}: DataSource${datasource}Local [x]\n`,
  [`${directory}/user-data.txt`]: "#cloud-config\nprefer_fqdn_over_hostname: true\n",
});
const seed = (id: string) => ({
  "/var/lib/cloud/seed/nocloud/meta-data": `instance-id: ${id}\nlocal-hostname: web-1\n`,
  "/var/lib/cloud/seed/nocloud/user-data": "",
});
const nameOf = (files: Record<string, MemoryFile>, metaData: string) =>
  textAfter(launched(files, { cloud: handed(metaData) }), "/etc/hostname");
const other = "instance-id: i-new\nlocal-hostname: web-1\n";

describe("an earlier boot's cache", () => {
  test("is trusted with manual_cache_clean and with its marker, whatever the cloud says", () => {
    const configured = { ...leftovers(), "/etc/cloud/cloud.cfg.d/20.cfg": "manual_cache_clean: true\n" };
    const marked = { ...leftovers(), [`${directory}/manual-clean`]: "" };
    for (const files of [configured, marked]) {
      expect(nameOf(files, other)).toBe("web-0\n");
      const result = launched(files, { cloud: handed(other) });
      expect(notesOf(result).join()).toContain("the instance remains i-old");
      expect(result.config.get("prefer_fqdn_over_hostname")).toBe(true);
    }
    expect(nameOf(leftovers(), other)).toBe("web-1\n");
  });

  test("is used where the image's own seed names the instance", () => {
    const meta = "instance-id: i-old\nlocal-hostname: web-1\n";
    expect(nameOf({ ...leftovers(), ...seed("i-old") }, meta)).toBe("web-0\n");
    // The same id from elsewhere: NoCloud looks at the directories of the image only.
    expect(nameOf(leftovers(), meta)).toBe("web-1\n");
    expect(nameOf({ ...leftovers("None"), ...seed("i-old") }, meta)).toBe("web-1\n");
  });

  test("is not used without the file that Python reads", () => {
    const { [`${directory}/obj.pkl`]: _, ...rest } = leftovers();
    expect(nameOf({ ...rest, [`${directory}/manual-clean`]: "" }, other)).toBe("web-1\n");
  });

  test("the cloud is asked again where the network is configured at every boot", () => {
    const files = { ...leftovers(), ...seed("i-old") };
    const updates = { "/etc/cloud/cloud.cfg.d/20.cfg": "updates: {network: {when: [boot]}}\n" };
    const meta = "instance-id: i-old\nlocal-hostname: web-1\n";
    expect(nameOf({ ...files, ...updates }, meta)).toBe("web-1\n");
    const network = (more: Record<string, MemoryFile>) =>
      reasonOf(launched({ ...files, ...more }, { cloud: handed(meta) }), "network");
    expect(network({})).toBe("skipped: the image was configured for this instance");
    expect(network(updates)).not.toBe("skipped: the image was configured for this instance");
    expect(network({ "/etc/cloud/cloud.cfg.d/20.cfg": "updates: {network: {when: [boot, never]}}\n" })).toBe(
      "skipped: the image was configured for this instance",
    );
  });
});

test("a part handler in the image is named", () => {
  const result = launched({ "/var/lib/cloud/handlers/team.py": "", "/var/lib/cloud/handlers/README": "" });
  expect(notesOf(result).filter((note) => note.includes("/var/lib/cloud/handlers/"))).toEqual([
    expect.stringMatching(/^\/var\/lib\/cloud\/handlers\/team\.py processes the data of the cloud/),
  ]);
});
