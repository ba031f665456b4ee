import { expect, test } from "vitest";
import { unknown } from "../../src/image/unknown.ts";
import { hosts } from "../../src/services/hosts.ts";
import { settingsOf } from "./read.ts";

test("hosts: names with their addresses in the order of the file", () => {
  const text = `# 1.1.1.1 no
127.0.0.1	localhost
10.0.0.5 db.internal DB # the database
::1 localhost ip6-localhost
fe80::1%eth0 db.internal
127.0.1.1 ${unknown("the name in meta-data")} x
lonely
`;
  expect(settingsOf(hosts, { "/etc/hosts": text })).toEqual({
    localhost: "127.0.0.1 ::1 @ /etc/hosts:2",
    "db.internal": "10.0.0.5 fe80::1%eth0 @ /etc/hosts:3",
    db: "10.0.0.5 @ /etc/hosts:3",
    "ip6-localhost": "::1 @ /etc/hosts:4",
    "<<unknown:the name in meta-data>>": "127.0.1.1 @ /etc/hosts:6",
    x: "127.0.1.1 @ /etc/hosts:6",
  });
});
