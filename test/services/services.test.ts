import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryImage } from "../../src/image/memory.ts";
import { services } from "../../src/services/services.ts";
import { sample } from "../samples.ts";
import { distroWith } from "./distro.ts";

test("services have the names that rules use", () => {
  expect(services.map(({ name }) => name).sort()).toEqual(
    (
      "accounts apk-repositories apt-sources grub host-keys hostname hosts keyboard locale mounts network sshd time-sync " +
      "timezone yum-repositories zypper-repositories"
    ).split(" "),
  );
});

const FILES = [
  "/etc/X11/xorg.conf.d/00-keyboard.conf",
  "/etc/apk/repositories",
  "/etc/apt/apt.conf",
  "/etc/apt/sources.list",
  "/etc/apt/sources.list.d/x.sources",
  "/etc/chrony/chrony.conf",
  "/etc/conf.d/hostname",
  "/etc/default/locale",
  "/etc/dnf/dnf.conf",
  "/etc/dnf/vars/releasever",
  "/etc/doas.conf",
  "/etc/fstab",
  "/etc/group",
  "/etc/hostname",
  "/etc/hosts",
  "/etc/locale.gen",
  "/etc/localtime",
  "/etc/netplan/x.yaml",
  "/etc/network/interfaces",
  "/etc/ntp.conf",
  "/etc/passwd",
  "/etc/resolv.conf",
  "/etc/shadow",
  "/etc/ssh/ssh_host_rsa_key",
  "/etc/ssh/sshd_config",
  "/etc/sudoers",
  "/etc/sysconfig/network",
  "/etc/sysconfig/network-scripts/ifcfg-x",
  "/etc/systemd/timesyncd.conf",
  "/etc/timezone",
  "/etc/vconsole.conf",
  "/etc/yum.repos.d/x.repo",
  "/etc/zypp/repos.d/x.repo",
  "/etc/zypp/zypp.conf",
  "/root/.ssh/authorized_keys",
];

/** Pieces of what the files are made of, and what is in none of them. */
const piece = fc.oneof(
  fc.constantFrom(
    ..."\n \t : = # \" ' \\ [ ] { } , ; ! < > / \0 \r \xff \u2028 \u{1f600}".split(" "),
    " ",
    ..."\n\n root:x:0:0:: /bin/sh\n deb http://a sid\n Types: URIs: Match all\n Include * /etc/*\n iface a inet\n source @includedir [Time] [x]\n KEYMAP= baseurl=\n NTP= ssh-rsa AAAAC3NzaC1lZDI1NTE5 ALL= #clear /* <<unknown:x>> <<unknown:".split(
      " ",
    ),
  ),
  fc.string({ unit: "binary", maxLength: 4 }),
);

describe("on any bytes", () => {
  for (const service of services) {
    test(`${service.name} gives settings of one line, with keys that are not given twice`, () => {
      const files = fc
        .uniqueArray(fc.constantFrom(...FILES))
        .chain((paths) =>
          fc.tuple(...paths.map((path) => fc.tuple(fc.constant(path), fc.array(piece, { maxLength: 40 })))),
        );
      fc.assert(
        fc.property(files, fc.constantFrom("8.4p1", "10.0p1"), (given, version) => {
          const image = memoryImage(Object.fromEntries(given.map(([path, pieces]) => [path, pieces.join("")])));
          const settings = service.read(image, distroWith({ "openssh-server": version }));
          expect(new Set(settings.map(({ key }) => key)).size).toBe(settings.length);
          for (const { key, value, path, line } of settings) {
            expect(key).not.toMatch(/\n/);
            expect(value).not.toMatch(/\n/);
            if (path !== undefined) expect(image.lstat(path)).toBeDefined();
            if (line !== undefined) expect(line).toBeLessThanOrEqual(image.read(path!)!.toString().split("\n").length);
          }
        }),
        { numRuns: sample(20, 150) },
      );
    });
  }
});

describe("on a long run of one thing", () => {
  const atoms = [
    "[",
    '"',
    "\\",
    "#",
    " ",
    "<<unknown:",
    ",",
    "{",
    "/*",
    "a{",
    "a ",
    "!",
    "x=1 ",
    ":",
    "\\\n",
    "'",
    "*",
  ];
  for (const service of services) {
    test(`${service.name} ends soon`, () => {
      for (const path of FILES) {
        for (const atom of atoms) {
          const flood = { [path]: `root:${atom.repeat(sample(800, 60_000))}` };
          const image = memoryImage({ "/etc/passwd": "root:x:0:0::/root:/bin/sh\n", ...flood });
          expect(Array.isArray(service.read(image, distroWith()))).toBe(true);
        }
      }
    });
  }
});
