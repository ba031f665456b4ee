import { describe, expect, test } from "vitest";
import { detectDistro } from "../../../../src/distro/detect.ts";
import type { Finding } from "../../../../src/lint/finding.ts";
import { lint } from "../../../../src/lint/lint.ts";
import { lintFile } from "../../../../src/lint/lintFile.ts";
import { catalogue } from "../../../../src/lint/rules/catalogue.ts";
import { sample } from "../../../samples.ts";
import { exampleImage } from "../../exampleImage.ts";
import { D } from "../configuration/findings.ts";

const SEED = "/var/lib/cloud/seed/nocloud";
const TEAM = `${D}/20-team.cfg`;
const MARK = "comment=cloudconfig";
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUXbVUizMJQN2Rzn2Z4pHjlpRn7KkwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVhbSBDQTAgFw0yNjExMzAxMzQ3MDZaGA8yMDUxMDcyMjEz
NDcwNlowEjEQMA4GA1UEAwwHVGVhbSBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABEwLxM46Bru5aGVMAdZLFDdgbWTn6KC+f+kZTtFiy/Q24Mx+BehNokDYk/5b
7Jky0sOJUardawPZ1n3CAJWXgcajUzBRMB0GA1UdDgQWBBQFWVA9YpUuCsnGjep4
x1JzWh4ROjAfBgNVHSMEGDAWgBQFWVA9YpUuCsnGjep4x1JzWh4ROjAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCH2g5k7FyKtqT+We39tCuOYWuZIQ+
Y3TiTMD96HLG8fwCIQDYWgDNXwbWro3YIu4gueXqZEeLaOFEgjDHX6/Fks2YJw==
-----END CERTIFICATE-----
`;

/** Rules about requests and about what else becomes of mounts and package sources. */
const RULES = catalogue.filter(
  ({ id, check }) => check === "requests" || ["apt-sources-added", "mount-lost"].includes(id),
);

/** "severity rule line", with the line of the cause, and the message. */
function inShort({ severity, rule, cause, message }: Finding): string {
  return `${severity} ${rule} ${cause?.line}: ${message}`;
}

interface Launch {
  readonly image?: string;
  readonly datasource?: string;
  readonly userData?: string;
}

function found(files: Readonly<Record<string, string>>, { image: name, userData, datasource }: Launch = {}): Finding[] {
  const seed = { [`${SEED}/meta-data`]: "instance-id: i-1\n", [`${SEED}/user-data`]: `#cloud-config\n${userData}` };
  const image = exampleImage({ ...files, ...(userData === undefined ? {} : seed) }, name);
  const asked = datasource === undefined ? {} : { datasource };
  return lint(image, { distro: detectDistro(image), rules: RULES, ...asked }).findings.filter(
    ({ severity }) => severity !== "info",
  );
}

function alone(text: string, version = "26.2"): string[] {
  const bytes = Buffer.from(`#cloud-config\n${text}`);
  return lintFile({ path: "user-data", bytes }, { rules: RULES, version }).findings.map(inShort);
}

describe("lines that the launch of the build wrote to /etc/fstab", () => {
  const line = (device: string, point: string, options: string) =>
    `${device}\t${point}\tauto\t${options},${MARK}\t0\t2\n`;
  const fstab = `LABEL=root / ext4 defaults 0 1\n${line("LABEL=home", "/home", "defaults,nofail")}${line("LABEL=logs", "/logs", "noatime")}`;

  test("all of them are one finding with a fix that keeps them", () => {
    const [finding, ...others] = found({ "/etc/fstab": fstab, [TEAM]: "mounts:\n  - [LABEL=a, /a]\n" });
    expect(others).toEqual([]);
    expect(inShort(finding!)).toMatch(
      /^error mount-lost 1: .*removes the mount of \/home \(.*\/etc\/fstab:2\) and the mount of \/logs .*remove the mark/,
    );
    expect(finding!.losses.map(({ setting, line: at }) => [setting, at])).toEqual([
      ["/home", 2],
      ["/logs", 3],
    ]);
    expect(finding!.proveFix()?.edits[0]?.content).toBe(fstab.replaceAll(`,${MARK}`, ""));
  });

  test.each([
    ["Azure", "error", "likely"],
    ["Ec2", "error", "likely"],
    [undefined, "warning", "possible"],
  ])("on %s the temporary disk is enough", (datasource, severity, confidence) => {
    const launch = datasource === undefined ? {} : { datasource };
    expect(found({ "/etc/fstab": fstab }, { ...launch, image: "ubuntu-24.04" })).toMatchObject([
      { rule: "mount-lost", severity, confidence, losses: [{ setting: "/home" }, { setting: "/logs" }] },
    ]);
  });

  test.each([
    ["the line of the temporary disk", line("/dev/disk/cloud/azure_resource-part1", "/mnt", "defaults,nofail"), ""],
    ["no other disk", fstab, "{}\n"],
    ["the same boot writes it again", line("LABEL=a", "/a", "defaults,nofail"), "mounts:\n  - [LABEL=a, /a]\n"],
    ["a swap file of the temporary disk", `/mnt/swap none swap sw,${MARK} 0 0\n`, "mounts:\n  - [LABEL=a, /a]\n"],
  ])("nothing is lost: %s", (_case, text, userData) => {
    const launch = userData === "" ? { datasource: "Azure" } : { userData };
    expect(found({ "/etc/fstab": text }, launch).map(inShort)).toEqual([]);
  });

  test("swap is missed less than a file system", () => {
    const text = `/swapfile none swap sw,${MARK} 0 0\n`;
    expect(found({ "/etc/fstab": text, "/swapfile": "" }, { userData: "mounts:\n  - [LABEL=a, /a]\n" })).toMatchObject([
      { rule: "mount-lost", severity: "warning" },
    ]);
  });
});

