import { expect, test } from "vitest";
import { distroFacts } from "../../src/distro/facts.ts";

test("Debian and Ubuntu are alike in all versions", () => {
  for (const version of ["20.4", "22.4", "25.1", "26.2", ""]) {
    for (const name of ["debian", "ubuntu"]) {
      expect(distroFacts(name, version)).toEqual({
        name,
        family: "debian",
        sshService: "ssh",
        hostname: "etc-hostname",
        preferFqdn: false,
        hostsAddress: "127.0.1.1",
        locale: "default-locale",
        keepsLocale: false,
        localeFile: "/etc/locale.conf",
        timezone: "timezone",
        libexec: "/usr/lib",
      });
    }
  }
});

test("a name without a class has no facts", () => {
  for (const name of ["", "nope", "Debian", "toString", "__proto__"]) expect(distroFacts(name, "26.2")).toBeUndefined();
});
