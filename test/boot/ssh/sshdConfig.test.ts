import { expect, test } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { attributesAfter, firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const CONFIG = "/etc/ssh/sshd_config";
const DROP_IN = `${CONFIG}.d/50-cloud-init.conf`;

function bootWith(files: Record<string, MemoryFile>, version = "25.1", value = "yes") {
  return firstBoot({
    version,
    config: `cloud_init_modules: [set_passwords]\nssh_pwauth: ${value}\n`,
    files: { "/etc/ssh": { directory: true }, ...files },
  });
}

test("every occurrence is replaced, Match blocks included, and all lines are written again", () => {
  // As 22.4 and 26.2 left the same file.
  const before =
    "Port\nPort 22\n  UsePAM=yes\nListenAddress=\n\nAuthorizedKeysFile\nPasswordAuthentication = no\nMatch User x\n\tPasswordAuthentication no\n";
  const after = textAfter(bootWith({ [CONFIG]: before }), CONFIG);
  expect(after).toBe(
    "Port 22\nUsePAM yes\nListenAddress\n\nPasswordAuthentication yes\nMatch User x\nPasswordAuthentication yes\n",
  );
});

test("before 21.4 a keyword without a value makes the module fail", () => {
  const result = bootWith({ [CONFIG]: "Port\nPasswordAuthentication no\n" }, "20.4.1");
  expect(textAfter(result, CONFIG)).toBe("Port\nPasswordAuthentication no\n");
  expect(reasonOf(result, "set_passwords")).toContain("failed");
});

test("an option that is nowhere is appended, into the last Match block too", () => {
  const result = bootWith({ [CONFIG]: { content: "#PasswordAuthentication no\n  Match User x", mode: 0o600 } });
  expect(textAfter(result, CONFIG)).toBe("#PasswordAuthentication no\nMatch User x\nPasswordAuthentication yes\n");
  expect(attributesAfter(result, CONFIG)).toBe("600 0:0");
});

test("the keyword is compared without regard to case and keeps its spelling", () => {
  expect(textAfter(bootWith({ [CONFIG]: "passwordauthentication no\n" }), CONFIG)).toBe("passwordauthentication yes\n");
});

test("a file that says so already is left as it is, its odd spacing too", () => {
  const text = "  PasswordAuthentication   yes\n  Port 22\n";
  expect(textAfter(bootWith({ [CONFIG]: text }), CONFIG)).toBe(text);
});

test("the drop-in is used since 22.3, where the Include line is spelt in just this way", () => {
  const included = { [CONFIG]: `Include ${CONFIG}.d/*.conf\nPasswordAuthentication no\n` };
  const result = bootWith(included, "22.3");
  expect(textAfter(result, DROP_IN)).toBe("PasswordAuthentication yes\n");
  expect(attributesAfter(result, DROP_IN)).toBe("600 0:0");
  expect(textAfter(result, CONFIG)).toContain("PasswordAuthentication no");
  expect(textAfter(bootWith(included, "22.2"), CONFIG)).toContain("PasswordAuthentication yes");
});

test.each([
  `include ${CONFIG}.d/*.conf`,
  ` Include ${CONFIG}.d/*.conf`,
  `Include\t${CONFIG}.d/*.conf`,
  `Include "${CONFIG}.d/*.conf"`,
  "Include sshd_config.d/*.conf",
  `Include /etc/ssh/site.conf ${CONFIG}.d/*.conf`,
])("%j does not lead to the drop-in", (line) => {
  const result = bootWith({ [CONFIG]: `${line}\n` });
  expect(textAfter(result, DROP_IN)).toBeUndefined();
  expect(textAfter(result, CONFIG)).toBe(`${line.trim().replace("\t", " ")}\nPasswordAuthentication yes\n`);
});

test("a drop-in that is left over keeps its other lines and its mode", () => {
  const result = bootWith({
    [CONFIG]: `Include ${CONFIG}.d/*.conf # and more\n`,
    [DROP_IN]: { content: "# ours\nPasswordAuthentication no", mode: 0o640 },
  });
  expect(textAfter(result, DROP_IN)).toBe("# ours\nPasswordAuthentication yes\n");
  expect(attributesAfter(result, DROP_IN)).toBe("640 0:0");
});

test("without sshd_config a new one is created, or since 25.2 a drop-in if the directory exists", () => {
  expect(textAfter(bootWith({}), CONFIG)).toBe("PasswordAuthentication yes\n");
  const directory = { [`${CONFIG}.d`]: { directory: true as const } };
  expect(textAfter(bootWith(directory, "25.1"), CONFIG)).toBe("PasswordAuthentication yes\n");
  const result = bootWith(directory, "25.2");
  expect(textAfter(result, CONFIG)).toBeUndefined();
  expect(textAfter(result, DROP_IN)).toBe("PasswordAuthentication yes\n");
});

test("a file that is not UTF-8 stops the module", () => {
  const bytes = Buffer.from("# \xe9\nPasswordAuthentication no\n", "latin1");
  const result = bootWith({ [CONFIG]: bytes });
  expect(result.after.read(CONFIG)).toEqual(bytes);
  expect(reasonOf(result, "set_passwords")).toContain("UTF-8");
});
