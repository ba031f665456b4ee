import { describe, expect, it } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { sample } from "../../samples.ts";
import { firstBoot, library, reasonOf, textAfter } from "../firstBoot.ts";

const LIST = "/etc/apt/sources.list";
const DEB822 = "/etc/apt/sources.list.d/debian.sources";
const PROXIES = "/etc/apt/apt.conf.d/90cloud-init-aptproxy";
const CONF = "/etc/apt/apt.conf.d/94cloud-init-config";
const KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\\n\\na2V5Cg==\\n-----END PGP PUBLIC KEY BLOCK-----\\n";

const debian: Readonly<Record<string, MemoryFile>> = {
  "/etc/cloud/templates/sources.list.debian.tmpl":
    "## template:jinja\ndeb {{mirror}} {{codename}} main\ndeb {{security}} {{codename}}-security main\n",
  "/etc/cloud/templates/sources.list.debian.deb822.tmpl":
    "## template:jinja\nTypes: deb\nURIs: {{mirror}}\nSuites: {{codename}} {{codename}}-updates\nSigned-By: {{primary_key | default('/usr/share/keyrings/debian.gpg', true)}}\n",
  "/etc/cloud/templates/sources.list.ubuntu.deb822.tmpl":
    "## template:jinja\nTypes: deb\nURIs: {{mirror}}\nSuites: {{codename}}\n",
  [LIST]: "deb http://corp.example/debian x main\n",
};
const program = { mode: 0o755 };

interface Options {
  readonly version?: string;
  readonly files?: Readonly<Record<string, MemoryFile>>;
  readonly distro?: string;
  /** What stands in system_info.package_mirrors. */
  readonly mirrors?: string;
  readonly metaData?: string | undefined;
}

const failsafe = "[{arches: [default], failsafe: {primary: 'http://deb/debian', security: 'http://deb/security'}}]";

function bootWith(
  apt: string,
  { version = "25.1", files = {}, distro = "debian", mirrors = failsafe, ...options }: Options = {},
) {
  const config = `system_info: {distro: ${distro}, package_mirrors: ${mirrors}}\ncloud_config_modules: [apt-configure]\n${apt}\n`;
  const metaData = "metaData" in options ? options.metaData : "instance-id: i-1\n";
  return firstBoot({
    version,
    config,
    files: { ...debian, ...files },
    ...(metaData === undefined ? {} : { metaData }),
  });
}

const commandsOf = (result: ReturnType<typeof bootWith>) => result.commands.map(({ command }) => command);
const kept = "apt: {preserve_sources_list: true, ";
const replaced = "apt: {preserve_sources_list: false, ";

