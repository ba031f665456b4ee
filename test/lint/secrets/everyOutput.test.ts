import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { boot } from "../../../src/boot/boot.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { declaredSchema } from "../../../src/lint/declaredKeys.ts";
import { type Fixable, fixAll } from "../../../src/lint/fixes/fixAll.ts";
import { FixableFile, FixableImage } from "../../../src/lint/fixes/fixImage.ts";
import { imageFacts } from "../../../src/lint/imageFacts.ts";
import { lint } from "../../../src/lint/lint.ts";
import { lintFile } from "../../../src/lint/lintFile.ts";
import type { LintResult } from "../../../src/lint/lintResult.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import { Secrets } from "../../../src/lint/secrets/secrets.ts";
import { configText } from "../../../src/report/configText.ts";
import { fixText } from "../../../src/report/fixText.ts";
import { lintFormats } from "../../../src/report/formats.ts";
import { imageReport } from "../../../src/report/imageReport.ts";
import { configJson, planJson } from "../../../src/report/json.ts";
import { patchOf } from "../../../src/report/patch.ts";
import { planText } from "../../../src/report/planText.ts";
import { services } from "../../../src/services/services.ts";
import { run } from "../../cli/run.ts";
import { oneOf, whole } from "../../samples.ts";
import { exampleImage } from "../exampleImage.ts";
import { Planted } from "./planted.ts";
import { mayBeSeen } from "./visible.ts";

