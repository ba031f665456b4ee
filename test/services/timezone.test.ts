import { expect, test } from "vitest";
import { timezone } from "../../src/services/timezone.ts";
import { settingsOf } from "./read.ts";

test.each([
  [
    "the link's target",
    { "/etc/localtime": { link: "/usr/share/zoneinfo/Europe/Zurich" }, "/etc/timezone": "UTC\n" },
    "Europe/Zurich @ /etc/localtime",
  ],
  ["a relative link", { "/etc/localtime": { link: "../usr/share/zoneinfo/Etc/UTC" } }, "Etc/UTC @ /etc/localtime"],
  [
    "a copied zone has its name beside it",
    { "/etc/localtime": "TZif2", "/etc/timezone": "Asia/Tokyo\n" },
    "Asia/Tokyo @ /etc/timezone:1",
  ],
  [
    "RHEL 6",
    { "/etc/localtime": "TZif2", "/etc/sysconfig/clock": 'UTC=true\nZONE="Asia/Tokyo"\n' },
    "Asia/Tokyo @ /etc/sysconfig/clock:2",
  ],
  [
    "SUSE before systemd",
    { "/etc/sysconfig/clock": 'TIMEZONE="Europe/Berlin"\n' },
    "Europe/Berlin @ /etc/sysconfig/clock:1",
  ],
  ["only a name", { "/etc/timezone": "Asia/Tokyo" }, "Asia/Tokyo @ /etc/timezone:1"],
])("timezone: %s", (_, files, expected) => {
  expect(settingsOf(timezone, files)).toEqual({ timezone: expected });
});

test("timezone: a copy without a name is told from another", () => {
  const value = (content: string) => settingsOf(timezone, { "/etc/localtime": content }).timezone;
  expect(value("TZif2 a")).not.toBe(value("TZif2 b"));
  expect(settingsOf(timezone, {})).toEqual({});
});
