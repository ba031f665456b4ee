import { describe, expect, it } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const LIST = "/etc/ca-certificates.conf";
const files: Readonly<Record<string, MemoryFile>> = {
  [LIST]: "# comment\nmozilla/A.crt\n!mozilla/Old.crt\nmozilla/B.crt\n",
  "/usr/share/ca-certificates/mozilla/A.crt": "a\n",
  "/etc/ssl/certs/A.pem": { link: "/usr/share/ca-certificates/mozilla/A.crt" },
  "/usr/local/share/ca-certificates/ours.crt": "ours\n",
  "/etc/ssl/certs/ours.pem": { link: "/usr/local/share/ca-certificates/ours.crt" },
};

function bootWith(lines: string, version: string, distro = "debian", more: Readonly<Record<string, MemoryFile>> = {}) {
  const config = `system_info: {distro: ${distro}}\ncloud_init_modules: [ca-certs]\n${lines}`;
  return firstBoot({ version, config, files: { ...files, ...more }, metaData: "instance-id: i-1\n" });
}

/** Results that the real cloud-init gave on Debian 11 to sid, scenarios ca-certificates-*. */
describe("ca_certs", () => {
  it.each(["25.1", "26.2"])("%s writes a file for each certificate", (version) => {
    const result = bootWith("ca_certs: {trusted: [one, two]}\n", version);
    expect(textAfter(result, "/usr/local/share/ca-certificates/cloud-init-ca-cert-1.crt")).toBe("one");
    expect(textAfter(result, "/usr/local/share/ca-certificates/cloud-init-ca-cert-2.crt")).toBe("two");
    expect(result.changes.map(({ path }) => path)).not.toContain(LIST);
    expect(result.commands).toEqual([{ module: "ca_certs", command: "update-ca-certificates" }]);
  });

  it("22.4 writes one file and lists it", () => {
    const result = bootWith("ca_certs: {trusted: [one, two]}\n", "22.4");
    expect(textAfter(result, "/usr/share/ca-certificates/cloud-init-ca-certs.crt")).toBe("one\ntwo");
    expect(textAfter(result, LIST)).toBe(`${files[LIST]}cloud-init-ca-certs.crt\n`);
  });

  it("20.4 knows no ca_certs", () => {
    expect(bootWith("ca_certs: {trusted: [one]}\n", "20.4").commands).toEqual([]);
  });

  it("25.1 deselects the defaults", () => {
    const top = "# Modified by cloud-init to deselect certs due to user-data";
    expect(textAfter(bootWith("ca-certs: {remove-defaults: true}\n", "25.1"), LIST)).toBe(
      `# comment\n${top}\n!mozilla/A.crt\n!mozilla/Old.crt\n!mozilla/B.crt\n`,
    );
  });

  it("answers debconf's question whether to trust new certificates", () => {
    const database = "/var/cache/debconf/config.dat";
    const asked = (value: string) =>
      `Name: ca-certificates/trust_new_crts\nTemplate: ca-certificates/trust_new_crts\nValue: ${value}\nOwners: ca-certificates\n`;
    const lines = "ca-certs: {remove-defaults: true}\n";
    for (const version of ["20.4", "25.1"])
      expect(textAfter(bootWith(lines, version, "debian", { [database]: asked("yes") }), database)).toBe(
        `${asked("no")}Flags: seen`,
      );
    const shell = { "/bin/sh": { mode: 0o755 }, "/usr/sbin/update-ca-certificates": { mode: 0o755 } };
    expect(reasonOf(bootWith(lines, "25.1", "debian", shell), "ca_certs")).toBe(
      "failed: debconf-set-selections is not installed",
    );
  });

  it("the bundle may stay as it is where no certificate is left", () => {
    const certaintyOf = (lines: string) =>
      bootWith(`ca_certs: {${lines}}\n`, "25.1").changes.find(({ path }) => path.endsWith("/ca-certificates.crt"))
        ?.certainty;
    expect(certaintyOf("remove_defaults: true")).toBe("possible");
    expect(certaintyOf("remove_defaults: true, trusted: [one]")).toBe("certain");
  });

  it.each(["20.4", "22.4"])("%s deletes the defaults, but links of local certificates come back", (version) => {
    const result = bootWith("ca-certs: {remove-defaults: true}\n", version);
    expect(textAfter(result, LIST)).toBe("");
    expect(result.after.lstat("/usr/share/ca-certificates/mozilla")).toBeUndefined();
    expect(result.after.lstat("/etc/ssl/certs/A.pem")).toBeUndefined();
    expect(textAfter(result, "/etc/ssl/certs/ours.pem")).toBe("ours\n");
  });

  /** cc_ca_certs.py: only rhel, and amazon from 26.2 on, have their directories emptied; 22.4 then writes to None. */
  it.each([
    ["25.1", "rhel", undefined],
    ["25.1", "centos", "anchor\n"],
    ["26.2", "amazon", undefined],
  ])("%s on %s leaves %s of the anchors", (version, distro, left) => {
    const anchor = "/etc/pki/ca-trust/source/anchors/ours.pem";
    const directories = { [anchor]: "anchor\n", "/usr/share/pki/ca-trust-source/x": "x\n" };
    const lines = "unverified_modules: [ca-certs]\nca_certs: {remove_defaults: true}\n";
    expect(textAfter(bootWith(lines, version, distro, directories), anchor)).toBe(left);
  });

  it("fails where the program is missing that puts the certificates together", () => {
    const result = bootWith("ca_certs: {trusted: [one]}\n", "25.1", "debian", { "/bin/sh": { mode: 0o755 } });
    expect(reasonOf(result, "ca_certs")).toBe("failed: update-ca-certificates is not installed");
    expect(textAfter(result, "/usr/local/share/ca-certificates/cloud-init-ca-cert-1.crt")).toBe("one");
  });
});
