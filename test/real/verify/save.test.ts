/** `verify --save` on real roots: what is saved gives the same verification again, and has no secret. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { filesOf, readArchive } from "../../../src/verify/saved/archive.ts";
import { secretsIn } from "../../verify/saved/made.ts";
import { describeReal, programs, realRoots, roots } from "../describeReal.ts";
import { PROGRAM } from "./verifyRoot.ts";

const scratch = mkdtempSync(join(tmpdir(), "verify-save-"));
afterAll(() => rmSync(scratch, { recursive: true }));

type Files = Readonly<Record<string, string>>;

function directoryOf(name: string, files: Files): string {
  const directory = join(scratch, name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

/** Runs the program with files on top of a root, which are an overlay for the time of the run. */
function run(suite: string, custom: Files, ...words: readonly string[]) {
  const merged = join(scratch, "merged");
  mkdirSync(merged, { recursive: true });
  const script = 'mount -t overlay -o "ro,lowerdir=$1:$2" overlay "$3"; shift 3; exec "$0" "$@"';
  const upper = directoryOf("custom", { ...custom, "etc/of-this-test": "" });
  return spawnSync(
    "unshare",
    [
      "--mount",
      "sh",
      "-ec",
      script,
      process.execPath,
      upper,
      join(roots, suite),
      merged,
      PROGRAM,
      "verify",
      merged,
      ...words,
    ],
    { encoding: "utf8" },
  );
}

/** Saves a verification, compares again what was saved, and returns both reports and the archive. */
function savedAndReplayed(suite: string, custom: Files, seed: Files) {
  const [archive, live] = [join(scratch, "saved.tar.gz"), join(scratch, "live.json")];
  rmSync(archive, { force: true });
  const words = Object.keys(seed).length === 0 ? [] : ["--seed", directoryOf("seed", seed)];
  const first = run(suite, custom, ...words, "-f", `json=${live}`, "--save", archive);
  // Neither the root nor the seed is there any more, and nothing needs a right.
  for (const name of ["custom", "seed"]) rmSync(join(scratch, name), { recursive: true, force: true });
  const again = spawnSync(process.execPath, [PROGRAM, "verify", archive, "-f", "json"], { encoding: "utf8" });
  return { first, again, live: readFileSync(live, "utf8"), archive };
}

const META_DATA = "instance-id: i-0001\nlocal-hostname: web1\n";

const USUAL: Files = {
  "meta-data": META_DATA,
  "user-data": `#cloud-config
timezone: Europe/Berlin
ssh_pwauth: true
password: Tr0ub4dor&3
users: [default, {name: alice, shell: /bin/bash, ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvJ7cEo2vbM0M0l1c8Xj1S6cRZl0fO2Xb9u1Vt8m2aB a@b]}]
write_files: [{path: /etc/motd.d/a, content: hello, permissions: '0600'}]
ntp: {servers: [time.example]}
`,
};

/** A different secret for each place; none may be found. */
const canaries: string[] = [];
function canary(place: string): string {
  const secret = `Kx${Buffer.from(place).toString("hex").slice(0, 12)}${canaries.length}wQ7zR4`;
  canaries.push(secret);
  return secret;
}

function privateKey(): string {
  const directory = directoryOf("key", {});
  spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "a@b", "-f", join(directory, "key")]);
  const text = readFileSync(join(directory, "key"), "utf8");
  const bytes = Buffer.from(text.replace(/-----.*-----|\s/g, ""), "base64");
  // The private half is after the public one: the part that only it has, as it is and in base64.
  canaries.push(bytes.subarray(-70, -40).toString("latin1"), text.split("\n")[4]!.slice(0, 40));
  return text;
}

const indented = (text: string) => text.trimEnd().replaceAll("\n", "\n    ");

