// Makes the executable for the system and the processor of this machine: Node with the program in it. It is put into
// out/cloud-init-lint-SYSTEM-PROCESSOR/, with the licences of what is in it, its manual page and its completions.
//
//   npm run executable                     # of the Node that runs this
//   npm run executable -- --node FILE      # of another
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";

/** The bytes in Node's program that say whether something is put into it. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/** What each shell calls the file of its completions. */
const COMPLETIONS = { bash: "cloud-init-lint", zsh: "_cloud-init-lint", fish: "cloud-init-lint.fish" };

/** @returns the system and the processor that a Node is for, such as linux-x64 or linux-x64-musl */
function systemOf(node) {
  const script = `const { glibcVersionRuntime } = process.report.getReport().header;
    const libc = process.platform === "linux" && glibcVersionRuntime === undefined ? "-musl" : "";
    console.log(process.platform + "-" + process.arch + libc);`;
  return execFileSync(node, ["-e", script], { encoding: "utf8" }).trim();
}

/** What V8 of a Node compiled of the parts of the program: the paths of the files. */
function compiledBy(node) {
  execFileSync(node, ["codeCache.cjs", "fixtures/debian-12-hardened"]);
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  const caches = readdirSync("dist").filter((name) => name.endsWith(".cache") && name.includes(`.${version}-`));
  return Object.fromEntries(caches.map((name) => [`${name.slice(0, name.indexOf("."))}.cache`, join("dist", name)]));
}

/** Node's own licence, which stands beside it in a release of Node. @throws if it does not */
function licenceOf(node) {
  const folder = dirname(node);
  const places = ["LICENSE", "../LICENSE", "../share/doc/nodejs/LICENSE"].map((place) => join(folder, place));
  const file = places.find((place) => existsSync(place));
  if (file === undefined) throw new Error(`the licence of ${node} is missing (${places[1]})`);
  return file;
}

function strip(file) {
  // Signatures of macOS and Windows are of the file as it was.
  if (process.platform === "darwin") execFileSync("codesign", ["--remove-signature", file]);
  // The names in Node's program, of which nothing is asked, are a seventh of it.
  if (process.platform === "linux") execFileSync("strip", [file]);
}

/** Puts what Node packed into a copy of Node's program. */
function inject(file, blob) {
  const options = ["--sentinel-fuse", FUSE, "--macho-segment-name", "NODE_SEA"];
  const args = ["node_modules/postject/dist/cli.js", file, "NODE_SEA_BLOB", blob, ...options];
  // Of a program that is stripped it warns many times, to no effect.
  execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
}

/** Lints images in two threads, away from this checkout. @throws if it cannot */
function tryOut(file, scratch) {
  const images = ["debian-12", "debian-12-hardened"].map((name) => resolve("fixtures", name));
  const options = { cwd: scratch, encoding: "utf8" };
  const { status, error, stderr } = spawnSync(resolve(file), ["--jobs", "2", ...images], options);
  if (status !== 1 || stderr !== "") throw error ?? new Error(`${file} ends with status ${status}: ${stderr}`);
}

/** @returns the directory that it is put into */
function makeExecutable(node) {
  const folder = join("out", `cloud-init-lint-${systemOf(node)}`);
  const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, "completions"), { recursive: true });
    const blob = join(scratch, "blob");
    const start = join(scratch, "start.cjs");
    const caches = compiledBy(node);
    buildSync({
      entryPoints: ["release/executable/start.cjs"],
      bundle: true,
      platform: "node",
      define: { COMPILED: JSON.stringify(Object.keys(caches)) },
      outfile: start,
    });
    const description = {
      main: start,
      output: blob,
      disableExperimentalSEAWarning: true,
      assets: {
        "start.cjs": start,
        "cloud-init-lint.cjs": "dist/cloud-init-lint.cjs",
        "aws.cjs": "dist/aws.cjs",
        ...caches,
      },
    };
    writeFileSync(join(scratch, "sea.json"), JSON.stringify(description));
    execFileSync(node, ["--experimental-sea-config", join(scratch, "sea.json")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const file = join(folder, process.platform === "win32" ? "cloud-init-lint.exe" : "cloud-init-lint");
    copyFileSync(node, file);
    strip(file);
    inject(file, blob);
    if (process.platform === "darwin") execFileSync("codesign", ["--sign", "-", file]);
    tryOut(file, scratch);
    for (const [shell, name] of Object.entries(COMPLETIONS))
      writeFileSync(join(folder, "completions", name), execFileSync(file, ["completion", shell]));
    copyFileSync("man/cloud-init-lint.1", join(folder, "cloud-init-lint.1"));
    copyFileSync("LICENSE", join(folder, "LICENSE"));
    copyFileSync("dist/THIRD-PARTY-NOTICES.txt", join(folder, "THIRD-PARTY-NOTICES.txt"));
    copyFileSync(licenceOf(node), join(folder, "NODE-LICENSE.txt"));
    return folder;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { node: { type: "string", default: process.execPath } } });
try {
  console.log(makeExecutable(values.node));
} catch ({ message }) {
  console.error(`cannot make an executable of ${values.node}: ${message}`);
  process.exitCode = 1;
}
