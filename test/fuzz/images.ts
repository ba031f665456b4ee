import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { boot } from "../../src/boot/boot.ts";
import { main } from "../../src/cli/main.ts";
import { detectDistro } from "../../src/distro/detect.ts";
import type { Image } from "../../src/image/image.ts";
import { services } from "../../src/services/services.ts";
import { type Entry, tarball } from "../image/tarball.ts";
import { cloudConfigText, networkConfig, yamlOf } from "./cloudConfig.ts";
import { withoutWrites, writing } from "./guard.ts";
import { mutateText } from "./mutate.ts";
import { networkDataTexts } from "./networks.ts";
import type { Random } from "./random.ts";
import { scratch } from "./scratch.ts";
import { plant } from "./secrets.ts";
import { filesReadOf, fixtures, ruleExamples } from "./seeds.ts";
import { type Checks, type Files, type Form, filesOf, type Input, mutateFile, once, type Target } from "./target.ts";

/** Command lines, and what each prints. `--seed` and the name of the image come behind. */
const COMMANDS: readonly (readonly [command: string, form: Form])[] = [
  ["lint -f text --min-severity info", "text"],
  ["lint -f github --min-severity info", "github"],
  ["lint -f markdown --min-severity info", "markdown"],
  ["lint -f json", "lint"],
  ["lint -f sarif", "sarif"],
  ["fix --dry-run --min-severity info --unsafe", "text"],
  ["plan -f text", "text"],
  ["plan -f json", "plan"],
  ["config -f text", "text"],
  ["config -f json", "config"],
  ["lint -f html", "html"],
  ["plan -f html", "html"],
];

const NOCLOUD = "/var/lib/cloud/seed/nocloud";
const CONFIG_DRIVE = "/config-drive/openstack/latest";
const DRIVE_META_DATA =
  '{"uuid": "i-1", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA a@b"}, "random_seed": "aGVsbG8=", "files": [{"path": "/etc/own", "content_path": "/content/0000"}]}';
const META_DATA = "instance-id: i-1\nlocal-hostname: web-1.example.com\npublic-keys: [ssh-ed25519 AAAA a@b]\n";

/** The files of each fixture that a boot and the services read: what is worth changing. */
const readByFixture = once(() =>
  fixtures().map(({ image }) =>
    once(() =>
      filesReadOf(image, (noting) => {
        const distro = detectDistro(noting);
        const { after } = boot(noting, { distro });
        for (const service of services) service.read(after, distro);
      }),
    ),
  ),
);

const entriesOf = new Map<Image, Readonly<Record<string, Entry>>>();

/** Everything in a fixture, by path. */
function wholeTree(image: Image): Readonly<Record<string, Entry>> {
  const known = entriesOf.get(image);
  if (known !== undefined) return known;
  const entries: Record<string, Entry> = {};
  const waiting = ["/"];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop())
    for (const name of image.list(directory)) {
      const path = directory === "/" ? `/${name}` : `${directory}/${name}`;
      const { kind, mode } = image.lstat(path)!;
      if (kind === "directory") waiting.push(path);
      else if (kind === "symlink") entries[path] = { name: path.slice(1), type: "2", link: image.readlink(path)! };
      else entries[path] = { name: path.slice(1), content: image.read(path)!, mode };
    }
  entriesOf.set(image, entries);
  return entries;
}

/** Runs the command line on a fixture with files laid over it, as an archive. */
async function runOn(input: Input, files: Files, checks: Checks): Promise<unknown> {
  const [command, form] = COMMANDS[Number(input["@command"])]!;
  const base = fixtures().find(({ name }) => name === input["@fixture"])!;
  const tree: Record<string, Entry> = { ...wholeTree(base.image) };
  for (const gone of JSON.parse(String(input["@deleted"] ?? "[]")) as string[]) delete tree[gone];
  for (const [path, content] of Object.entries(files)) tree[path] = { name: path.slice(1), content };
  const links = JSON.parse(String(input["@links"] ?? "{}")) as Record<string, string>;
  for (const [path, link] of Object.entries(links)) tree[path] = { name: path.slice(1), type: "2", link };
  const extra = JSON.parse(String(input["@options"] ?? "[]")) as string[];
  const archive = writing(() => {
    const path = join(scratch(), "image.tar");
    // The one before may still be open.
    rmSync(path, { force: true });
    writeFileSync(path, tarball(Object.values(tree)));
    return path;
  });
  const { status, out, err } = await runMain([...command.split(" "), ...extra, archive]);
  checks.holds(status >= 0 && status <= 4, `exit status ${status}`);
  if (out !== "") checks.printed(form, unpatched(command, out).replaceAll(archive, "/IMAGE"));
  checks.printed("text", err);
  return status;
}

