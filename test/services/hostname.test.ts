import { expect, test } from "vitest";
import { unknown } from "../../src/image/unknown.ts";
import { hostname } from "../../src/services/hostname.ts";
import { settingsOf } from "./read.ts";

test.each([
  ["the first name, comments aside", { "/etc/hostname": "# by hand\n\nweb1\nweb2\n" }, "web1 @ /etc/hostname:3"],
  [
    "before all other places",
    { "/etc/hostname": "a\n", "/etc/sysconfig/network": "HOSTNAME=b\n" },
    "a @ /etc/hostname:1",
  ],
  ["an empty file says nothing", { "/etc/hostname": "\n", "/etc/HOSTNAME": "b" }, "b @ /etc/HOSTNAME:1"],
  ["SUSE's link", { "/etc/hostname": "a\n", "/etc/HOSTNAME": { link: "hostname" } }, "a @ /etc/hostname:1"],
  ["OpenRC", { "/etc/conf.d/hostname": '# c\nhostname="gen"\n' }, "gen @ /etc/conf.d/hostname:2"],
  [
    "RHEL 6",
    { "/etc/sysconfig/network": "NETWORKING=yes\nHOSTNAME=old.example\n" },
    "old.example @ /etc/sysconfig/network:2",
  ],
  [
    "one that the cloud tells",
    { "/etc/hostname": `${unknown("the name in meta-data")}\n` },
    "<<unknown:the name in meta-data>> @ /etc/hostname:1",
  ],
])("hostname: %s", (_, files, expected) => {
  expect(settingsOf(hostname, files)).toEqual({ hostname: expected });
});

test("hostname: no file, no name", () => {
  expect(settingsOf(hostname, { "/etc/hostname": "# nothing\n" })).toEqual({});
});
