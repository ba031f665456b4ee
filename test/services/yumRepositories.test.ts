import { expect, test } from "vitest";
import { yumRepositories } from "../../src/services/yumRepositories.ts";
import { settingsOf } from "./read.ts";

const repo = (name: string) => `/etc/yum.repos.d/${name}.repo`;

test("repositories, the main file, variables", () => {
  expect(
    settingsOf(yumRepositories, {
      "/etc/dnf/dnf.conf": "[main]\ngpgcheck=True\nproxy = http://proxy.internal:3128\n",
      [repo("b")]:
        "# ours\n[baseos]\nname=Base\nbaseurl=http://mirror.internal/$releasever,\n  http://second/\nenabled=yes\n",
      [repo("c")]: "[baseos]\nbaseurl=http://never.example/\n[more]\nenabled=off\n",
      "/etc/dnf/vars/releasever": "2023.6.20241010\n",
    }),
  ).toEqual({
    "[main] gpgcheck": "1 @ /etc/dnf/dnf.conf:2",
    "[main] proxy": "http://proxy.internal:3128 @ /etc/dnf/dnf.conf:3",
    "baseos name": `Base @ ${repo("b")}:3`,
    "baseos baseurl": `http://mirror.internal/$releasever http://second/ @ ${repo("b")}:4`,
    "baseos enabled": `1 @ ${repo("b")}:6`,
    "baseos gpgcheck": "1 @ /etc/dnf/dnf.conf:2",
    "baseos proxy": "http://proxy.internal:3128 @ /etc/dnf/dnf.conf:3",
    "more enabled": `0 @ ${repo("c")}:4`,
    "more gpgcheck": "1 @ /etc/dnf/dnf.conf:2",
    "more proxy": "http://proxy.internal:3128 @ /etc/dnf/dnf.conf:3",
    "vars/releasever": "2023.6.20241010 @ /etc/dnf/vars/releasever:1",
  });
});

test("another directory", () =>
  expect(
    settingsOf(yumRepositories, {
      "/etc/yum.conf": "[main]\nreposdir=/etc/mine\n[inside]\nbaseurl=http://i\n",
      "/etc/mine/x.repo": "[x]\nbaseurl=http://x\n",
      [repo("y")]: "[y]\nbaseurl=http://y\n",
    }),
  ).toEqual({
    "[main] reposdir": "/etc/mine @ /etc/yum.conf:2",
    "inside baseurl": "http://i @ /etc/yum.conf:4",
    "inside enabled": "1 @ undefined",
    "x baseurl": "http://x @ /etc/mine/x.repo:2",
    "x enabled": "1 @ undefined",
  }));