const directory = mkdtempSync(join(tmpdir(), "secrets-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function lintOutputs(result: LintResult): Promise<string> {
  const options = { color: false, width: 200, minSeverity: "info", quiet: false, rules: catalogue } as const;
  const reports = await Promise.all(Object.values(lintFormats).map(({ load }) => load()));
  return reports.map((report) => report([imageReport(result, { ...options, plan: true })], options)).join("\n");
}

/** All that is said of fixes. */
function fixOutputs(start: Fixable): string {
  const fixed = fixAll(start, { minSeverity: "info", unsafe: true });
  const edits = fixed.edits.map((edit) => ({ ...edit, name: edit.path }));
  const text = fixText(fixed, { color: false, width: 200, fate: "shown", next: [] });
  return text + patchOf(edits, fixed.before.secrets).text;
}

/** All that is said of an image whose files and user-data are given. */
async function imageOutputs(
  files: Readonly<Record<string, string>>,
  userData: string | Buffer,
  base: string,
): Promise<string> {
  const image = exampleImage(files, base);
  const options = { distro: detectDistro(image), userData: { path: "/seed/user-data", bytes: Buffer.from(userData) } };
  const booted = boot(image, options);
  const facts = imageFacts(image, booted);
  const secrets = Secrets.ofBoot(booted);
  return [
    await lintOutputs(lint(image, { ...options, rules: catalogue, protect: ["/**"] })),
    whole ? fixOutputs(new FixableImage(image, { ...options, rules: catalogue, protect: ["/**"] })) : "",
    planText(facts, booted, { color: false, width: 200, verbose: true }),
    planJson(facts, booted),
    configText(booted.config, secrets),
    configJson(booted.config, secrets),
  ].join("\n");
}

/** The lines in which a marker is seen. */
function seen(out: string): string[] {
  return out.split("\n").filter((line) => line.includes("MADEUP"));
}

async function lintedAlone(path: string, text: string | Buffer): Promise<string> {
  const [file, options] = [
    { path, bytes: Buffer.from(text) },
    { rules: catalogue, version: "26.2" },
  ];
  return (await lintOutputs(lintFile(file, options))) + fixOutputs(new FixableFile(file, options));
}

const block = (document: object): string => stringify(document, { aliasDuplicateObjects: false });

/** No secrets, although their names have it that some places hide them: an address, the path of a file, a port. */
const IS_NO_SECRET = /\.(?:ipv6-address-token|password_server_port)$|^openvswitch\.ssl\.private-key$/;

describe("a configuration with a marker in every position", () => {
  const planted = new Planted();
  const documents = planted.documents(declaredSchema("cloud-config"));
  const [first = {}] = documents;
  const wrong = (text: string) => planted.in(text).filter((path) => !mayBeSeen(path) && !IS_NO_SECRET.test(path));

  test.runIf(whole).each(
    oneOf(
      32,
      documents.map((document, index) => [index, document] as const),
    ),
  )("as user-data on its own, form %s", async (_, document) => {
    expect(wrong(await lintedAlone("user-data", `#cloud-config\n${block(document)}pasword: x\n`))).toEqual([]);
  });

  test.each(
    oneOf<[string, (text: string) => string]>(7, [
      ["with an error at its end", (text) => `#cloud-config\n${text}wrong: [\n`],
      ["as a template", (text) => `## template: jinja\n#cloud-config\n${text}{{ x }}: 1\n`],
      ["without its header", (text) => text],
      ["in one part of a message", (text) => message("7bit", `#cloud-config\n${text}`)],
      [
        "in an encoded part of a message",
        (text) => message("base64", Buffer.from(`#cloud-config\n${text}`).toString("base64").replace(/.{76}/g, "$&\n")),
      ],
      [
        "in an archive",
        (text) => `#cloud-config-archive\n- type: text/cloud-config\n  content: |\n${text.replace(/^/gm, "    ")}\n`,
      ],
      ["in base64", (text) => Buffer.from(`#cloud-config\n${text}`).toString("base64")],
    ]),
  )("as user-data %s", async (_, make) => {
    expect(wrong(await lintedAlone("user-data", make(block(first))))).toEqual([]);
  });

  test.runIf(whole)("as packed user-data", async () => {
    expect(wrong(await lintedAlone("user-data", gzipSync(`#cloud-config\n${block(first)}`)))).toEqual([]);
  });

  test.runIf(whole).each(documents.slice(0, 3).map((document, index) => [index, document] as const))(
    "in an image and as what it is handed, form %s",
    async (_, document) => {
      const text = block(document);
      const files = {
        "/etc/cloud/cloud.cfg.d/90-own.cfg": text,
        "/etc/cloud/cloud.cfg.d/91-own.cfg": `${text}wrong: [\n`,
      };
      expect(wrong(await imageOutputs(files, `#cloud-config\n${text}`, "ubuntu-24.04"))).toEqual([]);
    },
  );

  test.runIf(whole)("every network configuration", async () => {
    const network = new Planted();
    for (const document of oneOf(96, network.documents(declaredSchema("network-config")))) {
      const text = block({ network: document });
      const out =
        (await lintedAlone("network-config", text)) +
        (await imageOutputs({ "/etc/cloud/cloud.cfg.d/90-net.cfg": text }, "", "debian-12"));
      expect(network.in(out).filter((path) => !mayBeSeen(path) && !IS_NO_SECRET.test(path))).toEqual([]);
    }
  });
});

function message(encoding: string, body: string): string {
  return `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="=="\n\n--==\nContent-Type: text/cloud-config\nContent-Transfer-Encoding: ${encoding}\n\n${body}\n--==--\n`;
}

/** Files of an image in which services keep settings, by service: none of the markers may be seen, nor what is in them replaced. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sshd: { "/etc/ssh/sshd_config": "# token=MADEUP-1\nPermitRootLogin no\nAcceptEnv DB_PASSWORD=MADEUP-2\n" },
  "host-keys": {
    "/etc/ssh/ssh_host_rsa_key": "-----BEGIN OPENSSH PRIVATE KEY-----\nMADEUP-1\n-----END OPENSSH PRIVATE KEY-----\n",
  },
  accounts: {
    "/etc/shadow":
      "root:$6$salt$MADEUP-1abcdef:19000:0:99999:7:::\nadm:MADEUP12345.a:1::::::\nops:!$y$j9T$MADEUP-2$MADEUP-3:1::::::\nold:_MADEUP-4abcdefghijkl:1::::::\n",
    "/etc/gshadow": "adm:$1$MADEUP-5$abcdefghijklmnop::\n",
    "/etc/passwd": "root:MADEUP-6xyzab:0:0::/root:/bin/sh\n",
  },
  hostname: { "/etc/hostname": "web\n# password: MADEUP-1\n" },
  hosts: { "/etc/hosts": "127.0.0.1 localhost # http://me:MADEUP-1@proxy\n10.0.0.7 db\n" },
  network: {
    "/etc/network/interfaces":
      "auto wlan0\niface wlan0 inet dhcp\n  wpa-ssid home\n  wpa-psk MADEUP-1a\n  wireless-key1 s:MADEUP-2a\n",
    "/etc/netplan/90-own.yaml":
      "network:\n  version: 2\n  wifis:\n    wlan0:\n      access-points:\n        home: {password: MADEUP-3}\n      auth: {password: MADEUP-4}\n  tunnels:\n    wg0: {mode: wireguard, key: MADEUP-5, peers: [{keys: {shared: MADEUP-6}}]}\n",
    "/etc/NetworkManager/system-connections/home.nmconnection":
      "[wifi-security]\nkey-mgmt=wpa-psk\npsk=MADEUP-7\nwep-key0=MADEUP-8\n[802-1x]\npassword=MADEUP-9\n[vpn-secrets]\nanything=MADEUP-10\n",
    "/etc/sysconfig/network-scripts/ifcfg-wlan0":
      "DEVICE=wlan0\nKEY=MADEUP-11\nKEY1=s:MADEUP-12\nKEY_PASSPHRASE2=MADEUP-13\nWPA_PSK='MADEUP-14'\nIEEE_8021X_PASSWORD=MADEUP-15\n",
    "/etc/sysconfig/network/ifcfg-wlan1":
      "WIRELESS_KEY_0='MADEUP-16'\nWIRELESS_WPA_PSK='MADEUP-17'\nWIRELESS_WPA_PASSWORD='MADEUP-18'\n",
    "/etc/systemd/network/wg.netdev":
      "[WireGuard]\nPrivateKey=MADEUP-19\n[WireGuardPeer]\nPresharedKey=MADEUP-20\n[MACsecTransmitAssociation]\nKey=MADEUP-21\n",
    "/etc/conf.d/net": "key_home=\"s:MADEUP-22 enc open\"\npassword_ppp0='MADEUP-23'\n",
    "/etc/resolv.conf": "nameserver 10.0.0.1\n# token: MADEUP-24\n",
  },
  "apt-sources": {
    "/etc/apt/sources.list": "deb https://reader:MADEUP-1@apt.example.org/debian bookworm main\n",
    "/etc/apt/sources.list.d/own.sources":
      "Types: deb\nURIs: https://MADEUP-2@apt.example.org/x\nSuites: a\nComponents: main\n",
    "/etc/apt/apt.conf.d/95proxy": 'Acquire::http::Proxy "http://me:MADEUP-3@proxy:3128/";\n',
    "/etc/apt/auth.conf.d/own.conf": "machine apt.example.org\nlogin reader\npassword MADEUP-4\n",
  },
  "yum-repositories": {
    "/etc/yum.repos.d/own.repo":
      "[own]\nbaseurl=https://me:MADEUP-1@example.org/\nusername=MADEUP-2\npassword=MADEUP-3\nproxy_password=MADEUP-4\nsslclientkey=MADEUP-5\n",
    "/etc/yum.conf": "[main]\nproxy=http://me:MADEUP-6@proxy\nproxy_password=MADEUP-7\n",
  },
  "zypper-repositories": {
    "/etc/zypp/repos.d/own.repo": "[own]\nbaseurl=https://me:MADEUP-1@example.org/?token=MADEUP-2\npassword=MADEUP-3\n",
  },
  "apk-repositories": { "/etc/apk/repositories": "https://me:MADEUP-1@example.org/main\n" },
  "time-sync": {
    "/etc/chrony/chrony.conf": "server time.example.org\n# password: MADEUP-1\n",
    "/etc/ntp.conf": "server a\ncrypto pw MADEUP-2\n",
  },
  locale: { "/etc/default/locale": "LANG=de_DE.UTF-8\nAPI_TOKEN=MADEUP-1\n" },
  keyboard: { "/etc/default/keyboard": "XKBLAYOUT=de\nSECRET_KEY=MADEUP-1\n" },
  timezone: { "/etc/timezone": "Europe/Berlin\n# password=MADEUP-1\n" },
  mounts: {
    "/etc/fstab":
      "//nas/share /mnt cifs username=me,password=MADEUP-1,uid=0 0 0\nhttps://me:MADEUP-2@dav /dav davfs rw 0 0\n",
  },
  grub: {
    "/var/cache/debconf/config.dat":
      "Name: grub-pc/install_devices\nTemplate: x\nValue: /dev/sda\n\nName: x/password\nValue: secret=MADEUP-1\n",
    "/etc/default/grub": 'GRUB_CMDLINE_LINUX="ds=nocloud;s=http://me:MADEUP-2@host/ rd.token=MADEUP-3"\n',
  },
  others: {
    "/etc/chef/validation.pem": "MADEUP-1\n",
    "/etc/puppet/puppet.conf": "[main]\nautosign = MADEUP-2\n",
    "/etc/landscape/client.conf": "[client]\nregistration_key = MADEUP-3\n",
    "/etc/salt/pki/minion/minion.pem": "MADEUP-4\n",
    "/etc/mcollective/server.cfg": "plugin.activemq.pool.1.password = MADEUP-5\nplugin.psk=MADEUP-6\n",
    "/etc/wpa_supplicant/wpa_supplicant.conf": 'network={\n  ssid="a"\n  #psk="MADEUP-7"\n  psk=MADEUP-8\n}\n',
    "/etc/ppp/chap-secrets": "client * MADEUP-9 *\n",
    "/etc/rhsm/rhsm.conf": "[server]\nproxy_password = MADEUP-10\n",
    "/etc/rsyslog.d/21-cloudinit.conf": "*.* @@logs.example.org\n# http://me:MADEUP-11@logs\n",
    "/root/.netrc": "machine a login b password MADEUP-12\n",
    "/root/.ssh/id_ed25519": "MADEUP-13\n",
    "/etc/app/db-password": "MADEUP-14\n",
  },
};

describe("settings that the boot replaces", () => {
  test("there are some of every service", () => {
    expect(services.map(({ name }) => name).filter((name) => !(name in FILES))).toEqual([]);
  });

  test.runIf(whole).each(["debian-12", "opensuse-leap-15.6"])("on %s, by what is as secret", async (base) => {
    const files = Object.assign({}, ...Object.values(FILES)) as Record<string, string>;
    const write_files = Object.entries(files).flatMap(([path, content]) => [
      { path, content: "replaced: yes\n" },
      { path, content: content.replaceAll("MADEUP-", "MADEUP-9"), append: true },
    ]);
    const userData = `#cloud-config\n${block({ write_files, apt: { preserve_sources_list: false }, wrte_files: [] })}`;
    const out = await imageOutputs(files, userData, base);
    for (const path of Object.keys(files)) expect(out).toContain(path);
    expect(seen(out)).toEqual([]);
  });
});

test("a file that a fix gives another name", async () => {
  const files = { "/etc/cloud/cloud.cfg.d/20.cfg.txt": "ssh_pwauth: false\nrandom_seed: {data: MADEUP-1}\n" };
  const out = await imageOutputs(files, "", "debian-12");
  expect(out).toContain("+random_seed: {data: <<hidden:key>>}");
  expect(seen(out)).toEqual([]);
});

/** Configuration that people write, each with what must not be seen of it. */
const WRITTEN: readonly string[] = [
  "chpasswd: {list: 'debian:MADEUP-word'}\nssh_pwauht: true",
  "chpasswd:\n  list: |\n    root:MADEUP-1\n    debian:MADEUP-2\n  expires: no",
  "chpaswd:\n  list: [root:MADEUP-1]",
  "pasword: MADEUP-1 # MADEUP-1 for now\n# password: MADEUP-2",
  "x: &p MADEUP-1\npassword: *p\nfoo: [",
  "base:\n  pass: &p |\n    MADEUP-1\n  other: &q MADEUP-2\nusers:\n  - name: a\n    passwd: *p\n    plain_text_passwd: *q\nfoo: [",
  "password: &p 'MADEUP-1\n  MADEUP-2'\nchpasswd: {users: [{name: a, password: *p, type: txt}]}",
  "users:\n- {name: a, plain_text_passwd: 'MADEUP-1', lock-passwd: x}\n- name: b\n  hashed_passwd: >-\n    MADEUP-2\n    MADEUP-3\n  shel: /bin/sh",
  "runcmd:\n- curl -H 'Authorization: Bearer MADEUP-1' https://x.example/?token=MADEUP-2\n- [curl, -u, 'me:MADEUP-3', https://x]\n- [mysql, -pMADEUP-4]\n- - sshpass\n  - -p\n  - MADEUP-5\n- {a: b}",
  "runcmd:\n- |\n  cat > /root/.ssh/id_rsa <<EOF\n  -----BEGIN RSA PRIVATE KEY-----\n  MADEUP-1\n  -----END RSA PRIVATE KEY-----\n  EOF\n  chpasswd <<EOF\n  root:MADEUP-2\n  EOF\n  export HTTP_PROXY=http://me:MADEUP-3@proxy DB_PASSWORD=MADEUP-4\n- 7",
  'write_files:\n- path: /etc/app.env\n  content: |\n    AWS_SECRET_ACCESS_KEY=MADEUP-1\n    "api_key": "MADEUP-2"\n  perms: x\n- {path: /etc/secret.key, content: MADEUP-3}\n- {path: /root/x, permissions: \'0600\', content: MADEUP-4}\n- {path: /y, encoding: b64, content: cGFzc3dvcmQ9TUFERVVQLTUK}',
  "ubuntu_pro: {token: MADEUP-1, enabel: [x]}\nubuntu_advantage: MADEUP-2",
  "rh_subscription:\n  usernam: a\n  password: MADEUP-1\n  activation-key: MADEUP-2\n  pasword: MADEUP-3",
  "landscape: {client: {account_name: a, computer_title: b, registration_key: MADEUP-1, registration_kye: MADEUP-2, log_level: x}}",
  "wireguard:\n  interfaces:\n  - name: wg0\n    config_path: /etc/wireguard/wg0.conf\n    content: |\n      [Interface]\n      PrivateKey = MADEUP-1\n      [Peer]\n      PresharedKey = MADEUP-2\n  nmae: x",
  "chef: {server_url: 'https://me:MADEUP-1@chef', validation_name: a, validation_key: /etc/chef/odd.pem, validation_cert: \"MADEUP-2\\nMADEUP-3\", inital_attributes: {a: MADEUP-4}, initial_attributes: {db: {b: MADEUP-5}}}",
  'salt_minion: {private_key: "MADEUP-1\\nMADEUP-2", public_key: x, pki_dir: /srv/odd, conf: {odd: MADEUP-3}, nope: 1}',
  "puppet: {install: false, conf: {agent: {server: puppet.example.org, odd: MADEUP-1}, ca_cert: x}, csr_attributes: {custom_attributes: {1.2.840: MADEUP-2}}, cnf: 1}",
  "mcollective: {conf: {plugin.psk: MADEUP-1, private-cert: MADEUP-2}, x: 1}",
  "phone_home: {url: 'https://me:MADEUP-1@example.org/MADEUP-2?t=MADEUP-3', pst: all}",
  "apt: {proxy: 'http://me:MADEUP-1@proxy:3128', sources: {a: {source: 'deb https://MADEUP-2@x.example/ y main'}}, conf: 'Acquire::http::Proxy \"http://me:MADEUP-3@p\";', debconf_selections: {a: 'x x/pw password MADEUP-4'}, srces: {}}",
  'ssh_keys: {rsa_private: "-----BEGIN RSA PRIVATE KEY-----\\nMADEUP-1\\n-----END RSA PRIVATE KEY-----\\n", rsa_public: ssh-rsa AAAA, rsa_privat: MADEUP-2}',
  "yum_repos: {a: {baseurl: 'https://me:MADEUP-1@x/', password: MADEUP-2, username: MADEUP-3, unheard: MADEUP-4, nam: x}}",
  "lxd: {init: {trust_password: MADEUP-1, storage_backend: odd}, preseed: 'config: {core.trust_password: MADEUP-2}'}",
  "rsyslog: {remotes: {a: 'http://me:MADEUP-1@logs'}, configs: ['*.* action(type=\"omelasticsearch\" pwd=\"MADEUP-2\")'], nope: 1}",
  "random_seed: {data: MADEUP-1, encoding: odd}\nspacewalk: {activation_key: MADEUP-2, proxy: 'http://me:MADEUP-3@p', servr: x}",
  "reporting: {a: {type: webhook, endpoint: 'https://x.example/MADEUP-1', consumer_key: MADEUP-2, token_secret: MADEUP-3}}\ndatasource: {MAAS: {consumer_key: MADEUP-4, token_key: MADEUP-5}, Odd: {anything: MADEUP-6}}",
  "mounts:\n- [//nas/share, /mnt, cifs, 'username=me,password=MADEUP-1']\nbootcmd:\n- echo MADEUP-2 | passwd --stdin root\n- pro attach MADEUP-3\n- nope: x",
  "autoinstall: {version: 1, identity: {password: '$6$x$MADEUP-1'}, anything: MADEUP-2}\nsnap: {commands: [snap set x password=MADEUP-3], comands: []}",
  'bootcmd:\n- openssl enc -aes-256-cbc -k MADEUP-1 -in x\n- mysql -e "ALTER USER root IDENTIFIED BY \'MADEUP-2\'"\n- psql -c "ALTER ROLE a PASSWORD \'MADEUP-3\'"\nwrite_files: [{path: /x.json, content: \'{"auths": {"r": {"auth": "MADEUP-4"}}}\', nope: 1}]',
  "password: *MADEUP-1\n",
  "password: @MADEUP-1\nchpasswd:\n  list: |\n   root:MADEUP-2\n\tx: 1",
  'chpasswd: {list: "root:MADEUP-1"\nusers:\n  - name: x\n    passwd: MADEUP-2\n    plain_text_passwd: MADEUP-3',
];

describe("what people write", () => {
  test.each(
    oneOf(
      4,
      WRITTEN.map((text) => [text.split("\n", 1)[0], text] as const),
    ),
  )("on its own: %s", async (_, text) => {
    expect(seen(await lintedAlone("user-data", `#cloud-config\n${text}\n`))).toEqual([]);
  });

  test.runIf(whole).each([0, 1, 2, 3, 4])("in files of an image, and as what it is handed (%s)", async (turn) => {
    const own = WRITTEN.filter((_, index) => index % 5 === turn);
    const files = Object.fromEntries(
      own.map((text, index) => [`/etc/cloud/cloud.cfg.d/5${index}-own.cfg`, `${text}\n`]),
    );
    for (const handed of own.slice(0, 2))
      expect(seen(await imageOutputs(files, `#cloud-config\nhostname: b\n${handed}\n`, "ubuntu-24.04"))).toEqual([]);
  });

  test("through the command line, on standard error as well, in every format", async () => {
    const text = `#cloud-config\n${WRITTEN.filter((one) => !/^password: [*@]|\[$|\t/.test(one)).join("\n")}\n`;
    for (const [name, content] of Object.entries({
      "seed/user-data": text,
      "seed/meta-data": "instance-id: x\npassword: [MADEUP-1\n",
      "user-data": text,
    })) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), content);
    }
    for (const args of [
      ...oneOf(3, Object.keys(lintFormats)).map((format) => ["lint", join(directory, "user-data"), "-f", format]),
      ["lint", "fixtures/debian-12", "--user-data", join(directory, "user-data"), "--min-severity", "info"],
      ["plan", "fixtures/debian-12", "--user-data", join(directory, "user-data")],
      ["plan", "fixtures/debian-12", "--user-data", join(directory, "user-data"), "-f", "html"],
      ["config", "fixtures/debian-12", "--user-data", join(directory, "user-data"), "-f", "json"],
      ["lint", "fixtures/debian-12", "--seed", join(directory, "seed")],
    ]) {
      const { out, err } = await run(...args);
      expect(seen(out + err), args.join(" ")).toEqual([]);
    }
  });

  test("config --show-secrets shows all of it", async () => {
    const path = join(directory, "shown");
    writeFileSync(path, "#cloud-config\npassword: MADEUP-1\nphone_home: {url: 'https://me:MADEUP-2@example.org/'}\n");
    for (const format of ["text", "json"]) {
      const args = ["config", "fixtures/debian-12", "--user-data", path, "-f", format];
      expect((await run(...args)).out).not.toContain("MADEUP");
      const { out } = await run(...args, "--show-secrets");
      expect(out).toContain("MADEUP-1");
      expect(out).toContain("https://me:MADEUP-2@example.org/");
    }
  });
});
