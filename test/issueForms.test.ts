/** The issue forms have what GitHub requires of them, and ask for what a report needs. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: Readonly<Record<string, string>>;
    readonly validations?: { readonly required: boolean };
  }[];
}

const form = (name: string) => parse(readFileSync(`.github/ISSUE_TEMPLATE/${name}`, "utf8")) as Form;

test.each(["bug.yml", "prediction.yml"])("%s is a form, and asks for the version", (name) => {
  const { body, ...about } = form(name);
  expect(about).toEqual({ name: expect.any(String), description: expect.any(String), labels: [expect.any(String)] });
  for (const { type, id, attributes } of body) {
    expect(["markdown", "textarea", "input"]).toContain(type);
    // GitHub wants a text of markdown, and of all else a label and an id of its own.
    expect(type === "markdown" ? attributes.value : attributes.label).toMatch(/\S/);
    expect(type === "markdown" || /^[a-z]+$/.test(id ?? "")).toBe(true);
  }
  const ids = body.flatMap(({ id }) => id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(body.find(({ id }) => id === "version")?.validations).toEqual({ required: true });
});

test("a wrong prediction comes with an archive, and vulnerabilities go elsewhere", () => {
  const archive = form("prediction.yml").body.find(({ id }) => id === "archive");
  expect(archive?.validations).toEqual({ required: true });
  expect(JSON.stringify(form("prediction.yml"))).toContain("verify ROOT --save");
  const config = parse(readFileSync(".github/ISSUE_TEMPLATE/config.yml", "utf8"));
  expect(config.contact_links[0].url).toMatch(/^https:\/\/github\.com\/.*\/security\/advisories\/new$/);
});
