import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { usualIgnores } from "../../../src/lint/ignores/ignore.ts";
import { lintFile } from "../../../src/lint/lintFile.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";

/** Place and rule of each finding, and of each ignored finding with where and why it is ignored. */
function lint(content: string | Buffer, path = "user-data", comments = true) {
  const file = { path, bytes: Buffer.from(content as string) };
  const ignores = { ...usualIgnores(), comments };
  const result = lintFile(file, { rules: catalogue, version: "26.2", ignores });
  return {
    findings: result.findings.map(({ cause, rule }) => `${cause?.line}:${cause?.column} ${rule}`),
    messages: result.findings.map(({ message }) => message),
    ignored: result.ignored.map(
      ({ cause, rule, ignored }) => `${cause?.line} ${rule} ${ignored.line} ${ignored.reason}`,
    ),
  };
}

const INVALID = "schema-value-invalid";

describe("where a comment counts", () => {
  const ignored = (line: number, comment: number, reason = "because") => ({
    findings: [],
    messages: [],
    ignored: [`${line} ${INVALID} ${comment} ${reason}`],
  });

  test("on the line, or on a line of its own above it, with other comments between", () => {
    const comment = `# cloud-init-lint: ignore[${INVALID}] because`;
    expect(lint(`#cloud-config\npackages: vim  ${comment}\n`)).toEqual(ignored(2, 2));
    expect(lint(`#cloud-config\n${comment}\npackages: vim\n`)).toEqual(ignored(3, 2));
    expect(lint(`#cloud-config\r\n${comment}\r\n# another\r\npackages: vim\r\n`)).toEqual(ignored(4, 2));
    expect(lint(`#cloud-config\nruncmd: 1 #${comment.slice(2)}\n`)).toEqual(ignored(2, 2));
    expect(lint(`#cloud-config\npackages: | ${comment}\n  vim\n`)).toEqual(ignored(2, 2));
  });

  test("at the top of the file, for all lines", () => {
    const comment = `# cloud-init-lint: ignore-file[${INVALID}] because`;
    const text = `#cloud-config\n\n${comment}\n---\npackages: vim\nruncmd: 1\n`;
    expect(lint(text).ignored).toEqual([`5 ${INVALID} 3 because`, `6 ${INVALID} 3 because`]);
    const below = lint(`#cloud-config\npackages: vim\n${comment}\n`);
    expect(below.findings).toEqual([`2:1 ${INVALID}`, "3:1 ignore-invalid"]);
  });

  test("nowhere else", () => {
    const comment = `# cloud-init-lint: ignore[${INVALID}] because`;
    for (const text of [
      `${comment}\n\npackages: vim\n`,
      `packages: vim\n${comment}\n`,
      `hostname: a\n${comment}\nlocale: C\npackages: vim\n`,
    ])
      expect(lint(`#cloud-config\n${text}`).findings).toContain(
        `${text.startsWith("pack") ? 3 : text.indexOf("\n\n") > 0 ? 2 : 3}:1 ignore-without-effect`,
      );
  });

  test("content is no comment", () => {
    const comment = `# cloud-init-lint: ignore[${INVALID}]`;
    for (const text of [
      `final_message: "a ${comment}"\n`,
      `final_message: |\n  ${comment}\n`,
      `final_message: >-\n  a\n  ${comment}\n`,
      `write_files:\n  - path: /etc/a\n    content: |\n      ${comment}\n`,
      `final_message: 'a\n  ${comment}'\n`,
    ])
      expect(lint(`#cloud-config\n${text}`).messages).toEqual([]);
  });

  test("in every part of user-data", () => {
    const config = `#cloud-config\n# cloud-init-lint: ignore-file[${INVALID}] because\npackages: vim\n`;
    const mime = (part: string) =>
      `Content-Type: multipart/mixed; boundary="B"\nMIME-Version: 1.0\n\n--B\nContent-Type: text/cloud-config\n\n${part}--B\nContent-Type: text/cloud-config\n\n#cloud-config\nruncmd: 1\n--B--\n`;
    const multipart = lint(mime(config));
    expect(multipart.ignored).toEqual([`9 ${INVALID} 8 because`]);
    expect(multipart.findings).toEqual([`14:1 ${INVALID}`]);
    const archive = `#cloud-config-archive\n- type: text/cloud-config\n  content: |\n${config.replace(/^/gm, "    ").trimEnd()}\n`;
    expect(lint(archive).ignored).toEqual([`6 ${INVALID} 5 because`]);
    expect(lint(gzipSync(config)).ignored).toHaveLength(1);
    expect(lint(Buffer.from(config).toString("base64")).ignored).toHaveLength(1);
    expect(lint(`## template: jinja\n${config}`).ignored).toEqual([`4 ${INVALID} 3 because`]);
    // A file of cloud.cfg.d, and text that is not valid YAML, where the mistake may be ignored as well.
    expect(lint(config, "20-team.cfg").ignored).toEqual([`3 ${INVALID} 2 because`]);
    expect(lint("#cloud-config\n# cloud-init-lint: ignore[user-data-not-applied] because\na: b: c\n").ignored).toEqual([
      "3 user-data-not-applied 2 because",
    ]);
  });
});