test.each([
  [
    "LABEL=d /data ext4 noatime 0 2",
    "mounts:\n  - [LABEL=d, /data, ext4, noexec]\n",
    "warning mount-without-effect 3: .*fstab:1",
  ],
  ["LABEL=d /data ext4 noatime 0 2", "mounts:\n  - [LABEL=d, /data]\n", undefined],
  [
    "LABEL=d /srv/data ext4 noatime 0 2",
    "mounts:\n  - [LABEL=s, /srv]\n",
    'error mount-hidden 3: .*"/srv/data" of /etc/fstab',
  ],
  ["/dev/vdb /data ext4 noatime 0 2", "mounts:\n  - [vdb, /data]\n", undefined],
  [
    "/dev/vdb /data ext4 noatime 0 2",
    "mounts:\n  - [/dev/vdc, /data]\n",
    'error mount-hidden 3: .*"/dev/vdb" at "/data" .*fstab:1',
  ],
  ["nas:/s /nas nfs4 _netdev 0 0", "swap: {size: 1G, filename: /nas/swap}\n", "error swap-lost 2: .*fstab:1"],
  ["", "mounts:\n  - [ephemeral0, /data]\n", 'error mount-without-effect 3: .*NoCloud names no disk "ephemeral0"'],
])("the image's /etc/fstab %j with %j", (fstab, userData, expected) => {
  const findings = found({ "/etc/fstab": `${fstab}\n` }, { userData }).map(inShort);
  if (expected === undefined) expect(findings).toEqual([]);
  else expect(findings).toEqual([expect.stringMatching(new RegExp(`^${expected}`))]);
});

test("on a machine with a temporary disk, what lies below /mnt", () => {
  const files = {
    "/etc/fstab": "LABEL=d /mnt/data ext4 noatime 0 2\n",
    [TEAM]: "swap: {size: 1G, filename: /mnt/swap}\n",
  };
  const rulesOf = (more: string) => {
    const all = found({ ...files, [TEAM]: files[TEAM] + more }, { datasource: "Azure" });
    return all.map(({ rule, severity, confidence }) => `${severity} ${confidence} ${rule}`);
  };
  expect(rulesOf("")).toEqual(["warning likely mount-hidden", "warning likely swap-lost"]);
  expect(rulesOf("mounts:\n  - [ephemeral0, /scratch]\n")).toEqual([]);
});

