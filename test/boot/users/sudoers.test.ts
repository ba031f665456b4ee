import { describe, expect, test } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { attributesAfter, firstBoot, library, reasonOf, textAfter } from "../firstBoot.ts";

const RULES = "/etc/sudoers.d/90-cloud-init-users";
const sudoers = { "/etc/sudoers": { content: "root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n", mode: 0o440 } };
const header = (did: string, version: string) =>
  `# ${did} by cloud-init v. ${version} on <<unknown:the time of the boot>>\n`;

function bootWith(sudo: string, version = "25.1", files: Record<string, MemoryFile> = sudoers) {
  const config = `cloud_init_modules: [users_groups]\nusers: [{name: amy, sudo: ${sudo}}, late]\n`;
  return firstBoot({ version, config, files });
}

describe("the rules", () => {
  test.each([
    ["['ALL=(ALL) ALL', 'ALL=(www-data) /bin/ls']", "amy ALL=(ALL) ALL\namy ALL=(www-data) /bin/ls\n"],
    ["ALL=(ALL) NOPASSWD:ALL", "amy ALL=(ALL) NOPASSWD:ALL\n"],
    ["['ALL=(ALL) ALL', 5]", "amy ALL=(ALL) ALL\namy 5\n"],
  ])("%s", (sudo, lines) => {
    const result = bootWith(sudo);
    expect(textAfter(result, RULES)).toBe(`${header("Created", "25.1")}\n# User rules for amy\n${lines}`);
    expect(attributesAfter(result, RULES)).toBe("440 0:0");
  });

  test.each(["[]", "''", "null", "false"])("%s writes none since 22.3", (sudo) => {
    expect(textAfter(bootWith(sudo), RULES)).toBeUndefined();
    expect(reasonOf(bootWith(sudo), "users_groups")).not.toContain("failed");
  });

  test("up to 22.2 only false writes none, and null stops the module", () => {
    expect(textAfter(bootWith("false", "22.2"), RULES)).toBeUndefined();
    expect(textAfter(bootWith("[]", "22.2"), RULES)).toContain("# User rules for amy\n");
    expect(reasonOf(bootWith("null", "22.2"), "users_groups")).toContain("failed");
  });

  test("true stops the module", () => {
    const result = bootWith("true");
    expect(reasonOf(result, "users_groups")).toContain("failed");
    expect(textAfter(result, "/etc/passwd")).not.toContain("late");
  });

  test("a block that is in the file already is added again up to 23.2", () => {
    const block = "\n# User rules for amy\namy ALL=(ALL) ALL\n";
    const files = { ...sudoers, [RULES]: { content: `# ours${block}`, mode: 0o400 } };
    expect(textAfter(bootWith("ALL=(ALL) ALL", "23.3", files), RULES)).toBe(`# ours${block}`);
    const older = bootWith("ALL=(ALL) ALL", "23.2", files);
    expect(textAfter(older, RULES)).toBe(`# ours${block}${block}`);
    expect(attributesAfter(older, RULES)).toBe("400 0:0");
  });

  test("the header names the version as the distributor does", () => {
    const version = { [`${library}/version.py`]: '__VERSION__ = "25.1.4"\n_PACKAGED_VERSION = "25.1.4-0ubuntu1"\n' };
    expect(textAfter(bootWith("x", "25.1.4", { ...sudoers, ...version }), RULES)).toContain(
      header("Created", "25.1.4-0ubuntu1"),
    );
    const none = { [`${library}/version.py`]: '_PACKAGED_VERSION = "@@PACKAGED_VERSION@@"\n' };
    expect(textAfter(bootWith("x", "25.1.4", { ...sudoers, ...none }), RULES)).toContain(header("Created", "25.1.4"));
  });
});

describe("/etc/sudoers", () => {
  const edited = (text: string, version?: string, more: Record<string, MemoryFile> = {}) => {
    const result = bootWith("x", version, { "/etc/sudoers": { content: text, mode: 0o600 }, ...more });
    return textAfter(result, "/etc/sudoers");
  };

  test.each(["#includedir /etc/sudoers.d", "  @includedir  /etc/foo/../sudoers.d/  ", "|includedir /etc/sudoers.d"])(
    "%j includes the directory",
    (line) => {
      expect(edited(line)).toBe(line);
    },
  );

  test.each(["", "#includedir /etc/sudoers.d2\n", "# includedir /etc/sudoers.d"])("%j does not", (line) => {
    expect(edited(line)).toBe(`${line}\n${header("Added", "25.1")}#includedir /etc/sudoers.d\n`);
  });

  test("@includedir is understood since 21.1, and where a distributor has taken the change over", () => {
    const line = "@includedir /etc/sudoers.d\n";
    expect(edited(line, "21.1")).toBe(line);
    expect(edited(line, "20.4.1")).toContain(`${header("Added", "20.4.1")}#includedir /etc/sudoers.d\n`);
    const patched = { [`${library}/distros/__init__.py`]: 're.search(r"^[#|@]includedir\\s+(.*)$", line)' };
    expect(edited(line, "20.4.1", patched)).toBe(line);
  });

  test("a missing file is created, since 24.2 from the vendor's", () => {
    const own = `# See sudoers(5) for more information on "#include" directives:\n\n${header("Added", "25.1")}#includedir /etc/sudoers.d\n`;
    const result = bootWith("x", "25.1", {});
    expect(textAfter(result, "/etc/sudoers")).toBe(own);
    expect(attributesAfter(result, "/etc/sudoers")).toBe("440 0:0");
    const vendor = { "/usr/etc/sudoers": "root ALL=(ALL) ALL\n" };
    expect(textAfter(bootWith("x", "25.1", vendor), "/etc/sudoers")).toBe(`root ALL=(ALL) ALL\n${own}`);
    expect(textAfter(bootWith("x", "24.1", vendor), "/etc/sudoers")).toBe(own.replace("25.1", "24.1"));
  });

  test("the directory is closed to others", () => {
    const open = { ...sudoers, "/etc/sudoers.d": { directory: true as const, mode: 0o755 } };
    expect(attributesAfter(bootWith("x", "25.1", open), "/etc/sudoers.d")).toBe("750 0:0");
  });
});
