import { expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { database, type Form } from "../packages/rpmDatabases.ts";

/** Where releases have the database of rpm, and in which form. */
const RELEASES: readonly (readonly [id: string, release: string, directory: string, form: Form])[] = [
  ["amzn", "2018.03", "/var/lib/rpm", "bdb"],
  ["amzn", "2", "/var/lib/rpm", "bdb"],
  ["amzn", "2023", "/var/lib/rpm", "sqlite"],
  ["centos", "7", "/var/lib/rpm", "bdb"],
  ["rhel", "8.10", "/var/lib/rpm", "bdb"],
  ["ol", "9.6", "/var/lib/rpm", "sqlite"],
  ["rhel", "10.0", "/usr/lib/sysimage/rpm", "sqlite"],
  ["fedora", "43", "/usr/lib/sysimage/rpm", "sqlite"],
  ["sles", "15.7", "/usr/lib/sysimage/rpm", "ndb"],
  ["sles", "16.0", "/usr/lib/sysimage/rpm", "ndb"],
  ["opensuse-microos", "20251120", "/usr/lib/sysimage/rpm", "ndb"],
  ["azurelinux", "3.0", "/var/lib/rpm", "sqlite"],
  ["photon", "5.0", "/usr/lib/sysimage/rpm", "sqlite"],
  ["openEuler", "20.03", "/var/lib/rpm", "bdb"],
];

test.each(RELEASES)("%s %s: os-release and the database in %s", (id, release, directory, form) => {
  const isMoved = directory.startsWith("/usr");
  const image = memoryImage({
    "/etc/os-release": { link: "../usr/lib/os-release" },
    "/usr/lib/os-release": `NAME="A name"\nID="${id}"\nVERSION_ID='${release}'\n`,
    ...Object.fromEntries(Object.entries(database(form)).map(([name, bytes]) => [`${directory}/${name}`, bytes])),
    ...(isMoved ? { "/var/lib/rpm": { link: "../../usr/lib/sysimage/rpm" } } : {}),
  });
  const found = detectDistro(image);
  expect(found).toMatchObject({ id, version: release, packages: { kind: "rpm" }, cloudInit: { version: "24.4" } });
});

const TEXTS: readonly (readonly [id: string, kind: string, files: Readonly<Record<string, string>>])[] = [
  ["alpine", "apk", { "/lib/apk/db/installed": "P:cloud-init\nV:24.4-r0\nA:noarch\nF:etc\n\n" }],
  ["alpine", "apk", { "/usr/lib/apk/db/installed": "P:cloud-init\nV:24.4-r0\nA:noarch\nF:etc\n\n" }],
  ["arch", "pacman", { "/var/lib/pacman/local/cloud-init-24.4-1/desc": "%NAME%\ncloud-init\n\n%VERSION%\n24.4-1\n\n" }],
  ["gentoo", "portage", { "/var/db/pkg/app-emulation/cloud-init-24.4-r1/CONTENTS": "dir /etc/cloud\n" }],
];

test.each(TEXTS)("%s: a database of %s", (id, kind, files) => {
  const found = detectDistro(memoryImage({ "/etc/os-release": `ID=${id}\n`, ...files }));
  expect(found).toMatchObject({ id, version: "", packages: { kind }, cloudInit: { version: "24.4" } });
});
