// Proves of a release what can be proven before it, and makes its files:
//
//   npm run release:check                                     # the version at hand
//   npm run release:check -- --tag v0.2.0 --output DIR        # that of a tag; its files are kept
//   npm run release:check -- --node FILE                      # with an executable of that Node, not of the one at hand
//
// The files: the package, the program in one file with its notices, an SBOM of what is in them, their checksums, and the
// notes of the release (notes.md).
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { checkPackage as checkTypes, createPackageFromTarballData } from "@arethetypeswrong/core";
import { buildAction } from "./action.mjs";
import { unlinked } from "./links.mjs";
import { changesOf } from "./notes.mjs";
import { bundledPackages } from "./notices.mjs";

/** The largest package, in bytes. */
const LARGEST = 1_500_000;

/** What a package consists of. Anything else in it is a mistake. */
const CONTENT = [
  /^package\.json$/,
  /^README\.md$/,
  /^LICENSE$/,
  /^bin\/(?:cloud-init-lint\.js|parts\.js|script\.js|package\.json)$/,
  /^dist\/(?:aws\.cjs|cloud-init-lint\.cjs|index\.js|index\.d\.ts|THIRD-PARTY-NOTICES\.txt)$/,
  /^man\/cloud-init-lint\.1$/,
  /^schemas\/[\w-]+\.schema\.json$/,
];

const { values } = parseArgs({
  options: {
    tag: { type: "string" },
    output: { type: "string" },
    node: { type: "string", default: process.execPath },
  },
});
const about = JSON.parse(readFileSync("package.json", "utf8"));
const { name, version } = about;
const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
const output = resolve(values.output ?? join(scratch, "files"));
const mistakes = [];

/** Reports what was checked. A mistake does not keep the rest from being checked. */
function check(what, why) {
  console.log(`${why === undefined ? "ok    " : "FAILED"} ${what}${why === undefined ? "" : `: ${why}`}`);
  if (why !== undefined) mistakes.push(what);
}

const npm = (...args) =>
  execFileSync("npm", args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });

function checkVersion() {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const locked = [lock.version, lock.packages[""].version].find((one) => one !== version);
  check("package-lock.json has the version", locked && `it has ${locked}, package.json ${version}`);
  check(
    "the tag names the version",
    values.tag && values.tag !== `v${version}` ? `${values.tag} is not v${version}` : undefined,
  );
  const { newest, text } = changesOf(readFileSync("CHANGELOG.md", "utf8"));
  check("CHANGELOG.md begins with the version", newest === version ? undefined : `it begins with ${newest}`);
  check("CHANGELOG.md says what is new", text === "" ? "the section is empty" : undefined);
  writeFileSync(join(output, "notes.md"), `${text}\n`);
}

function checkLinks() {
  const wrong = unlinked().map(({ file }) => file);
  check(
    "links name the repository and the version",
    wrong.length > 0 ? `${wrong.join(", ")} (node release/links.mjs)` : undefined,
  );
  // A release of nobody's repository would be a mistake; a check without a tag is none.
  const isPlaceholder = about.repository.url.includes("/OWNER/");
  if (values.tag !== undefined || !isPlaceholder)
    check("the repository has an owner", isPlaceholder ? '"OWNER" in package.json is a placeholder' : undefined);
}

async function checkPackage() {
  const [{ filename, files, size }] = JSON.parse(
    npm("pack", "--json", "--ignore-scripts", "--pack-destination", output),
  );
  const paths = files.map(({ path }) => path);
  const odd = paths.filter((path) => !CONTENT.some((pattern) => pattern.test(path)));
  check("the package has no other files", odd.length > 0 ? odd.join(", ") : undefined);
  const missing = CONTENT.filter((pattern) => !paths.some((path) => pattern.test(path)));
  check("the package has all files", missing.length > 0 ? missing.join(", ") : undefined);
  check("the package is small", size > LARGEST ? `${size} bytes, more than ${LARGEST}` : undefined);
  check("the package has no dependencies", about.dependencies && Object.keys(about.dependencies).join(", "));
  const place = join(scratch, "installed");
  mkdirSync(place);
  npm("install", "--prefix", place, "--offline", "--no-audit", "--no-fund", join(output, filename));
  const run = (...args) => spawnSync(join(place, "node_modules/.bin", name), args, { encoding: "utf8" });
  const said = run("--version").stdout?.trim();
  check("the installed package has the version", said === version ? undefined : `it says ${said}`);
  const { status, stderr } = run("fixtures/debian-12-hardened");
  check("the installed package lints", status === 1 ? undefined : `status ${status}: ${stderr}`);
  const types = spawnSync("node_modules/.bin/publint", ["--strict", "--pack", "false"], { encoding: "utf8" });
  check("publint has nothing to say", types.status === 0 ? undefined : types.stdout);
  const { problems } = await checkTypes(createPackageFromTarballData(readFileSync(join(output, filename))));
  // Those of packages that consist of ES modules: every Node that is supported can require them.
  const wrong = problems.filter(({ kind }) => kind !== "CJSResolvesToESM" && kind !== "NoResolution");
  check("the types are not wrong", wrong.length > 0 ? JSON.stringify(wrong) : undefined);
}