function secretSeed(): Files {
  const script = Buffer.from(`#!/bin/sh\nexport API_TOKEN=${canary("b64 script")}\n`).toString("base64");
  const part = `#cloud-config\nwrite_files: [{path: /etc/part, content: "password=${canary("mime part")}"}]\n`;
  const cloudConfig = `#cloud-config
password: ${canary("password")}
chpasswd:
  expire: false
  list: |
    root:${canary("chpasswd")}
    daemon:$6$saltsalt$${canary("chpasswd hash")}
users:
- default
- {name: alice, passwd: "$6$rounds=5000$saltsalt$${canary("users passwd")}", lock_passwd: false}
- {name: bob, plain_text_passwd: '${canary("plain")}', lock_passwd: false}
- {name: carol, hashed_passwd: "$y$j9T$abcdefgh$${canary("hashed")}"}
ssh_keys:
  ed25519_private: |
    ${indented(privateKey())}
  ed25519_public: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvJ7cEo2vbM0M0l1c8Xj1S6cRZl0fO2Xb9u1Vt8m2aB a@b
apt:
  sources: {own.list: {source: "deb https://user:${canary("apt")}@apt.example/debian sid main"}}
  http_proxy: http://proxy:${canary("proxy")}@proxy.example:3128
yum_repos: {own: {name: own, baseurl: "https://user:${canary("yum url")}@yum.example/", password: ${canary("yum")}}}
rh_subscription: {username: a, password: ${canary("rhsm")}}
landscape: {client: {account_name: a, computer_title: b, registration_key: ${canary("landscape")}}}
puppet: {conf: {agent: {certname: a, password: ${canary("puppet")}}}}
mcollective: {conf: {plugin.stomp.password: ${canary("mcollective")}}}
chef: {server_url: "https://c.example", validation_name: a, validation_cert: "${canary("chef")}"}
write_files:
- path: /etc/own/key.pem
  content: |
    -----BEGIN PRIVATE KEY-----
    ${canary("pem")}
    -----END PRIVATE KEY-----
- {path: /root/.token, permissions: '0600', content: ${canary("0600")}}
- {path: /etc/own/env, encoding: b64, permissions: '0600', content: ${Buffer.from(`plain ${canary("b64 0600")}\n`).toString("base64")}}
- {path: /usr/local/bin/own, encoding: b64, content: ${script}}
runcmd:
- 'export TOKEN=${canary("runcmd")}; curl -H "Authorization: Bearer ${canary("bearer")}" https://a.example/'
- [curl, -u, "bob:${canary("curl")}", https://a.example/]
bootcmd: ["echo root:${canary("bootcmd")} | chpasswd"]
`;
  return {
    "meta-data": META_DATA,
    "user-data": `Content-Type: multipart/mixed; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/cloud-config

${cloudConfig}
--b
Content-Type: text/cloud-config
Content-Transfer-Encoding: base64

${Buffer.from(part).toString("base64")}
--b
Content-Type: text/x-shellscript

#!/bin/sh
PASSWORD=${canary("script")}
--b--
`,
    "network-config": `version: 2
ethernets: {eth0: {dhcp4: true}}
wifis: {wlan0: {dhcp4: true, access-points: {home: {password: ${canary("wifi")}}}}}
`,
  };
}

const secretFiles = (): Files => ({
  "etc/shadow": `root:$y$j9T$abcdefgh$${canary("shadow")}:19000:0:99999:7:::\ndaemon:!$6$saltsalt$${canary("locked")}:19000:0:99999:7:::\nbin:*:19000:0:99999:7:::\n`,
  "etc/ssh/ssh_host_ed25519_key": privateKey(),
  "etc/cloud/cloud.cfg.d/90-own.cfg": `ubuntu_pro: {token: ${canary("pro")}}\nphone_home: {url: "https://a.example/${canary("phone home")}"}\n`,
  "etc/apt/sources.list.d/own.list": `deb https://user:${canary("sources.list")}@apt.example/debian sid main\n`,
  "etc/apt/apt.conf.d/90own": `Acquire::http::Proxy "http://user:${canary("apt.conf")}@p.example";\n`,
  "etc/netplan/60-own.yaml": `network: {version: 2, wifis: {wlan0: {access-points: {a: {password: ${canary("netplan")}}}}}}\n`,
  "etc/chrony/chrony.keys": `1 SHA1 HEX:${canary("chrony")}\n`,
});