describe("user-data on its own", () => {
  test.each([
    [
      "mounts:\n- [vdb, /a/../data/]\nswap: {size: 1G, filename: /data/s}\n",
      ['error swap-lost 4: The swap file "/data/s" .* "/data" \\(line 3\\)'],
    ],
    ["swap: {filename: /s}\n", ["error swap-lost 2: swap has no size"]],
    ["swap: {filename: s, size: 1G}\n", ['error swap-lost 2: .*Write "/s"']],
    ["swap: {filename: /run/s, size: 1G}\n", ["error swap-lost 2: .*in memory"]],
    ["swap: {size: 0, filename: /s}\n", []],
    ["swap: {}\n", []],
    [
      "mounts:\n- [LABEL=a, /a]\n- [LABEL=b, /a]\n- [LABEL=b, /a]\n",
      ['error mount-hidden 5: Two entries .*"LABEL=b" hides "LABEL=a"'],
    ],
    ["mounts:\n- [LABEL=a, /a]\n- [LABEL=a]\n", ['warning mount-without-effect 3: .*at "/a".*line 4']],
    ["mounts:\n- [mapper/vg-a, rel]\n", ['error mount-without-effect 3: .*Write "/rel"']],
    ['mounts:\n- ["{{ disk }}", "/a"]\n- ["<disk>", "/b"]\nswap: {filename: "{{ a }}", size: 1G}\n', []],
    [
      "apt:\n  preserve_sources_list: true\n  security: []\n  disable_suites: [backports]\n",
      ["error package-source-lost 5: .*disable_suites has no effect.*line 3"],
    ],
    ["apt:\n  security: [{arches: [default], uri: 'http://s'}]\n", ["error package-source-lost 3: .*Add apt.primary"]],
    ["apt: {proxy: 'http://a', http_proxy: 'http://b'}\n", ["error package-source-lost 2: apt.proxy has no effect"]],
    ["apt: {conf: a}\napt_proxy: http://a\n", ["error package-source-lost 3: apt_proxy has no effect"]],
    ["apt_https_proxy: http://a\n", ["error package-source-lost 2: .*proxy of ftp"]],
    [
      "apt:\n  sources:\n    a b: {source: deb http://x ./}\n",
      ['error package-source-lost 4: .*"/etc/apt/sources.list.d/a b.list"'],
    ],
    ["apt:\n  sources:\n    a: {source: 'Types: deb'}\n", ["error package-source-lost 4: .*deb822"]],
    [
      "apt:\n  sources:\n    a: {source: 'http://x a main'}\n",
      ["error package-source-lost 4: .*reads no other source"],
    ],
    ["apt:\n  sources:\n    a: {filename: a.list}\n", ["error package-source-lost 4: apt.sources.a adds nothing"]],
    [
      "apt:\n  sources:\n    a: {key: 'https://x/key.gpg'}\n",
      ["error package-source-lost 4: The key of apt.sources.a"],
    ],
    [
      "apt:\n  sources:\n    a: {source: 'ppa:a/b'}\n    b: {source: 'deb [arch=amd64] $MIRROR $RELEASE main # x'}\n",
      [],
    ],
    [
      "yum_repos:\n  a b: {baseurl: x}\n  a-b: {baseurl: y}\n  'a!': {baseurl: z}\n",
      ["error package-source-lost 4: .*a-b.repo", 'error package-source-lost 5: .*"a!"'],
    ],
    ["zypper: {config: {a: 1}}\n", ["error package-source-lost 2: zypper.config"]],
    ["apk_repos: {local_repo_base_url: http://x}\n", ["error package-source-lost 2: apk_repos.local"]],
    [
      "ca-certs: {trusted: [x]}\nca_certs: {trusted: [/x.pem]}\n",
      ["error ca-certificate-lost 2: ca-certs has no effect", "error ca-certificate-lost 3: .*reads no file"],
    ],
  ])("%j", (text, expected) => {
    const findings = alone(text);
    expect(findings).toEqual(expected.map((one) => expect.stringMatching(new RegExp(`^${one}`))));
  });

  test("certificates that OpenSSL cannot decode", () => {
    const entries = [
      CERTIFICATE,
      `Team CA\r\n${CERTIFICATE.replaceAll("\n", "\r\n")}`,
      CERTIFICATE.replace(/^NDcw.*\n/m, ""),
      CERTIFICATE + CERTIFICATE.replace(/-----END.*/, ""),
      CERTIFICATE.replace("MIIB", "{{ ds.certificate }}"),
    ];
    const lines = entries.map((entry) => `  - ${JSON.stringify(entry)}\n`);
    expect(alone(`ca_certs:\n  trusted:\n${lines.join("")}`)).toEqual([
      expect.stringMatching(/^error ca-certificate-lost 6: This certificate cannot be decoded/),
      expect.stringMatching(/^error ca-certificate-lost 7: This certificate cannot be decoded/),
    ]);
  });

  test("what only some versions take", () => {
    expect(alone('mounts:\n- [LABEL=a, "/a b"]\n- [LABEL=c, "/c\\\\040d"]\n', "25.1")).toEqual([
      expect.stringContaining('"/a b"'),
    ]);
    expect(alone('mounts:\n- [LABEL=a, "/a b"]\n- [LABEL=c, "/c\\\\040d"]\n')).toEqual([
      expect.stringContaining("c\\040d"),
    ]);
    expect(alone("yum_repos:\n  a: {metalink: x}\n", "23.4")).toEqual([expect.stringContaining("since 24.2")]);
    expect(alone("yum_repos:\n  a: {metalink: x}\n", "24.2")).toEqual([]);
    expect(alone("ca-certs: {remove_defaults: true}\n", "20.4")).toEqual([
      expect.stringContaining("reads only remove-defaults"),
    ]);
  });
});