/** Makes the executable, and the packages of Linux of it: that of this machine, which is not among the files. */
function checkExecutable() {
  const make = (what, script, ...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
    check(`${what} can be made`, status === 0 ? undefined : stderr);
    return stdout.trim().split("\n");
  };
  const says = (what, program, ...args) => {
    const { stdout, error } = spawnSync(program, args, { encoding: "utf8", env: { PATH: process.env.PATH } });
    const said = stdout?.trim();
    check(`${what} has the version`, said === version ? undefined : `it says ${error?.message ?? said}`);
  };
  const [folder] = make("the executable", "release/executable/build.mjs", "--node", values.node);
  says("the executable", join(folder, name), "--version");
  if (process.platform !== "linux") return;
  const [deb, rpm] = make("the packages of Linux", "release/packages/build.mjs");
  says("the .deb", "dpkg-deb", "--field", deb, "Version");
  says("the .rpm", "rpm", "-qp", "--queryformat", "%{VERSION}", rpm);
}

/** GitHub runs the action as it is committed. */
async function checkAction() {
  const built = join(scratch, "action");
  mkdirSync(built);
  await buildAction(built);
  const files = readdirSync(built);
  const stale = files.filter((file) => !readFileSync(join(built, file)).equals(readFileSync(join("action", file))));
  check("the action is what is built", stale.length > 0 ? `${stale.join(", ")} (npm run action)` : undefined);
  const place = join(scratch, "step");
  mkdirSync(place);
  const { status, stdout } = spawnSync(process.execPath, [resolve("action/main.cjs")], {
    cwd: place,
    encoding: "utf8",
    env: { PATH: process.env.PATH, INPUT_IMAGE: resolve("fixtures/debian-12-hardened") },
  });
  check("the action lints", status === 1 ? undefined : `status ${status}: ${stdout}`);
}

/** The account of npm, without what is not in the files. */
function makeBom() {
  const bom = JSON.parse(npm("sbom", "--sbom-format", "cyclonedx", "--package-lock-only"));
  const bundled = new Set(bundledPackages(readFileSync("dist/THIRD-PARTY-NOTICES.txt", "utf8")));
  const components = bom.components.filter((one) => bundled.has(one["bom-ref"].replace(/^.*\|/, "")));
  const known = new Set(components.map((one) => one["bom-ref"].replace(/^.*\|/, "")));
  const missing = [...bundled].filter((one) => !known.has(one));
  check("the SBOM has all that is bundled", missing.length > 0 ? missing.join(", ") : undefined);
  const refs = new Set([bom.metadata.component["bom-ref"], ...components.map((one) => one["bom-ref"])]);
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
  bom.metadata.component.name = name;
  // The executables and what is made of them.
  const node = execFileSync(values.node, ["--version"], { encoding: "utf8" }).trim().slice(1);
  components.push({
    "bom-ref": `node@${node}`,
    type: "application",
    name: "node",
    version: node,
    purl: `pkg:generic/node@${node}`,
  });
  writeFileSync(join(output, "sbom.cdx.json"), `${JSON.stringify({ ...bom, components, dependencies }, null, 2)}\n`);
}

const sumOf = (file) =>
  createHash("sha256")
    .update(readFileSync(join(output, file)))
    .digest("hex");

function makeSums() {
  const files = readdirSync(output)
    .filter((file) => file !== "notes.md")
    .toSorted();
  writeFileSync(join(output, "SHA256SUMS"), files.map((file) => `${sumOf(file)}  ${file}\n`).join(""));
  const sums = readFileSync(join(output, "SHA256SUMS"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("  "));
  const wrong = sums.filter(([sum, file]) => sum !== sumOf(file) || statSync(join(output, file)).size === 0);
  check("the checksums are those of the files", wrong.length > 0 ? wrong.join(", ") : undefined);
}

try {
  mkdirSync(output, { recursive: true });
  npm("run", "--silent", "build");
  checkVersion();
  checkLinks();
  await checkPackage();
  await checkAction();
  checkExecutable();
  for (const file of ["cloud-init-lint.cjs", "aws.cjs", "THIRD-PARTY-NOTICES.txt"])
    copyFileSync(join("dist", file), join(output, file));
  makeBom();
  makeSums();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(mistakes.length === 0 ? `${name} ${version} can be released` : `${mistakes.length} mistakes`);
process.exitCode = mistakes.length === 0 ? 0 : 1;
