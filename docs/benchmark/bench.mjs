// Measures the program side by side with others, by hyperfine, and writes results.json, the page and the plot: npm run bench.
// Needs root on Debian for chroot and loop devices, and the roots of test/real/make-roots.sh; takes about four minutes. On a
// machine that does something else, the figures are worthless.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { render } from "./render.mjs";

const ROOTS = process.env.CLOUD_INIT_LINT_ROOTS ?? "/var/cache/cloud-init-lint/roots";
const ROOT = join(ROOTS, "bookworm");
const NEWEST = join(ROOTS, "sid");
const PROGRAMS = [
  ["hyperfine", "hyperfine"],
  ["debsums", "debsums"],
  ["tar", "tar"],
  ["gzip", "gzip"],
  ["mkfs.ext4", "e2fsprogs"],
  ["mkfs.xfs", "xfsprogs"],
  ["mkfs.btrfs", "btrfs-progs"],
  ["mksquashfs", "squashfs-tools"],
  ["mkfs.erofs", "erofs-utils"],
  ["qemu-img", "qemu-utils"],
];

process.chdir(join(import.meta.dirname, "../.."));
// They would make every start of Node slower.
for (const name of ["NODE_EXTRA_CA_CERTS", "NODE_OPTIONS"]) delete process.env[name];

const run = (program, ...args) =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** Ends with a message if this machine cannot measure. */
function check() {
  const isThere = (program) => process.env.PATH.split(":").some((directory) => existsSync(join(directory, program)));
  const missing = PROGRAMS.filter(([program]) => !isThere(program)).map(([, name]) => name);
  const why =
    process.getuid() !== 0
      ? "needs root, for chroot and loop devices"
      : missing.length > 0
        ? `needs more programs: apt-get install ${missing.join(" ")}`
        : [ROOT, NEWEST].some((root) => !existsSync(join(root, "etc/cloud/cloud.cfg")))
          ? `needs ${ROOT} and ${NEWEST}: sh test/real/make-roots.sh bookworm sid`
          : undefined;
  if (why === undefined) return;
  console.error(`npm run bench ${why}`);
  process.exit(2);
}

/** What is measured besides the roots, in a new directory. */
function prepare(work) {
  const at = (name) => join(work, name);
  cpSync("dist/cloud-init-lint.cjs", at("cloud-init-lint.cjs"));
  writeFileSync(at("small.yaml"), "#cloud-config\nhostname: web\n");
  const entries = Array.from({ length: 5200 }, (_, index) => [
    `  - path: /etc/app/conf.d/${index}.conf`,
    `    content: "setting ${index} of many"`,
    '    permissions: "0644"',
    "    defer: true",
    "    owner: root:root\n",
  ]);
  let userData = "#cloud-config\nwrite_files:\n";
  for (const entry of entries) if (userData.length < 2 ** 20) userData += entry.join("\n");
  writeFileSync(at("user-data.yaml"), userData);
  run("cp", "-a", "--reflink=auto", ROOT, at("drop-ins"));
  for (let index = 0; index < 1000; index++)
    writeFileSync(
      join(at("drop-ins"), `etc/cloud/cloud.cfg.d/50-${String(index).padStart(4, "0")}.cfg`),
      ["#cloud-config", `# ${index}`, "locale: en_US.UTF-8", "timezone: Etc/UTC", ""].join("\n"),
    );
  run("tar", "-C", ROOT, "-cf", at("root.tar"), ".");
  run("sh", "-c", 'gzip -1 -c "$0" > "$1"', at("root.tar"), at("root.tar.gz"));
  const size = `${Math.ceil(Number(run("du", "-sm", ROOT).split("\t")[0]) * 1.5) + 400}M`;
  const empty = (name) => {
    run("truncate", "-s", size, at(name));
    return at(name);
  };
  run("mkfs.ext4", "-q", "-F", "-d", ROOT, empty("ext4.img"));
  run("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", at("ext4.img"), at("ext4.qcow2"));
  run("mkfs.btrfs", "-q", "--rootdir", ROOT, empty("btrfs.img"));
  run("mksquashfs", ROOT, at("squashfs.img"), "-quiet", "-no-progress");
  run("mkfs.erofs", "--quiet", at("erofs.img"), ROOT);
  run("mkfs.xfs", "-q", empty("xfs.img"));
  mkdirSync(at("mounted"));
  run("mount", "-o", "loop", at("xfs.img"), at("mounted"));
  try {
    run("cp", "-a", `${ROOT}/.`, at("mounted"));
  } finally {
    run("umount", at("mounted"));
  }
}

