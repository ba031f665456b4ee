import { expect, test } from "vitest";
import { attributesAfter, firstBoot, textAfter } from "../firstBoot.ts";

function bootWith(doas: string, version = "25.1", files = {}) {
  return firstBoot({
    version,
    config: `cloud_init_modules: [users_groups]\nusers: [{name: amy, doas: ${doas}}]\n`,
    files,
  });
}

const block = "\n# cloud-init User rules for amy\npermit nopass amy\n";

test("rules for a user go into /etc/doas.conf since 23.3", () => {
  const result = bootWith("['permit nopass amy']");
  expect(textAfter(result, "/etc/doas.conf")).toBe(
    `# Created by cloud-init v. 25.1 on <<unknown:the time of the boot>>\n${block}`,
  );
  expect(attributesAfter(result, "/etc/doas.conf")).toBe("440 0:0");
  expect(textAfter(bootWith("['permit nopass amy']", "23.2"), "/etc/doas.conf")).toBeUndefined();
});

test("a file that is there gets them once", () => {
  const files = { "/etc/doas.conf": "deny bob" };
  const after = textAfter(bootWith("['permit nopass amy']", "25.1", files), "/etc/doas.conf");
  expect(after).toBe(`deny bob${block}`);
  expect(textAfter(bootWith("['permit nopass amy']", "25.1", { "/etc/doas.conf": after }), "/etc/doas.conf")).toBe(
    after,
  );
});

test.each([
  "['permit nopass keepenv setenv { A B } amy as root cmd /bin/ls args -l -a']",
  "['deny amy']",
  "['permit amy cmd /bin/ls ']",
])("%s is written", (doas) => {
  expect(textAfter(bootWith(doas), "/etc/doas.conf")).toContain("amy");
});

test.each([
  "['permit bob']",
  "['permit amy', 'permit bob']",
  "['allow amy']",
  "['permit']",
  "permit amy",
  "['permit amy and more']",
])("%s is not written, since a rule is not valid or not about the user", (doas) => {
  expect(textAfter(bootWith(doas), "/etc/doas.conf")).toBeUndefined();
});

test("a long rule comes to an end", () => {
  const doas = `['permit ${"nopass persist ".repeat(2000)}${"a".repeat(20_000)}!']`;
  expect(textAfter(bootWith(doas), "/etc/doas.conf")).toBeUndefined();
});