describe("package sources of an image", () => {
  const own = "Types: deb\nURIs: http://apt.example.org/ubuntu\nSuites: noble\nComponents: main\n";
  const ours = { "/etc/apt/sources.list.d/ours.sources": own, "/etc/apt/sources.list.d/ubuntu.sources": "" };
  const ubuntu = { image: "ubuntu-24.04" };

  test("the public mirrors come back beside them", () => {
    const [finding, ...others] = found(ours, ubuntu);
    expect(others).toEqual([]);
    expect(inShort(finding!)).toMatch(
      /^error apt-sources-added .*ubuntu\.sources with .*"http:\/\/apt\.example\.org\/ubuntu" \(\/etc\/apt\/sources\.list\.d\/ours\.sources:2\)/,
    );
    expect(finding!.proveFix()?.edits[0]?.content).toContain("preserve_sources_list: true");
  });

  test.each([
    ["preserved", ours, "apt: {preserve_sources_list: true}\n"],
    ["the mirror is asked for", ours, "apt: {primary: [{arches: [default], uri: 'http://m.example/ubuntu/'}]}\n"],
    ["all sources are asked for", ours, `apt:\n  sources_list: |\n${own.replaceAll(/^/gm, "    ")}\n`],
    [
      "a source beside the public ones",
      { "/etc/apt/sources.list.d/d.list": "deb http://d.example/ noble stable\n" },
      "{}\n",
    ],
  ])("nothing is added unasked: %s", (_case, files, userData) => {
    expect(found(files, { ...ubuntu, userData }).map(inShort)).toEqual([]);
  });

  test.each([
    [
      "apt.conf.d/95proxy",
      'Acquire::http::Proxy "http://old";\n',
      "apt: {proxy: 'http://new'}\n",
      "error package-source-lost 2: .*95proxy:1 sets",
    ],
    [
      "x",
      "",
      "apt:\n  sources_list: |\n    deb http://m.example/ubuntu noble main\n",
      "warning package-source-lost 3: .*ubuntu.sources stays",
    ],
  ])("another file of apt counts: %s", (name, content, userData, expected) => {
    expect(found({ [`/etc/apt/${name}`]: content }, { ...ubuntu, userData }).map(inShort)).toEqual([
      expect.stringMatching(new RegExp(`^${expected}`)),
    ]);
  });

  test.each([
    [
      "rocky-9",
      "/etc/yum.repos.d/aaa.repo",
      "[extra]\nname=x\nbaseurl=http://a\n",
      "yum_repos:\n  extra: {baseurl: 'http://b'}\n",
      "error package-source-lost 3: .*aaa.repo:3",
    ],
    [
      "rocky-9",
      "/x",
      "",
      "yum_repo_dir: /srv/repos\nyum_repos:\n  extra: {baseurl: 'http://b'}\n",
      "error package-source-lost 4: .*/srv/repos/extra.repo",
    ],
    [
      "opensuse-leap-15.6",
      "/etc/zypp/repos.d/a.repo",
      "[a]\nbaseurl=http://a\n",
      "zypper:\n  repos:\n  - {id: a, baseurl: 'http://b'}\n",
      "warning package-source-lost 4: .*a.repo exists",
    ],
    [
      "fedora-42",
      "/usr/bin/update-ca-trust",
      "#!/bin/sh\n",
      "ca_certs: {remove_defaults: true}\n",
      "error ca-certificate-lost 2: .*fedora",
    ],
  ])("%s: %s", (image, path, content, userData, expected) => {
    expect(found({ [path]: content }, { image, userData }).map(inShort)).toEqual([
      expect.stringMatching(new RegExp(`^${expected}`)),
    ]);
  });
});

test("thousands of entries and lines, and names that are no paths", () => {
  const entries = Array.from(
    { length: sample(150, 10_000) },
    (_, index) => `- [d${index}, "/a${"/b".repeat(index % 50)}/\\u0001__proto__"]\n`,
  );
  const deep = `- [x, "${"/y".repeat(5000)}"]\n`;
  const fstab = entries.map((_, index) => `d${index} /f${index}/x ext4 defaults,${MARK} 0 0\n`).join("");
  const findings = found({ "/etc/fstab": fstab, [TEAM]: `mounts:\n${entries.join("")}${deep}` });
  expect(findings.length).toBeLessThan(300);
  expect(findings.map(({ rule }) => rule)).toContain("mount-lost");
});