/** Output without what a diff needs to be applied: tabs, and carriage returns at the end of a line. */
function unpatched(command: string, out: string): string {
  return command.startsWith("fix") ? out.replaceAll("\t", " ").replaceAll("\r\n", "\n") : out;
}

/** The command line in this process. @throws what a fault of the program was. */
async function runMain(args: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const status = await withoutWrites(() =>
    main(args, {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      terminal: false,
      columns: 100,
      env: { CLOUD_INIT_LINT_DEBUG: "1" },
    }),
  );
  if (status !== 70) return { status, out, err };
  const fault = new Error(/a fault of this program, please report it: (.*)/.exec(err)?.[1] ?? err);
  // What the program says of where, in place of where it is said.
  fault.stack = err.slice(err.indexOf("\n") + 1);
  throw fault;
}

/** A whole image, changed in a few files, through one of the outputs. */
const image: Target = {
  name: "image",
  cost: 100,
  make: (random) => {
    const at = random.below(fixtures().length);
    const read = readByFixture()[at]!();
    const files: Record<string, Buffer> = {};
    const paths = Object.keys(read);
    for (let left = random.pick([0, 1, 2, 2, 3, 5]); left > 0; left--) {
      const path = random.pick(paths);
      files[path] = mutateFile(read[path]!, random, []);
    }
    addConfiguration(files, random);
    const deleted = random.chance(5) ? [random.pick(paths)] : [];
    const links: Record<string, string> = {};
    if (random.chance(10)) links[random.pick(paths)] = random.pick([...paths, ".", "..", "/", "self/x", "/etc"]);
    if (Object.keys(files).some((path) => path.endsWith("/obj.pkl")))
      links["/var/lib/cloud/instance"] = "instances/i-1";
    const extra = random.chance(8) ? ["--datasource", random.pick(["Ec2", "NoCloud", "OpenStack", "None"])] : [];
    return {
      ...choices(random, fixtures()[at]!.name),
      "@options": JSON.stringify(extra),
      "@deleted": JSON.stringify(deleted),
      "@links": JSON.stringify(links),
      ...files,
    };
  },
  run: (input, checks) => runOn(input, filesOf(input), checks),
};

function choices(random: Random, fixture: string): Input {
  return { "@fixture": fixture, "@command": String(random.below(COMMANDS.length)) };
}

/** Configuration of the image, and what the cloud hands over. */
function addConfiguration(files: Record<string, Buffer>, random: Random): void {
  const put = (path: string, text: string) => {
    files[path] = random.chance(3) ? mutateFile(Buffer.from(text), random, []) : Buffer.from(text);
  };
  if (random.chance(2)) put("/etc/cloud/cloud.cfg.d/95-own.cfg", cloudConfigText(random));
  for (let left = random.below(3); left > 0; left--) {
    const { path, text } = random.pick(ruleExamples());
    if (!text.startsWith("-> ")) put(path, text);
  }
  if (random.chance(3))
    put("/etc/cloud/cloud.cfg.d/96-own.cfg", `network:${yamlOf(networkConfig(random), random, "  ")}`);
  if (random.chance(10)) {
    put(`${CONFIG_DRIVE}/meta_data.json`, DRIVE_META_DATA);
    put(`${CONFIG_DRIVE}/user_data`, cloudConfigText(random));
    put(`${CONFIG_DRIVE}/vendor_data.json`, '{"cloud-init": ["#cloud-config\\na: 1\\n", "#!/bin/sh\\n"]}');
    put(`${CONFIG_DRIVE}/network_data.json`, random.pick(networkDataTexts));
    put("/config-drive/openstack/content/0000", "own\n");
    return;
  }
  if (random.chance(10)) {
    const own = "/var/lib/cloud/instances/i-1";
    put(`${own}/obj.pkl`, "\x80\x04\x95local-hostname\x94\x8c\x05web-1\x94.");
    put(`${own}/datasource`, "DataSourceNoCloud: DataSourceNoCloud [seed=/var/lib/cloud/seed/nocloud][dsmode=net]\n");
    put(`${own}/user-data.txt`, cloudConfigText(random));
    put(`${own}/cloud-config.txt`, cloudConfigText(random));
    if (random.chance(2)) put(`${own}/manual-clean`, "");
    put("/var/lib/cloud/data/set-hostname", '{"fqdn": "web-1.example.com", "hostname": "web-1"}');
  }
  if (!random.chance(2)) return;
  put(`${NOCLOUD}/meta-data`, META_DATA);
  put(`${NOCLOUD}/user-data`, random.chance(3) ? "#!/bin/sh\necho a > /etc/motd\n" : cloudConfigText(random));
  if (random.chance(3)) put(`${NOCLOUD}/network-config`, yamlOf(networkConfig(random), random).trimStart());
}

