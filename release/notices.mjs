// The notices of the packages that a build bundles, from esbuild's own account of it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LICENCE = /^(?:licen[cs]e|copying|notice)(?:[.-]|$)/i;

/** The directories of the packages of which a build contains code. @param metafiles those of its calls of esbuild */
function packagesIn(metafiles) {
  const outputs = metafiles.flatMap(({ outputs }) => Object.values(outputs));
  const bundled = outputs.flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? path : [])),
  );
  return new Set(bundled.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []));
}

/** The licence and the notices of a package. @throws if they are unknown */
function textOf(directory, { name, version, license }) {
  const files = readdirSync(directory).filter((file) => LICENCE.test(file));
  if (files.length > 0) return files.map((file) => readFileSync(join(directory, file), "utf8").trim()).join("\n\n");
  // Some packages of AWS leave it out. It is our own, too, and its text names nobody.
  if (license === "Apache-2.0") return readFileSync("LICENSE", "utf8").trim();
  throw new Error(`${name} ${version} is bundled, but has no licence file`);
}

/**
 * The text of all notices; packages with the same licence text share it.
 * @param metafiles what esbuild says of each of its calls
 * @throws for a package without a licence
 */
export function noticesOf(metafiles) {
  const packagesByText = new Map();
  for (const directory of packagesIn(metafiles)) {
    const about = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
    const text = textOf(directory, about);
    const title = `${about.name} ${about.version} (${about.license})`;
    packagesByText.set(text, [...(packagesByText.get(text) ?? []), title]);
  }
  const sections = [...packagesByText].map(([text, packages]) => `${packages.toSorted().join("\n")}\n\n${text}\n`);
  return `cloud-init-lint contains code of these packages.\n\n${sections.toSorted().join(`\n${"-".repeat(80)}\n\n`)}`;
}

/** The packages that notices name, as NAME@VERSION. */
export function bundledPackages(notices) {
  return [...notices.matchAll(/^(\S+) (\d\S*) \(\S+\)$/gm)].map(([, name, version]) => `${name}@${version}`);
}