test("several rules, and several words before the reason", () => {
  const text = (list: string) => `#cloud-config\n# cloud-init-lint: ${list}\npackages: vim\n`;
  for (const list of [
    `ignore[${INVALID}, schema-key-unknown] -- because`,
    `ignore [schema-key-unknown ${INVALID}]: because`,
  ]) {
    const { ignored, findings, messages } = lint(text(list));
    expect(ignored).toEqual([`3 ${INVALID} 2 because`]);
    expect(findings).toEqual(["2:1 ignore-without-effect"]);
    expect(messages[0]).toContain("no finding of schema-key-unknown on line 3");
  }
});

test("what is wrong with a comment is a finding", () => {
  const lines = (said: string) => {
    const { findings, messages } = lint(`#cloud-config\npackages: vim # cloud-init-lint: ${said}\n`);
    return findings.map((finding, index) => `${finding}: ${messages[index]}`).filter((one) => one.includes("ignore-"));
  };
  expect(lines(`ignore[${INVALID}]`)).toEqual([
    expect.stringContaining("2:15 ignore-without-reason: This ignore gives no reason."),
  ]);
  expect(lines("ignore because")).toEqual([
    expect.stringContaining(
      '2:15 ignore-invalid: The comment is not understood, so that it ignores nothing. Write "# cloud-init-lint: ignore[rule-id] reason".',
    ),
  ]);
  expect(lines("ignore[] because")).toEqual([expect.stringContaining("ignore-invalid: The comment names no rule")]);
  expect(lines("ignroe[a] because")).toEqual([expect.stringContaining("ignore-invalid")]);
  expect(lines(`ignore[${INVALID} because`)).toEqual([expect.stringContaining("ignore-invalid")]);
  expect(lines("ignore[schema-value-invlid] because")).toEqual([
    expect.stringContaining('The rule "schema-value-invlid" does not exist (did you mean "schema-value-invalid"?).'),
  ]);
  expect(lines("checks this file")).toEqual([]);
  // The rest of an image may show findings of this rule.
  expect(lines("ignore[hostname-reset] because")).toEqual([]);
});

test("without comments, nothing is ignored and nothing is said of them", () => {
  expect(
    lint(`#cloud-config\npackages: vim # cloud-init-lint: ignore[${INVALID}]\n`, "user-data", false),
  ).toMatchObject({
    findings: [`2:1 ${INVALID}`],
    ignored: [],
  });
});

test("many comments take linear time", () => {
  const comment = `# cloud-init-lint: ignore-file[${Array(50).fill("schema-value-invalit").join(",")}] x\n`;
  const { findings } = lint(`#cloud-config\n${comment.repeat(500)}${" # #".repeat(20_000)}\nruncmd: 1\n`);
  expect(findings.length).toBeLessThan(200);
});

test("an ignore that misses its finding says where that is; in a file that cloud-init ignores, nothing is known", () => {
  const missed = lint(`#cloud-config\n# cloud-init-lint: ignore[${INVALID}] why\n\npackages: vim\n`);
  expect(missed.messages.at(-1)).toBe(
    `There is no finding of ${INVALID} on line 3 to ignore; the nearest is on line 4. Move the comment to that line or directly above it, or remove it.`,
  );
  const broken = lint(`#cloud-config\npackages: vim # cloud-init-lint: ignore[${INVALID}] why\n\tx: 1\n`);
  expect(broken.findings).toEqual([expect.stringContaining("user-data-not-applied")]);
});