/** Results that the real cloud-init gave on Debian 11 to sid. */
describe("the sources", () => {
  it.each(["no", "' OFF'", "0"])("are replaced where preserve_sources_list is %s", (preserve) => {
    const result = bootWith(`apt: {preserve_sources_list: ${preserve}}`, { version: "22.4" });
    expect(textAfter(result, LIST)).toBe(
      "deb http://deb/debian bookworm main\ndeb http://deb/security bookworm-security main\n",
    );
  });

  it.each(["true", "null", "maybe", "[]"])("are kept where preserve_sources_list is %s", (preserve) => {
    const result = bootWith(`apt: {preserve_sources_list: ${preserve}}`);
    expect(result.changes.filter(({ path }) => path.startsWith("/etc/apt"))).toEqual([]);
  });

  it("are replaced without any configuration, but not without apt", () => {
    expect(textAfter(bootWith("", { version: "22.4" }), LIST)).toContain("http://deb/debian");
    const noApt = bootWith("", { files: { "/bin/sh": program } });
    expect(textAfter(noApt, LIST)).toContain("corp.example");
    expect(
      textAfter(bootWith(`${replaced}}`, { files: { "/bin/sh": program, "/bin/dpkg": program } }), DEB822),
    ).toContain("Suites: UNAVAILABLE");
  });

  it("go to a file in deb822 format since 23.4, and the old file goes since 24.1", () => {
    const stanza =
      "Types: deb\nURIs: http://deb/debian\nSuites: bookworm bookworm-updates\nSigned-By: /usr/share/keyrings/debian.gpg\n";
    const before = bootWith(`${replaced}}`, { version: "23.4" });
    expect(textAfter(before, DEB822)).toBe(stanza);
    expect(textAfter(before, LIST)).toContain("corp.example");
    const now = bootWith(`${replaced}}`, { version: "24.1" });
    expect(textAfter(now, DEB822)).toBe(stanza);
    expect(textAfter(now, LIST)).toBeUndefined();
  });

  it("say on Ubuntu where they have moved", () => {
    const result = bootWith(`${replaced}}`, { distro: "ubuntu" });
    expect(textAfter(result, "/etc/apt/sources.list.d/ubuntu.sources")).toContain("URIs: http://deb/debian\n");
    const moved = textAfter(result, LIST);
    expect(moved).toMatch(/^# Ubuntu sources have moved .*\n(# .*\n){3}$/);
    const again = bootWith(`${replaced}}`, { distro: "ubuntu", files: { [LIST]: moved! } });
    expect(again.changes.map(({ path }) => path)).not.toContain(LIST);
  });

  it("stay in the old format where the distribution switched the new one off", () => {
    const files = { [`${library}/features.py`]: "APT_DEB822_SOURCE_LIST_FILE = False\n" };
    expect(textAfter(bootWith(`${replaced}}`, { files }), LIST)).toContain("deb http://deb/debian bookworm");
  });

  it("follow apt's own configuration of its directories", () => {
    const files = { "/etc/apt/apt.conf.d/10ours": 'Dir { Etc { SourceParts "ours.d"; }; };\n' };
    expect(textAfter(bootWith(`${replaced}}`, { files }), "/etc/apt/ours.d/debian.sources")).toContain("Types: deb");
  });

  it("come from a template of one's own, whose format chooses the file", () => {
    const list = bootWith(`${replaced}sources_list: "deb $MIRROR $RELEASE main\\n"}`);
    expect(textAfter(list, LIST)).toBe("deb http://deb/debian bookworm main\n");
    expect(textAfter(list, DEB822)).toBeUndefined();
    const stanza = bootWith(`${replaced}sources_list: "Types: deb\\nURIs: $SECURITY\\n"}`);
    expect(textAfter(stanza, DEB822)).toBe("Types: deb\nURIs: http://deb/security\n");
  });

  it("are empty for an empty template before 23.4, which counts for none since", () => {
    expect(textAfter(bootWith(`${replaced}sources_list: ""}`, { version: "22.4" }), LIST)).toBe("");
    expect(textAfter(bootWith(`${replaced}sources_list: ""}`), DEB822)).toContain("Types: deb");
  });

  it("stay without a template", () => {
    expect(textAfter(bootWith(`${replaced}}`, { distro: "ubuntu", version: "22.4" }), LIST)).toContain("corp.example");
  });
});

describe("mirrors", () => {
  const template = "sources_list: '$PRIMARY $SECURITY $MIRROR'}";
  const mirrorsOf = (apt: string, options: Options = {}) =>
    textAfter(bootWith(`${replaced}${apt}${template}`, { version: "22.4", ...options }), LIST);
  const unknown = "<<unknown:the mirror that answers at boot>>";

  it("are those for the architecture, else the last default", () => {
    const list = "[{arches: [arm64], uri: a}, {arches: [default], uri: b}, {arches: [default], uri: c}]";
    expect(mirrorsOf(`primary: ${list}, `)).toBe("c c c");
    const arm = {
      files: { "/var/lib/dpkg/status": "Package: x\n\nPackage: dpkg\nArchitecture: arm64\n\nPackage: y\n" },
    };
    expect(mirrorsOf(`primary: ${list}, security: [{arches: [arm64], uri: d}], `, arm)).toBe("a d a");
  });

  it("for security alone do not count", () => {
    expect(mirrorsOf("security: [{arches: [default], uri: s}], ")).toBe(
      "http://deb/debian http://deb/security http://deb/debian",
    );
  });

  it("without architectures count for none since 21.4, and fail before", () => {
    expect(mirrorsOf("primary: [{uri: x}], ")).toContain("http://deb/debian ");
    expect(mirrorsOf("primary: [{uri: x}], ", { version: "20.4" })).toContain("corp.example");
  });

  it("are the first that needs no name server, unknown where one that does comes before", () => {
    const search = (urls: string) => mirrorsOf(`primary: [{arches: [default], search: [${urls}]}], `);
    expect(search("word, 'http://[2001:db8::1]:80/x', 'http://b.example/'")).toBe(
      Array(3).fill("http://[2001:db8::1]:80/x").join(" "),
    );
    expect(search("'http://b.example/', 'http://192.0.2.1/'")).toBe(`${unknown} ${unknown} ${unknown}`);
    expect(search("")).toContain("http://deb/debian ");
    expect(search("'http://deb/debian'")).toBe(`http://deb/debian ${unknown} http://deb/debian`);
  });

  it("of the cloud's region need metadata", () => {
    const search = failsafe.replace(
      "}}]",
      "}, search: {primary: ['http://%(region)s.example/'], security: ['http://192.0.2.1/%(availability_zone)s/%%']}}]",
    );
    const plain = mirrorsOf("", { mirrors: search });
    expect(plain).toBe("http://deb/debian http://deb/security http://deb/debian");
    expect(mirrorsOf("", { mirrors: search, metaData: "placement: {availability-zone: eu-1a}\nregion: eu\n" })).toBe(
      `${unknown} http://192.0.2.1/eu-1a/% ${unknown}`,
    );
    expect(mirrorsOf("", { mirrors: search, metaData: undefined })).toMatch(/^<<unknown:.*>> <?.* <<unknown:/);
  });

  it("are Ubuntu's where nothing names any", () => {
    expect(mirrorsOf("", { mirrors: "[]" })).toBe(
      "http://archive.ubuntu.com/ubuntu/ http://security.ubuntu.com/ubuntu/ http://archive.ubuntu.com/ubuntu/",
    );
    const result = bootWith(`${replaced}}`, { mirrors: "[{arches: [default], failsafe: {primary: x}}]" });
    expect(reasonOf(result, "apt_configure")).toMatch(/failed: .*security mirror/);
  });

  it("that are not a string fail once the sources are written", () => {
    const result = bootWith(`${replaced}primary: [{arches: [default], uri: 5}], conf: x, ${template}`, {
      version: "22.4",
    });
    expect(textAfter(result, LIST)).toBe("5 5 5");
    expect(textAfter(result, CONF)).toBeUndefined();
  });
});

describe("apt's configuration", () => {
  it("is written as it is given", () => {
    const result = bootWith(`${kept}conf: 'A "1";', https_proxy: 's', proxy: p, http_proxy: h, ftp_proxy: 5}`);
    expect(textAfter(result, CONF)).toBe('A "1";');
    expect(textAfter(result, PROXIES)).toBe(
      'Acquire::http::Proxy "p";\nAcquire::http::Proxy "h";\nAcquire::ftp::Proxy "5";\nAcquire::https::Proxy "s";\n',
    );
  });

  it("of an earlier boot is removed", () => {
    const files = { [CONF]: "x", [PROXIES]: { link: "/etc/own" }, "/etc/own": "y", "/etc/apt/apt.conf.d/95ours": "z" };
    const result = bootWith(`${kept}conf: "", proxy: null}`, { files });
    const removed = result.changes.filter(({ op }) => op === "deleted");
    expect(removed.map(({ path }) => path)).toEqual([PROXIES, CONF]);
    expect(removed[1]?.blames[0]?.cause).toEqual({ path: "/etc/cloud/cloud.cfg", line: 3, column: 36 });
  });

  it("that is not a string fails after the proxies", () => {
    const result = bootWith(`${kept}conf: {a: 1}, proxy: p, sources: {a: {source: x}}}`, { files: { [CONF]: "x" } });
    expect(textAfter(result, PROXIES)).toContain('"p"');
    expect(textAfter(result, CONF)).toBe("x");
    expect(reasonOf(result, "apt_configure")).toBe("failed: apt.conf must be a string");
  });
});

describe("further sources", () => {
  const parts = "/etc/apt/sources.list.d";

  it("are added to files, or replace them since 22.4", () => {
    const apt = `${kept}sources: {a: {source: "deb $MIRROR $RELEASE"}, b.list: {source: new, append: false}, c: {source: x, filename: /srv/c}, d: {source: "1\\n", filename: a}}}`;
    const files = { [`${parts}/a.list`]: { content: "old", mode: 0o600 }, [`${parts}/b.list`]: "old\n" };
    const result = bootWith(apt, { files });
    expect(textAfter(result, `${parts}/a.list`)).toBe("olddeb http://deb/debian bookworm\n1\n\n");
    expect(result.after.stat(`${parts}/a.list`)?.mode).toBe(0o644);
    expect(textAfter(result, `${parts}/b.list`)).toBe("new\n");
    expect(textAfter(result, "/srv/c.list")).toBe("x\n");
    expect(commandsOf(result)).toEqual(["apt-get update"]);
    expect(textAfter(bootWith(apt, { files, version: "22.3" }), `${parts}/b.list`)).toBe("old\nnew\n");
  });

  it("that are repositories go to add-apt-repository", () => {
    const apt = `${kept}sources: {a: {source: "ppa:team/x"}, b: {source: "deb x y"}}}`;
    expect(commandsOf(bootWith(apt))).toEqual(["add-apt-repository --no-update ppa:team/x", "apt-get update"]);
    expect(commandsOf(bootWith(apt, { version: "22.1" }))).toContain("add-apt-repository ppa:team/x");
    const shell = Object.fromEntries(["sh", "dpkg", "lsb_release"].map((name) => [`/bin/${name}`, program]));
    expect(commandsOf(bootWith(apt, { files: shell }))).toContain("apt-get install software-properties-common");
    const before = bootWith(apt, { files: shell, version: "22.4" });
    expect(reasonOf(before, "apt_configure")).toBe("failed: add-apt-repository is not installed");
    expect(textAfter(before, `${parts}/b.list`)).toBeUndefined();
  });

  it("match a configured pattern, unless it could take too long", () => {
    const sources = 'sources: {a: {source: "ppa:team/x"}, b: {source: "corp-1:x"}}}';
    const own = bootWith(`${kept}add_apt_repo_match: '^corp-\\w+:', ${sources}`);
    expect(commandsOf(own)[0]).toBe("add-apt-repository --no-update corp-1:x");
    expect(textAfter(own, `${parts}/a.list`)).toBe("ppa:team/x\n");
    const slow = bootWith(`${kept}add_apt_repo_match: '^(a+)+$', ${sources}`);
    expect(slow.changes.find(({ path }) => path === `${parts}/a.list`)?.certainty).toBe("possible");
    const off = bootWith(`${kept}add_apt_repo_match: no, ${sources}`, { files: { [CONF]: "x" } });
    expect(textAfter(off, CONF)).toBe("x");
    const offBefore = bootWith(`${kept}add_apt_repo_match: no, ${sources}`, {
      files: { [CONF]: "x" },
      version: "22.4",
    });
    expect(textAfter(offBefore, CONF)).toBeUndefined();
  });

  it("in great number end in good time", () => {
    const count = sample(800, 20_000);
    const entries = Array.from(
      { length: count },
      (_, index) => `s${index}: {source: "x ${"y".repeat(50)}", filename: a}`,
    );
    const files = { "/etc/apt/apt.conf.d/10ours": "\n".repeat(10 * count) };
    const result = bootWith(`apt: {sources: {${entries.join(", ")}}}`, { files });
    expect(textAfter(result, `${parts}/a.list`)).toHaveLength(count * 53);
  });

  it("stop at one with an unknown variable", () => {
    const result = bootWith(`${kept}sources: {a: {source: x}, b: {source: $NO}, c: {source: y}}}`);
    expect([..."abc"].map((name) => textAfter(result, `${parts}/${name}.list`))).toEqual(["x\n", undefined, undefined]);
  });
});

describe("keys", () => {
  const given = `key: "${KEY}"`;

  it("of sources go to the directory that they are for", () => {
    const apt = `${kept}sources: {a.b.list: {${given}, source: "deb [signed-by=$KEY_FILE] x y"}, c: {${given}}, d: {keyid: A1}}}`;
    const result = bootWith(apt, { version: "22.4" });
    expect(textAfter(result, "/etc/apt/sources.list.d/a.b.list")).toBe(
      "deb [signed-by=/etc/apt/cloud-init.gpg.d/a.b.gpg] x y\n",
    );
    expect(textAfter(result, "/etc/apt/cloud-init.gpg.d/a.b.gpg")).toMatch(/^<<unknown:.*gpg.*>>$/);
    expect(textAfter(result, "/etc/apt/trusted.gpg.d/c.gpg")).toMatch(/^<<unknown:/);
    expect(textAfter(result, "/etc/apt/trusted.gpg.d/d.gpg")).toMatch(/^<<unknown:.*server.*>>$/);
    expect(commandsOf(result)[0]).toBe("gpg --keyserver=keyserver.ubuntu.com --recv-keys A1");
  });

  it("of mirrors are trusted, and named in templates since 25.1", () => {
    const apt = `${replaced}primary: [{arches: [default], uri: u, ${given}}]}`;
    expect(textAfter(bootWith(apt), DEB822)).toContain("Signed-By: /etc/apt/trusted.gpg.d/primary.gpg\n");
    const before = bootWith(apt, { version: "24.4" });
    expect(textAfter(before, DEB822)).toContain("Signed-By: /usr/share/keyrings/debian.gpg\n");
    expect(textAfter(before, "/etc/apt/trusted.gpg.d/primary.gpg")).toBeDefined();
    expect(textAfter(bootWith(apt, { version: "21.2" }), "/etc/apt/trusted.gpg.d/primary.gpg")).toBeUndefined();
  });

  it("that are none, or no gpg before 23.4, lead to /dev/null", () => {
    const apt = (key: string) => `${kept}sources: {a: {key: ${key}, source: "deb [signed-by=$KEY_FILE] x y"}}}`;
    const list = "/etc/apt/sources.list.d/a.list";
    expect(textAfter(bootWith(apt("nonsense")), list)).toBe("deb [signed-by=/dev/null] x y\n");
    const files = Object.fromEntries(["sh", "dpkg", "lsb_release"].map((name) => [`/bin/${name}`, program]));
    expect(textAfter(bootWith(apt(`"${KEY}"`), { files, version: "22.4" }), list)).toContain("/dev/null");
    const now = bootWith(apt(`"${KEY}"`), { files });
    expect(commandsOf(now)).toContain("apt-get install gnupg");
    expect(textAfter(now, list)).toContain("/etc/apt/cloud-init.gpg.d/a.gpg");
  });

  it("were apt-key's before 21.4", () => {
    const result = bootWith(`${kept}sources: {a: {${given}, source: x}}}`, { version: "20.4" });
    expect(result.changes.find(({ path }) => path === "/etc/apt/trusted.gpg")?.certainty).toBe("possible");
    expect(commandsOf(result)).toEqual(["apt-key add -", "apt-get update"]);
  });
});
