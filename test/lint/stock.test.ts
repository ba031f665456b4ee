import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { lint } from "../../src/lint/lint.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import type { Packages } from "../../src/packages/packages.ts";
import { oneOf, sample } from "../samples.ts";
import { STOCK_CONFIGURATIONS, type StockConfiguration } from "./stockFacts.ts";
import { CLOUD_CFG, stockFiles, stockSystem } from "./stockImages.ts";

/** What is done to the file: nothing, or something that changes no module. */
const EDITS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `${text}# Edited by the team.\n`,
  (text) => text.replace("\n", "\n\n"),
  (text) => text.replace(/"gecos":"[^"]*"/, '"gecos":"Operator"'),
];

/**
 * Who owns the files. "none": no line is known to be shipped. "shipped": the database has the files' digests.
 * "protected": --protect makes all of it somebody's own.
 */
const OWNERS = ["none", "shipped", "protected"] as const;

const CASES = EDITS.flatMap((edit) =>
  OWNERS.flatMap((owner) => [true, false].map((hasLibrary) => ({ edit, owner, hasLibrary }))),
);

/** Each file, in the unit tests one of six, is tried in some of the ways, and each way with files of several distributions. */
const TRIED = oneOf(6, STOCK_CONFIGURATIONS).map((stock, index) => {
  const first = (index * 5) % CASES.length;
  const cases = [...CASES.slice(first), ...CASES.slice(0, first)].slice(0, sample(1, 4, CASES.length));
  return { stock, cases };
});

test.each(TRIED)("the stock cloud.cfg of $stock.id $stock.release with cloud-init $stock.version", (tried) => {
  const { stock, cases } = tried;
  const files = stockFiles(stock);
  for (const { edit, owner, hasLibrary } of cases) {
    const image = memoryImage({
      ...stockSystem(stock, hasLibrary),
      ...files,
      [CLOUD_CFG]: edit(files[CLOUD_CFG]!),
    });
    const detected = detectDistro(image);
    const distro = owner === "shipped" ? { ...detected, packages: packagesOf(files, stock) } : detected;
    const options = { distro, rules: catalogue, protect: owner === "protected" ? ["/etc/cloud/**"] : [] };
    const found = lint(image, options).findings.filter(({ severity }) => severity !== "info");
    expect(
      found.map(({ rule, message }) => `${rule}: ${message}`),
      `edit ${EDITS.indexOf(edit)}, ${owner}, ${hasLibrary ? "with" : "without"} a library`,
    ).toEqual([]);
  }
});

/** A database in which cloud-init's package has installed these files. */
function packagesOf(files: Readonly<Record<string, string>>, { version }: StockConfiguration): Packages {
  const names: Readonly<Record<string, string>> = { "cloud-init": `${version}-1`, sudo: "1.9", doas: "6.8" };
  return {
    kind: "rpm",
    version: (name) => names[name],
    owner: (path) => (Object.hasOwn(files, path) ? "cloud-init" : undefined),
    shipped: (path) =>
      Object.hasOwn(files, path)
        ? {
            package: "cloud-init",
            algorithm: "sha256",
            digest: createHash("sha256").update(files[path]!).digest("hex"),
            config: true,
          }
        : undefined,
  };
}
