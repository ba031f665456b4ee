import { expect, test } from "vitest";
import { unknown } from "../../src/image/unknown.ts";
import { aptSources } from "../../src/services/aptSources.ts";
import { settingsOf } from "./read.ts";

const list = "/etc/apt/sources.list";

// The same entries, on the same lines, as `apt-get indextargets --no-release-info` of apt 2.2 and 3.0 lists.
test("apt-sources: the one-line style", () => {
  const text = `deb [arch=amd64,i386] http://ftp.debian.org/debian/ bookworm main contrib # c
deb-src http://ftp.debian.org/debian bookworm main
deb [ trusted=yes ] file:/srv/repo ./
deb cdrom:[Debian GNU/Linux 12 _Bookworm_]/ bookworm main
deb "http://x.y/a b" sid main "non free"
deb http://x.y/sp%20ace sid/updates main
 # c
 deb	http://tab.example	sid	main
deb http://dup.example sid main
deb http://dup.example sid contrib
deb http://only.uri.example
`;
  expect(settingsOf(aptSources, { [list]: text })).toEqual({
    "deb http://ftp.debian.org/debian bookworm": `main contrib [arch=amd64,i386] @ ${list}:1`,
    "deb-src http://ftp.debian.org/debian bookworm": `main @ ${list}:2`,
    "deb file:/srv/repo ./": `[trusted=yes] @ ${list}:3`,
    "deb cdrom:[Debian GNU/Linux 12 _Bookworm_] bookworm": `main @ ${list}:4`,
    "deb http://x.y/a b sid": `main non free @ ${list}:5`,
    "deb http://x.y/sp ace sid/updates": `main @ ${list}:6`,
    "deb http://tab.example sid": `main @ ${list}:8`,
    "deb http://dup.example sid": `main contrib @ ${list}:9`,
  });
});

test("apt-sources: the deb822 style", () => {
  const path = "/etc/apt/sources.list.d/a.sources";
  const text = `# comment
Types: deb deb-src
URIs: http://one.example/debian/ http://two.example/debian
# in between
Suites: sid
 sid-updates
Components: main contrib

Enabled: no
Types: deb
URIs: http://no.example
Suites: sid
Components: main

types: deb
uris: http://key.example
suites: ./
architectures: amd64 arm64
Enabled: yes
X-Repolib-Name: no option
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
`;
  const found = settingsOf(aptSources, { [path]: text });
  const key = found["deb http://key.example ./"];
  expect(key).toMatch(/^\[arch=amd64,arm64 signed-by=\(inline key, sha256 [0-9a-f]{12}\)\] @ .*:16$/);
  const changed = settingsOf(aptSources, { [path]: text.replace("abc", "abd") });
  expect(changed["deb http://key.example ./"]).not.toBe(key);
  expect(Object.keys(found)).toEqual([
    "deb http://one.example/debian sid",
    "deb-src http://one.example/debian sid",
    "deb http://one.example/debian sid-updates",
    "deb-src http://one.example/debian sid-updates",
    "deb http://two.example/debian sid",
    "deb-src http://two.example/debian sid",
    "deb http://two.example/debian sid-updates",
    "deb-src http://two.example/debian sid-updates",
    "deb http://key.example ./",
  ]);
  expect(found["deb http://one.example/debian sid"]).toBe(`main contrib @ ${path}:3`);
});

test("apt-sources: the same source in either style is the same setting", () => {
  const value = (path: string, text: string) =>
    Object.entries(settingsOf(aptSources, { [path]: text })).map(([key, at]) => [key, at.split(" @ ")[0]]);
  expect(
    value(
      "/etc/apt/sources.list.d/a.sources",
      "Types: deb\nURIs: http://a/\nSuites: s\nComponents: main\nArchitectures: amd64 arm64\nSigned-By: /k.gpg\n",
    ),
  ).toEqual(value(list, "deb [arch=amd64,arm64 signed-by=/k.gpg] http://a s main\n"));
});

test("apt-sources: only files whose names apt takes", () => {
  const entry = (host: string) => `deb http://${host} sid main\n`;
  const found = settingsOf(aptSources, {
    "/etc/apt/sources.list.d/x.y_z-1.list": entry("good"),
    "/etc/apt/sources.list.d/.hidden.list": entry("hidden"),
    "/etc/apt/sources.list.d/a b.list": entry("blank"),
    "/etc/apt/sources.list.d/x.list.bak": entry("backup"),
  });
  expect(Object.keys(found)).toEqual(["deb http://good sid"]);
});

test("apt-sources: a mirror that the cloud tells", () => {
  const mirror = unknown("the mirror of the region");
  expect(settingsOf(aptSources, { [list]: `deb ${mirror} sid main\ndeb http://${mirror}/debian sid main\n` })).toEqual({
    "deb <<unknown:the mirror of the region>> sid": `main @ ${list}:1`,
    "deb http://<<unknown:the mirror of the region>>/debian sid": `main @ ${list}:2`,
  });
});

// As `apt-config dump` of apt 2.2 and 3.1 prints them.
test("apt-sources: the options of Acquire", () => {
  const part = "/etc/apt/apt.conf.d/50x";
  const text = `// comment
Acquire::http::Proxy "http://proxy.example:3142/";
Acquire { https { Proxy "DIRECT"; Timeout 5; };
  Retries "3"; # a comment
};
# a comment
Acquire::Languages { "none"; "de"; };
acquire::LANGUAGES:: "fr";
ACQUIRE::http::Proxy::host.example "DIRECT";
/* long
 Acquire::X "no"; */ Acquire::Y "1"; // end
#clear Acquire::https;
Acquire::https::Verify-Peer "false";
Foo::Bar "a;b{c}";
Acquire { "item"; Sub { A "1"; }; Plain word; }
`;
  const found = settingsOf(aptSources, {
    [part]: text,
    "/etc/apt/apt.conf.d/60y.conf": 'acquire::retries "4";\n',
    "/etc/apt/apt.conf.d/70z.bak": 'Acquire::Retries "5";\n',
    "/etc/apt/apt.conf": '\nacquire::Y "2";\n',
  });
  expect(found).toEqual({
    "Acquire::http::Proxy": `http://proxy.example:3142/ @ ${part}:2`,
    "Acquire::Retries": "4 @ /etc/apt/apt.conf.d/60y.conf:1",
    "Acquire::Languages::": `none, de, fr @ ${part}:7`,
    "Acquire::http::Proxy::host.example": `DIRECT @ ${part}:9`,
    "Acquire::Y": "2 @ /etc/apt/apt.conf:2",
    "Acquire::https::Verify-Peer": `false @ ${part}:13`,
    "Acquire::": `item @ ${part}:15`,
    "Acquire::Sub::A": `1 @ ${part}:15`,
    "Acquire::Plain": `word @ ${part}:15`,
  });
});
