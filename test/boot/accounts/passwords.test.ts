import { describe, expect, test } from "vitest";
import { firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const DAY = "<<unknown:the day of the boot>>";
const HASH = `$6$salt$${"a".repeat(86)}`;

/** Accounts named after what stands in their password fields. */
const fields: Readonly<Record<string, string>> = {
  bang: "!",
  star: "*",
  blank: "",
  hash: "$6$a$b",
  bangstar: "!*",
  banghash: "!$6$a$b",
  twobangs: "!!",
};
const names = Object.keys(fields);
const files = {
  "/etc/passwd": [
    "root:x:0:0::/root:/bin/sh",
    ...names.map((name, n) => `${name}:x:${n + 1}:${n + 1}::/:/bin/sh`),
    "",
  ].join("\n"),
  "/etc/shadow": names.map((name) => `${name}:${fields[name]}:19000:0:99999:7:::\n`).join(""),
};

function bootWith(config: string, version = "25.1", more = {}, shadow = "4.17.4") {
  return firstBoot({
    version,
    config: `cloud_init_modules: [users_groups, set_passwords]\n${config}`,
    files: { ...files, ...more },
    packages: { passwd: `1:${shadow}-2` },
  });
}

/** Password field and day of the last change by name. */
function shadow(result: ReturnType<typeof bootWith>): Record<string, string> {
  const lines = (textAfter(result, "/etc/shadow") ?? "").trimEnd().split("\n");
  return Object.fromEntries(
    lines.map((line) => /^([^:]*):(.*?):0:99999:7:::$/.exec(line)!.slice(1) as [string, string]),
  );
}

test("lock_passwd is true where it is not set, and locks what is not locked", () => {
  const result = bootWith(`users: [${names}]\n`);
  expect(shadow(result)).toEqual({
    bang: "!:19000",
    star: "!*:19000",
    blank: "!:19000",
    hash: "!$6$a$b:19000",
    bangstar: "!*:19000",
    banghash: "!$6$a$b:19000",
    twobangs: "!!:19000",
  });
});

describe("lock_passwd: false", () => {
  const unlocked = (more = "") => `users: [${names.map((name) => `{name: ${name}, lock_passwd: false${more}}`)}]\n`;

  test("unlocks since 24.3 where there is a password", () => {
    // As 26.2 left the same accounts; 22.4 changed none of them.
    expect(shadow(bootWith(unlocked(), "24.3"))).toEqual({
      bang: "!:19000",
      star: "*:19000",
      blank: ":19000",
      hash: "$6$a$b:19000",
      bangstar: "*:19000",
      banghash: "$6$a$b:19000",
      twobangs: "!:19000",
    });
    expect(textAfter(bootWith(unlocked(), "24.2"), "/etc/shadow")).toBe(files["/etc/shadow"]);
  });

  test("opens an account without a password if an empty one is configured", () => {
    const after = shadow(bootWith(unlocked(", hashed_passwd: ''")));
    expect(after).toMatchObject({ bang: ":19000", blank: ":19000", hash: "$6$a$b:19000" });
  });

  test("opens a new account only with a password", () => {
    const config = `users: [{name: a, lock_passwd: false}, {name: b, lock_passwd: false, passwd: '${HASH}'}]\n`;
    expect(shadow(bootWith(config))).toMatchObject({ a: `!:${DAY}`, b: `${HASH}:${DAY}` });
  });
});

describe("passwords of users", () => {
  const config = (name: string, value: string) => `users: [{name: star, lock_passwd: false, ${name}: '${value}'}]\n`;

  test("a configured hash is known, the hash of a plain password is not", () => {
    expect(shadow(bootWith(config("hashed_passwd", HASH))).star).toBe(`${HASH}:${DAY}`);
    expect(shadow(bootWith(config("plain_text_passwd", "x"))).star).toBe(`<<unknown:a hash created at boot>>:${DAY}`);
  });

  test("passwd is for new users only", () => {
    expect(shadow(bootWith(config("passwd", HASH))).star).toBe("*:19000");
  });

  test("since shadow-utils 4.19 a hash must be one", () => {
    expect(shadow(bootWith(config("hashed_passwd", "$6$short$x"))).star).toBe(`$6$short$x:${DAY}`);
    const result = bootWith(config("hashed_passwd", "$6$short$x"), "25.1", {}, "4.19.0");
    expect(shadow(result).star).toBe("*:19000");
    expect(reasonOf(result, "users_groups")).toContain("no valid hash");
    expect(shadow(bootWith(config("hashed_passwd", HASH), "25.1", {}, "4.19.0")).star).toBe(`${HASH}:${DAY}`);
  });

  test("an account without a line in /etc/shadow gets one with a hash, and is locked in /etc/passwd", () => {
    const few = { "/etc/shadow": "star:*:19000:0:99999:7:::\n" };
    const hashed = bootWith(`users: [{name: hash, hashed_passwd: '${HASH}'}]\n`, "25.1", few);
    expect(textAfter(hashed, "/etc/shadow")).toBe(`${few["/etc/shadow"]}hash:!${HASH}:${DAY}:0:99999:7:::\n`);
    const locked = bootWith("users: [hash]\n", "25.1", few);
    expect(textAfter(locked, "/etc/passwd")).toContain("\nhash:!x:4:4::/:/bin/sh\n");
  });
});

test("backups: passwd and chpasswd -e create one, chpasswd uses PAM and creates none", () => {
  const backup = (config: string) => textAfter(bootWith(config), "/etc/shadow-");
  expect(backup("users: [hash]\n")).toBe(files["/etc/shadow"]);
  expect(backup(`chpasswd: {expire: false, list: ['star:${HASH}']}\n`)).toBe(files["/etc/shadow"]);
  expect(backup("chpasswd: {expire: false, list: ['star:text']}\n")).toBeUndefined();
});

test("usermod locks if passwd is missing, and also writes /etc/passwd", () => {
  const shell = { content: "", mode: 0o755 };
  const result = bootWith("users: [hash]\n", "25.1", { "/bin/sh": shell, "/usr/sbin/usermod": shell });
  expect(shadow(result).hash).toBe("!$6$a$b:19000");
  expect(textAfter(result, "/etc/passwd-")).toBe(files["/etc/passwd"]);
  const neither = bootWith("users: [hash]\n", "25.1", { "/bin/sh": shell });
  expect(reasonOf(neither, "users_groups")).toContain("neither passwd nor usermod is installed");
});