/** Secrets where they are known to stand, among lines that are reported: none may show in any output. */
const secrets: Target = {
  name: "secrets",
  cost: 100,
  isWhole: true,
  make: (random) => {
    const { position, secret, text } = plant(random);
    const files: Record<string, string> = { [placeOf(position.path)]: text };
    if (!position.path.startsWith("/")) files[`${NOCLOUD}/meta-data`] = META_DATA;
    return {
      ...choices(random, random.pick(fixtures()).name),
      "@secret": secret,
      "@position": position.name,
      ...files,
    };
  },
  run: (input, checks) => {
    checks.secret(String(input["@secret"]), String(input["@position"]));
    return runOn(input, filesOf(input), checks);
  },
};

function placeOf(path: string): string {
  return path.startsWith("/") ? path : `${NOCLOUD}/${path}`;
}

/** Options and values of theirs; what is not a path may be changed. */
const OPTIONS: readonly (readonly [option: string, ...values: string[]])[] = [
  ["--protect", "/etc/**", "**/[a-z]*", "/etc/{a,b}"],
  ["--datasource", "Ec2", "none", "nocloud-net"],
  ["--cloud-init-version", "22.4", "23.1.1-0ubuntu1", "x"],
  ["--map", "/etc/cloud=examples", "/=."],
  ["--anchor", "README.md:1", "README.md"],
  ["--min-severity", "info", "errr"],
  ["--fail-on", "never", "warning"],
  ["--format", "json", "sarif", "github", "html", "txt"],
  ["--color", "always", "never"],
  ["--exit-zero"],
  ["--quiet"],
  ["--help"],
  ["--version"],
];
const OF_COMMANDS: readonly (readonly [command: string, ...operands: string[]])[] = [
  ["lint", "IMAGE"],
  ["plan", "IMAGE"],
  ["config", "IMAGE"],
  ["fix", "IMAGE", "--dry-run"],
  ["explain", "sshd-setting-overwritten"],
  ["rules"],
  ["needs"],
  ["lnt"],
];

/** What a user types. The image is a fixture, so that nothing of this machine is linted. */
const commandLine: Target = {
  name: "command-line",
  cost: 40,
  make: (random) => {
    const [command, ...operands] = random.pick(OF_COMMANDS);
    const words = [command];
    for (const operand of operands)
      words.push(operand === "IMAGE" ? operand : mutateText(operand, random, { texts: [operand] }));
    for (let left = random.below(4); left > 0; left--) {
      const [option, ...values] = random.pick(OPTIONS);
      words.push(option);
      if (values.length === 0) continue;
      const value = random.pick(values);
      words.push(random.chance(3) ? `x${mutateText(value, random, { texts: values })}` : value);
    }
    return { "@fixture": random.pick(fixtures()).name, words: JSON.stringify(words) };
  },
  run: async (input, checks) => {
    const fixture = fixtures().find(({ name }) => name === input["@fixture"])!;
    const words = JSON.parse(String(input.words)) as string[];
    const { status, out, err } = await runMain(words.map((word) => (word === "IMAGE" ? fixture.image.source : word)));
    checks.holds(status >= 0 && status <= 4, `exit status ${status}`);
    if (!out.includes("\x1b") && !out.startsWith("::")) checks.printed("text", unpatched(words[0]!, out));
    checks.printed("text", err);
    return status;
  },
};

/** Whole images and the command line. */
export const imageTargets: readonly Target[] = [image, secrets, commandLine];
