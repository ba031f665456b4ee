import { expect, test } from "vitest";
import { timeSync } from "../../src/services/timeSync.ts";
import { settingsOf } from "./read.ts";

// The order is that of `chronyd -p` of chrony 4.6.
test("time-sync: chrony with all that it includes", () => {
  const found = settingsOf(timeSync, {
    "/etc/chrony/chrony.conf": `! c
  % c
Server  ntp1.corp   iburst
pool ntp.org maxsources 3
confdir /etc/chrony/c1 /etc/chrony/c2
sourcedir /etc/chrony/s
MakeStep 1 3
allow 10/8
allow 192.168/16
include /etc/chrony/i*.inc
include /etc/chrony/chrony.conf
rtcsync
`,
    "/etc/chrony/c1/b.conf": "peer c1b\n",
    "/etc/chrony/c2/b.conf": "peer hidden\n",
    "/etc/chrony/c2/a.conf": "peer c2a\n",
    "/etc/chrony/c2/a.bak": "peer no\n",
    "/etc/chrony/s/1.sources": "server s1\n",
    "/etc/chrony/s/2.conf": "server no\n",
    "/etc/chrony/i1.inc": "log tracking\n",
    "/etc/chrony/i0.inc": "maxupdateskew 5\n",
  });
  const path = "/etc/chrony/chrony.conf";
  expect(found).toEqual({
    "chrony servers": `server ntp1.corp iburst, pool ntp.org maxsources 3, peer c2a, peer c1b, server s1 @ ${path}:3`,
    "chrony makestep": `1 3 @ ${path}:7`,
    "chrony allow": `10/8, 192.168/16 @ ${path}:8`,
    "chrony maxupdateskew": "5 @ /etc/chrony/i0.inc:1",
    "chrony log": "tracking @ /etc/chrony/i1.inc:1",
    "chrony rtcsync": `yes @ ${path}:12`,
  });
});

test("time-sync: chrony's other place, ntp, ntpsec", () => {
  expect(
    settingsOf(timeSync, {
      "/etc/chrony.conf": "server a\n",
      "/etc/ntp.conf": "server b # c\nincludefile /etc/n.conf\n",
      "/etc/n.conf": "restrict ::1\nrestrict -4 x\n",
    }),
  ).toEqual({
    "chrony servers": "server a @ /etc/chrony.conf:1",
    "ntp servers": "server b @ /etc/ntp.conf:1",
    "ntp restrict": "::1, -4 x @ /etc/n.conf:1",
  });
  expect(settingsOf(timeSync, { "/etc/ntpsec/ntp.conf": "pool c iburst\n", "/etc/ntp.conf": "server b\n" })).toEqual({
    "ntp servers": "pool c iburst @ /etc/ntpsec/ntp.conf:1",
  });
});

// The order of the files is that of `systemd-analyze cat-config systemd/timesyncd.conf`.
test("time-sync: timesyncd and its drop-ins", () => {
  const found = settingsOf(timeSync, {
    "/etc/systemd/timesyncd.conf": "[Time]\n#NTP=x\nNTP=a b\nFallbackNTP=f\n",
    "/usr/lib/systemd/timesyncd.conf": "[Time]\nNTP=hidden\n",
    "/usr/lib/systemd/timesyncd.conf.d/10.conf": "[Time]\nNTP=masked\n",
    "/etc/systemd/timesyncd.conf.d/10.conf": { link: "/dev/null" },
    "/usr/lib/systemd/timesyncd.conf.d/20.conf": "[Time]\nNTP=c\nRootDistanceMaxSec=1\n[Other]\nNTP=z\n",
    "/etc/systemd/timesyncd.conf.d/30.conf": "[Time]\nFallbackNTP=\nRootDistanceMaxSec=2",
    "/etc/systemd/timesyncd.conf.d/40.bak": "[Time]\nNTP=no\n",
  });
  expect(found).toEqual({
    "timesyncd NTP": "a b c @ /etc/systemd/timesyncd.conf:3",
    "timesyncd RootDistanceMaxSec": "2 @ /etc/systemd/timesyncd.conf.d/30.conf:3",
  });
});
