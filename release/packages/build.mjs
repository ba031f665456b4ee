// Makes the .deb and the .rpm of the executable in out/ (npm run executable), which they hold since few distributions have
// a Node that is new enough for the program alone: npm run packages. Needs dpkg-deb and rpmbuild.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const { name, version, homepage, license, repository } = JSON.parse(readFileSync("package.json", "utf8"));
const [, owner] = /github\.com\/([^/]+)\//.exec(repository.url);
const maintainer = `${owner} <${owner}@users.noreply.github.com>`;
const built = process.env.SOURCE_DATE_EPOCH ? new Date(process.env.SOURCE_DATE_EPOCH * 1000) : new Date();
const executable = join("out", `cloud-init-lint-linux-${process.arch}`);

/** How packages write the version: 1.0.0~rc.1 comes before 1.0.0. */
const packaged = version.replace("-", "~");

/** What packages call the processor. */
const PROCESSORS = { x64: { deb: "amd64", rpm: "x86_64" }, arm64: { deb: "arm64", rpm: "aarch64" } };

const CONTROL = `Package: ${name}
Version: ${packaged}
Architecture: ${PROCESSORS[process.arch]?.deb}
Maintainer: ${maintainer}
Section: admin
Priority: optional
Homepage: ${homepage}
Depends: libc6 (>= 2.28), libgcc-s1 (>= 3.3) | libgcc1 (>= 1:3.3), libstdc++6 (>= 5.2)
Description: report what cloud-init will undo on the first boot
 cloud-init-lint reads a machine image (a directory, an archive, a container
 image, a disk) and computes its first boot. It reports each setting of the
 image that cloud-init replaces, drops or cannot make, with the line of
 configuration that causes it and a fix.
`;

/** Of nothing but this build: the changes themselves are in CHANGELOG.md, which is not of Debian's form. */
const CHANGELOG = `${name} (${packaged}) unstable; urgency=medium

  * See NEWS.gz.

 -- ${maintainer}  ${built.toUTCString().replace("GMT", "+0000")}
`;

const COPYRIGHT = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ${name}
Source: ${homepage}
Comment: The program contains packages of npm (THIRD-PARTY-NOTICES.txt) and Node.js with what it consists of
 (NODE-LICENSE.txt), under the licences in these files.

Files: *
Copyright: ${built.getFullYear()} the authors of ${name}
License: ${license}
 The text is in /usr/share/common-licenses/Apache-2.0.
`;

const OVERRIDES = `# Node.js is built with its libraries, and not as a PIE; a release of Node.js updates them.
${name}: embedded-library *
${name}: hardening-no-pie *
# It reads the database of dpkg in the images that it checks.
${name}: uses-dpkg-database-directly *
`;

/** The files of a package by their paths. */
function filesOf(kind) {
  const doc = `usr/share/doc/${name}`;
  const licences = kind === "deb" ? doc : `usr/share/licenses/${name}`;
  const zsh = kind === "deb" ? "vendor-completions" : "site-functions";
  const made = (file) => readFileSync(join(executable, file));
  const zipped = (content) => gzipSync(content, { level: 9 });
  return {
    "usr/bin/cloud-init-lint": made("cloud-init-lint"),
    "usr/share/bash-completion/completions/cloud-init-lint": made("completions/cloud-init-lint"),
    "usr/share/fish/vendor_completions.d/cloud-init-lint.fish": made("completions/cloud-init-lint.fish"),
    [`usr/share/zsh/${zsh}/_cloud-init-lint`]: made("completions/_cloud-init-lint"),
    "usr/share/man/man1/cloud-init-lint.1.gz": zipped(made("cloud-init-lint.1")),
    [`${doc}/NEWS.gz`]: zipped(readFileSync("CHANGELOG.md")),
    [`${licences}/NODE-LICENSE.txt`]: made("NODE-LICENSE.txt"),
    [`${licences}/THIRD-PARTY-NOTICES.txt`]: made("THIRD-PARTY-NOTICES.txt"),
    ...(kind === "deb"
      ? {
          [`${doc}/changelog.gz`]: zipped(CHANGELOG),
          [`${doc}/copyright`]: COPYRIGHT,
          [`usr/share/lintian/overrides/${name}`]: OVERRIDES,
        }
      : { [`${licences}/LICENSE`]: made("LICENSE") }),
  };
}

/** @param root a new directory for the files */
function stage(root, kind) {
  for (const [path, content] of Object.entries(filesOf(kind))) {
    mkdirSync(dirname(join(root, path)), { recursive: true, mode: 0o755 });
    writeFileSync(join(root, path), content, { mode: path.startsWith("usr/bin/") ? 0o755 : 0o644 });
  }
}

const run = (program, ...args) => execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"] });

function makeDeb(scratch) {
  const root = join(scratch, "deb");
  stage(root, "deb");
  const size = execFileSync("du", ["-sk", "--apparent-size", root], { encoding: "utf8" }).split("\t")[0];
  mkdirSync(join(root, "DEBIAN"), { mode: 0o755 });
  writeFileSync(join(root, "DEBIAN/control"), CONTROL.replace(/^(?=Depends)/m, `Installed-Size: ${size}\n`));
  const file = join("out", `${name}_${packaged}_${PROCESSORS[process.arch].deb}.deb`);
  run("dpkg-deb", "--build", "--root-owner-group", "-Zgzip", root, file);
  return file;
}

function makeRpm(scratch) {
  const root = join(scratch, "rpm");
  stage(root, "rpm");
  const defined = {
    _topdir: join(scratch, "rpmbuild"),
    _rpmdir: scratch,
    version: packaged,
    homepage,
    license,
    staged: root,
  };
  const definitions = Object.entries(defined).flatMap(([key, value]) => ["--define", `${key} ${value}`]);
  run(
    "rpmbuild",
    "-bb",
    "--target",
    PROCESSORS[process.arch].rpm,
    ...definitions,
    resolve("release/packages/cloud-init-lint.spec"),
  );
  const { rpm } = PROCESSORS[process.arch];
  const made = `${name}-${packaged}-1.${rpm}.rpm`;
  renameSync(join(scratch, rpm, made), join("out", made));
  return join("out", made);
}

process.umask(0o022);
const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
try {
  if (!existsSync(executable)) throw new Error(`${executable} is missing: npm run executable`);
  console.log(makeDeb(scratch));
  console.log(makeRpm(scratch));
} catch ({ message }) {
  console.error(`cannot make the packages: ${message}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