/** The groups of commands, each with what others do for the same. */
function groups(work) {
  const node = process.execPath;
  const lint = `${node} ${resolve("bin/cloud-init-lint.js")}`;
  const alone = `${node} ${join(work, "cloud-init-lint.cjs")}`;
  const at = (name) => join(work, name);
  const schema = (root) => `chroot ${root} cloud-init schema --config-file /tmp/cloud-init-lint-bench.yaml`;
  return [
    {
      name: "Start",
      runs: 40,
      commands: [
        ["cloud-init-lint --version", `${lint} --version`],
        ["cloud-init-lint --help", `${lint} --help`],
        ["cloud-init-lint --unknown", `${lint} --unknown`],
      ],
    },
    {
      name: "A root directory",
      runs: 20,
      commands: [
        ["cloud-init-lint ROOT", `${lint} ${ROOT}`],
        ["node cloud-init-lint.cjs ROOT, the program in one file", `${alone} ${ROOT}`],
        ["cloud-init-lint ROOT, cloud-init 26.2", `${lint} ${NEWEST}`],
        ["cloud-init-lint ROOT, with 1,000 drop-ins", `${lint} ${at("drop-ins")}`],
        ["cloud-init schema, two lines, cloud-init 22.4", schema(ROOT), "other"],
        ["cloud-init schema, two lines, cloud-init 26.2", schema(NEWEST), "other"],
      ],
    },
    {
      name: "Packages of the root",
      runs: 3,
      commands: [["debsums -ce", `debsums --root=${ROOT} -ce`, "other"]],
    },
    {
      name: "User-data",
      runs: 10,
      commands: [
        ["cloud-init-lint user-data.yaml, two lines", `${lint} ${at("small.yaml")}`],
        ["cloud-init-lint user-data.yaml, 1 MB", `${lint} ${at("user-data.yaml")}`],
      ],
    },
    {
      name: "A tar archive",
      runs: 10,
      commands: [
        ["tar -tf root.tar", `tar -tf ${at("root.tar")}`, "other"],
        ["cloud-init-lint root.tar", `${lint} ${at("root.tar")}`],
        ["tar -tf root.tar.gz", `tar -tf ${at("root.tar.gz")}`, "other"],
        ["cloud-init-lint root.tar.gz", `${lint} ${at("root.tar.gz")}`],
      ],
    },
    {
      name: "A disk",
      runs: 10,
      commands: [
        ["ext4", "ext4.img"],
        ["ext4 in qcow2, compressed", "ext4.qcow2"],
        ["XFS", "xfs.img"],
        ["btrfs", "btrfs.img"],
        ["squashfs", "squashfs.img"],
        ["EROFS", "erofs.img"],
      ].map(([name, file]) => [`cloud-init-lint DISK, ${name}`, `${lint} ${at(file)}`]),
    },
  ];
}

/** Measures a group, each time beside Node itself. Figures are medians, in milliseconds. */
function measure({ name, runs, commands }, work) {
  const all = [["node -e 0", `${process.execPath} -e 0`, "node"], ...commands];
  const output = join(work, "hyperfine.json");
  const args = [
    "-N",
    "--ignore-failure",
    "--style",
    "none",
    "--warmup",
    "1",
    "--runs",
    `${runs}`,
    "--export-json",
    output,
  ];
  // It warns of outliers and of findings.
  execFileSync("hyperfine", [...args, ...all.map(([, command]) => command)], { stdio: "ignore" });
  const { results } = JSON.parse(readFileSync(output, "utf8"));
  const rounded = (seconds) => Math.round(seconds * 10_000) / 10;
  return {
    name,
    runs,
    results: all.map(([command, , kind = "own"], index) => {
      const { median, min, user, system, exit_codes } = results[index];
      const isRun = exit_codes.every(
        (code) => code === 0 || code === 1 || (code === 2 && command.endsWith("--unknown")),
      );
      if (!isRun) throw new Error(`${all[index][1]} ended with status ${exit_codes.find((code) => code > 1)}`);
      return { command, kind, median: rounded(median), min: rounded(min), cpu: rounded(user + system) };
    }),
  };
}

function machine() {
  const [{ model }] = cpus();
  const os = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "Linux";
  return {
    processor: `${cpus().length} × ${model}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${os}, Linux ${release().split("-")[0]}`,
    node: process.version,
    tar: run("tar", "--version").split("\n", 1)[0],
    debsums: run("debsums", "--version").split("\n", 1)[0],
  };
}

check();
const work = mkdtempSync(join(tmpdir(), "cloud-init-lint-bench-"));
const placed = [ROOT, NEWEST].map((root) => join(root, "tmp/cloud-init-lint-bench.yaml"));
try {
  console.error("preparing the root as archives and disks ...");
  prepare(work);
  for (const file of placed) cpSync(join(work, "small.yaml"), file);
  const measured = groups(work).map((group) => {
    console.error(`measuring: ${group.name} ...`);
    return measure(group, work);
  });
  const root = {
    megabytes: Number(run("du", "-sm", ROOT).split("\t")[0]),
    tarMegabytes: Math.round(statSync(join(work, "root.tar")).size / 1e6),
  };
  const results = { date: new Date().toISOString().slice(0, 10), machine: machine(), root, groups: measured };
  writeFileSync("docs/benchmark/results.json", `${JSON.stringify(results, null, 2)}\n`);
  render("docs");
} finally {
  for (const file of placed) rmSync(file, { force: true });
  rmSync(work, { recursive: true, force: true });
}
