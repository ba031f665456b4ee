import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { declaredSchema } from "../../../src/lint/declaredKeys.ts";
import { Secrets } from "../../../src/lint/secrets/secrets.ts";
import { oneOf } from "../../samples.ts";
import { Planted } from "./planted.ts";
import { mayBeSeen } from "./visible.ts";

/** What stands before and behind a document, and what is done to its keys. */
const FORMS: Readonly<Record<string, (document: object) => string>> = {
  "block YAML": (document) => stringify(document, { aliasDuplicateObjects: false }),
  "one line": (document) => `${JSON.stringify(document)}\n`,
  "indented JSON": (document) => `${JSON.stringify(document, null, 1)}\n`,
  "misspelt keys": (document) => stringify(misspelt(document), { aliasDuplicateObjects: false }),
  "YAML that ends in an error": (document) => `${stringify(document, { aliasDuplicateObjects: false })}wrong: [\n`,
  "YAML that begins with an error": (document) => `\tx\n${stringify(document, { aliasDuplicateObjects: false })}`,
  "a template": (document) =>
    `## template: jinja\n#cloud-config\n{% if x %}\n${stringify(document, { aliasDuplicateObjects: false })}{% endif %}\n`,
};

/** With a letter of each key missing. */
function misspelt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(misspelt);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.length > 4 ? key.slice(0, -2) + key.slice(-1) : key,
      misspelt(inner),
    ]),
  );
}

describe.each([
  ["cloud-config", "/etc/cloud/cloud.cfg.d/x.cfg"],
  ["network-config", "/seed/network-config"],
] as const)("%s", (kind, path) => {
  const seenIn = (planted: Planted, form: (document: object) => string): string[] => [
    ...new Set(
      planted
        .documents(declaredSchema(kind))
        .flatMap((document) => planted.in(Secrets.none.file(path, form(document)))),
    ),
  ];

  test.each(oneOf(14, Object.entries(FORMS)))("as %s shows only what is declared to be no secret", (name, form) => {
    const planted = new Planted();
    const seen = seenIn(planted, form);
    // Of what is cut up at random only that nothing secret is seen counts.
    expect(seen.filter((seenPath) => !mayBeSeen(seenPath))).toEqual([]);
    if (name !== "block YAML") return;
    const all = [...new Set(planted.paths.values())];
    expect(all.filter((one) => mayBeSeen(one) && !seen.includes(one))).toEqual([]);
  });

  test.each(
    oneOf<[string, (number: string) => string]>(18, [
      ["an address", (number: string) => `https://reader:MADEUP-${number}@example.org/x`],
      ["an address that only a person would write", (number: string) => `http://me:a/MADEUP-${number}@example.org`],
      ["a query", (number: string) => `https://example.org/x?a=1&token=MADEUP-${number}`],
      ["a hash", (number: string) => `$6$rounds=5000$salt$MADEUP-${number}abcdefgh`],
      ["a header", (number: string) => `Authorization: Bearer MADEUP-${number}`],
      [
        "a private key",
        (number: string) => `-----BEGIN EC PRIVATE KEY-----\nMADEUP-${number}\n-----END EC PRIVATE KEY-----\n`,
      ],
      ["an assignment", (number: string) => `export DB_PASSWORD=MADEUP-${number}`],
      ["a command", (number: string) => `echo 'root:MADEUP-${number}' | chpasswd`],
      ["base64", (number: string) => Buffer.from(`password: MADEUP-${number}\n`).toString("base64")],
    ]),
  )("with the form of a secret, %s, is seen nowhere", (_, mark) => {
    expect(seenIn(new Planted(mark), FORMS["block YAML"]!)).toEqual([]);
  });
});
