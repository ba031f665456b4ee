import { expect, test } from "vitest";
import { hideInDocument } from "../../../src/lint/secrets/document.ts";

function shown(text: string): string {
  return hideInDocument(Buffer.from(text), "/user-data", "user-data", () => {});
}

test("steps of a template and addresses to include are no values", () => {
  const template = "%{ if a }#cloud-config\nchpasswd: {list: 'a:b'}\n{% endif %}\nusers: [\n";
  expect(shown(template).split("\n")[0]).toBe("%{ if a }#cloud-config");
  expect(shown(template).split("\n")[2]).toBe("{% endif %}");
  expect(shown("#include\nhttps://a.example/b\n")).toBe("#include\nhttps://a.example/b\n");
});

test("secrets beside them are hidden all the same", () => {
  const text =
    "#cloud-config\n{% macro a(b) %}\n- name: c\n  plain_text_passwd: hunter1\n{% endmacro %}\nusers:\n{{ a(1) }}\n";
  expect(shown(text)).not.toContain("hunter");
  expect(shown("#include\nhttps://me:hunter2@a.example/b?token=hunter3\n")).not.toContain("hunter");
  expect(shown("#cloud-config\n{% set a %}\nhunter4\n{% endset %}\nusers: [\n")).not.toContain("hunter");
});