describeReal("verify --save", { ...realRoots, ...programs("unshare", "mount", "ssh-keygen") }, () => {
  test.each(["bullseye", "bookworm", "trixie", "sid"])("a verification of %s is the same again", (suite) => {
    const { first, again, live } = savedAndReplayed(suite, {}, USUAL);
    expect(again.stdout).toBe(live);
    expect(JSON.parse(live).changes.length).toBeGreaterThan(10);
    expect([first.status, again.status]).toEqual([0, 0]);
  });

  test.each<readonly [title: string, suite: string, custom: Files, seed: Files]>([
    [
      "a hardened sshd, users and a host name of its own",
      "bookworm",
      {
        "etc/ssh/sshd_config.d/10-own.conf": "PasswordAuthentication no\nPermitRootLogin no\n",
        "etc/hostname": "golden\n",
        "etc/cloud/cloud.cfg.d/90-own.cfg": "manage_etc_hosts: true\nlocale: de_DE.UTF-8\n",
      },
      USUAL,
    ],
    [
      "a seed in the image",
      "trixie",
      {
        "var/lib/cloud/seed/nocloud/meta-data": META_DATA,
        "var/lib/cloud/seed/nocloud/user-data": "#cloud-config\nhostname: own\nruncmd: [echo hello]\n",
        "etc/sudoers.d/own": "%ops ALL=(ALL) ALL\n",
      },
      {},
    ],
    ["a disabled cloud-init", "sid", { "etc/cloud/cloud-init.disabled": "" }, {}],
    [
      "a datasource of another cloud",
      "trixie",
      { "etc/cloud/cloud.cfg.d/95-x.cfg": "datasource_list: [ Ec2 ]\n" },
      USUAL,
    ],
    ["a module that cannot run", "sid", { "etc/cloud/cloud.cfg.d/95-x.cfg": "timezone: Mars/Olympus\n" }, {}],
  ])("%s: the same again", (_, suite, custom, seed) => {
    const { again, live, first } = savedAndReplayed(suite, custom, seed);
    expect(again.stdout).toBe(live);
    expect(again.status).toBe(first.status);
    expect(first.stderr).not.toContain("a replay differs");
  });

  test("a real boot that contradicts the prediction does so again", () => {
    const module = `from cloudinit.settings import PER_INSTANCE
meta = {"id": "cc_timezone", "distros": ["all"], "frequency": PER_INSTANCE, "activate_by_schema_keys": []}
def handle(name, cfg, cloud, args):
    open("/etc/surprise", "w").write("secret=${canary("surprise")}")
    raise ValueError("password=${canary("error")}")
`;
    const path = "usr/lib/python3/dist-packages/cloudinit/config/cc_timezone.py";
    const { again, live, first, archive } = savedAndReplayed("sid", { [path]: module }, USUAL);
    expect(again.stdout).toBe(live);
    expect([first.status, again.status]).toEqual([1, 1]);
    expect(again.stdout).toContain("/etc/surprise");
    // The image's own code is needed as it is: what is secret in it is masked where it is seen as such elsewhere too.
    const { real } = readArchive(readFileSync(archive));
    expect(JSON.stringify(real.result)).not.toContain(canaries.at(-1));
  });

  test.each(["bookworm", "sid"])(
    "no secret of %s is saved, in any encoding, and the comparison is the same",
    (suite) => {
      canaries.length = 0;
      const { again, live, first, archive } = savedAndReplayed(suite, secretFiles(), secretSeed());
      expect(canaries.length).toBeGreaterThan(35);
      const bytes = readFileSync(archive);
      const found = filesOf(readArchive(bytes)).flatMap(({ content }) => secretsIn(content, canaries));
      expect(found).toEqual([]);
      expect(first.stderr).not.toContain("a replay differs");
      expect(again.stdout).toBe(live);
      const { image } = readArchive(bytes);
      expect(image.contents.get("/etc/shadow")?.toString()).toMatch(
        /^root:\$y\$j9T\$[^:]+:.*\ndaemon:!\$6\$[^:]+:.*\nbin:\*:/,
      );
    },
  );

  test("the list comes first; the file is private, and replaces only a file", () => {
    const archive = join(scratch, "listed.tar.gz");
    writeFileSync(archive, "earlier", { mode: 0o644 });
    const { stderr, status } = run("sid", {}, "--save", archive);
    expect(status).toBe(0);
    expect(stderr).toContain("will have these files");
    expect(stderr).toMatch(/files +\d+ kB {2}image\/usr\/lib\//);
    for (const line of stderr.split("\n").slice(2)) expect(line.length).toBeLessThanOrEqual(80);
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    expect(statSync(archive).size).toBeLessThan(400_000);
    for (const [file, why] of [
      ["-", "not a regular file"],
      ["/dev/null", "not a regular file"],
      [scratch, "this is a directory"],
      [join(scratch, "none/x"), "does not exist"],
    ] as const) {
      const refused = run("sid", {}, "--save", file);
      expect([refused.status, refused.stdout]).toEqual([2, ""]);
      expect(refused.stderr).toContain(why);
    }
    expect(existsSync("/dev/null") && statSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});
