import { expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import type { Finding } from "../../src/lint/finding.ts";
import { lint } from "../../src/lint/lint.ts";
import { exampleImage } from "../lint/exampleImage.ts";
import { ruleDocuments } from "../ruleDocuments.ts";
import { oneOf } from "../samples.ts";
import { accountCases } from "./accounts.ts";
import { nameCases } from "./names.ts";
import { packageCases } from "./packages.ts";
import { sshCases } from "./ssh.ts";
import { systemCases } from "./system.ts";

const rules = ruleDocuments.map(({ rule }) => rule);
const cases = [...sshCases, ...nameCases, ...accountCases, ...packageCases, ...systemCases];

function findingsOf(files: Readonly<Record<string, string>>, name: string): readonly Finding[] {
  const image = exampleImage(files, name);
  return lint(image, { distro: detectDistro(image), rules }).findings;
}

/** What stock images give in any case. */
const stockFindings = new Map<string, readonly string[]>();

function stockOf(name: string): readonly string[] {
  const known =
    stockFindings.get(name) ??
    findingsOf({}, name).map(({ rule, severity, message }) => `${severity} ${rule} ${message}`);
  stockFindings.set(name, known);
  return known;
}

test("all sixty-nine cases that an image shows are here, each with an image or a reason", () => {
  expect(new Set(cases.map(({ id }) => id)).size).toBe(69);
  for (const { id, image, cannot, notYet } of cases)
    expect([id, [image, cannot, notYet].filter((one) => one !== undefined).length]).toEqual([id, 1]);
});

const booted = cases.flatMap(({ id, about, image }) => (image === undefined ? [] : [{ id, about, image }]));

test.each(oneOf(2, booted))("$id: $about", ({ image: { of, files, finds } }) => {
  const found = findingsOf(files, of);
  const stock = stockOf(of);
  for (const { rule, severity, about = "" } of finds) {
    const same = found.filter((finding) => finding.rule === rule && finding.severity === severity);
    const said = same.find(
      ({ message, losses }) => message.includes(about) || losses.some(({ setting }) => setting?.includes(about)),
    );
    expect(
      said,
      `${rule}: ${found.map((one) => `${one.severity} ${one.rule}: ${one.message}`).join("\n")}`,
    ).toBeDefined();
    // It is the case that gives the finding, not the stock image.
    if (Object.keys(files).length > 0) expect(stock).not.toContain(`${severity} ${rule} ${said!.message}`);
  }
});
