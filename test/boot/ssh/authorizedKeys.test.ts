import { describe, expect, test } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { attributesAfter, firstBoot, notesOf, textAfter } from "../firstBoot.ts";

const alice = "ssh-ed25519 AAAAalice alice@example.com";
const bob = "ssh-ed25519 AAAAbob bob@example.com";
const ROOT = "/root/.ssh/authorized_keys";

/** Adds keys to root's file, without the options that refuse root's login. */
function bootWith(files: Record<string, MemoryFile>, keys: string[], version = "25.1", more = "disable_root: false\n") {
  return firstBoot({
    version,
    config: `cloud_init_modules: [ssh]\n${more}ssh_authorized_keys: ${JSON.stringify(keys)}\n`,
    metaData: "instance-id: i-1\n",
    files: { "/root/.ssh": { directory: true, mode: 0o700 }, ...files },
  });
}

describe("the text", () => {
  test("existing keys are written again, everything else stays", () => {
    const before = [
      "# ours",
      `  ${alice.replace("alice@", " alice ")}  `,
      `from="10.0.0.0/8",command="echo \\"hi\\" there"   ${bob}`,
      "garbage",
      "\tssh-rsa AAAA\tx y",
      "ssh-foo AAAA x",
      "",
      "last",
    ].join("\n");
    expect(textAfter(bootWith({ [ROOT]: { content: before, mode: 0o640 } }, []), ROOT)).toBe(
      [
        "# ours",
        "ssh-ed25519 AAAAalice alice example.com",
        `from="10.0.0.0/8",command="echo \\"hi\\" there" ${bob}`,
        "garbage",
        "ssh-rsa AAAA x y",
        "ssh-foo AAAA x",
        "",
        "last\n",
      ].join("\n"),
    );
  });

  test("a new key replaces every occurrence of the same key", () => {
    const before = `no-pty ssh-ed25519 AAAAbob old\nssh-ed25519 AAAAbob\n`;
    expect(textAfter(bootWith({ [ROOT]: before }, [alice, bob]), ROOT)).toBe(`${bob}\n${bob}\n${alice}\n`);
  });

  test("what is no key is not added", () => {
    expect(textAfter(bootWith({}, ["nonsense", "# comment", "ssh-rsa", "5", "", alice]), ROOT)).toBe(`${alice}\n`);
  });

  test("lines end as Python's splitlines() ends them", () => {
    expect(textAfter(bootWith({ [ROOT]: "a\fb\rc\r\nd\u2028e" }, []), ROOT)).toBe("a\nb\nc\nd\ne\n");
  });

  test("the options of disable_root replace the key's own", () => {
    const more = 'disable_root_opts: no-pty,command="$USER $DISABLE_USER"\n';
    const after = textAfter(bootWith({ [ROOT]: "" }, [`from="h" ${alice}`], "25.1", more), ROOT);
    expect(after).toBe(`no-pty,command="NONE root" ${alice}\n`);
  });

  test("DSA keys count up to 23.4", () => {
    const key = "ssh-dss   AAAA  old";
    expect(textAfter(bootWith({ [ROOT]: key }, []), ROOT)).toBe(`${key}\n`);
    expect(textAfter(bootWith({ [ROOT]: key }, [], "23.4"), ROOT)).toBe("ssh-dss AAAA old\n");
  });
});

describe("the file", () => {
  const sshd = (text: string) => ({ "/etc/ssh/sshd_config": `${text}\n` });
  const account = { "/etc/passwd": "root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n" };

  test("a new one is created for the user alone", () => {
    const result = bootWith({}, [alice]);
    expect(attributesAfter(result, ROOT)).toBe("600 0:0");
  });

  test("AuthorizedKeysFile of sshd_config names it, the last of several lines", () => {
    const result = bootWith(sshd("AuthorizedKeysFile /nowhere/%u\nauthorizedkeysfile /etc/ssh/all %h/.ssh/mine"), [
      alice,
    ]);
    expect(textAfter(result, "/root/.ssh/mine")).toBe(`${alice}\n`);
    expect(textAfter(result, ROOT)).toBeUndefined();
  });

  test("`none` is a file in the home directory", () => {
    expect(textAfter(bootWith(sshd("AuthorizedKeysFile none"), [alice]), "/root/none")).toBe(`${alice}\n`);
  });

  test("missing directories are created: as root outside the home directory, as the user inside", () => {
    const result = bootWith(sshd("AuthorizedKeysFile /etc/keys/%u/own"), [alice]);
    expect(attributesAfter(result, "/etc/keys/root")).toBe("755 0:0");
    expect(attributesAfter(result, "/etc/keys/root/own")).toBe("600 0:0");
  });

  test.each([
    ["others may write", { mode: 0o775 }],
    ["somebody else's", { mode: 0o755, uid: 1 }],
    ["a file", { content: "" }],
    ["a link", { link: "/etc/ssh" }],
  ])("a directory that sshd does not trust (%s) leads to the usual file, with the usual mode", (_, entry) => {
    const files = { ...account, ...sshd("AuthorizedKeysFile /etc/keys/%u") };
    const directory: MemoryFile = "mode" in entry ? { ...entry, directory: true } : entry;
    const result = bootWith({ ...files, "/etc/keys": directory }, [alice]);
    expect(textAfter(result, ROOT)).toBe(`${alice}\n`);
    expect(attributesAfter(result, ROOT)).toBe("644 0:0");
  });

  test("a tree that an ordinary user unpacked does not show the owners on the machine", () => {
    const unpacked = { directory: true, mode: 0o775, uid: 1000 } as const;
    const files = { ...sshd("AuthorizedKeysFile /etc/keys/%u"), "/etc": unpacked, "/etc/keys": unpacked };
    expect(textAfter(bootWith(files, [alice]), "/etc/keys/root")).toBe(`${alice}\n`);
  });

  test("StrictModes no trusts them, if the user can reach them", () => {
    const files = { ...sshd("AuthorizedKeysFile /etc/keys/%u\nStrictModes no") };
    const open = bootWith({ ...files, "/etc/keys": { directory: true, mode: 0o777, uid: 1 } }, [alice]);
    expect(textAfter(open, "/etc/keys/root")).toBe(`${alice}\n`);
    const closed = bootWith({ ...files, "/etc/keys": { directory: true, mode: 0o700, uid: 1 } }, [alice]);
    expect(textAfter(closed, ROOT)).toBe(`${alice}\n`);
  });

  test("an owner whom /etc/passwd does not know stops the keys of all users", () => {
    const files = { ...sshd("AuthorizedKeysFile /etc/keys/%u"), "/etc/keys": { directory: true as const, uid: 4242 } };
    const result = bootWith(files, [alice]);
    expect(textAfter(result, ROOT)).toBeUndefined();
    expect(notesOf(result).join()).toContain("the owner of /etc/keys is not in /etc/passwd");
  });

  test("20.4 uses the first path, and the keys of all of them", () => {
    const files = {
      ...sshd("AuthorizedKeysFile /etc/keys/%u .ssh/mine"),
      "/etc/keys/root": alice,
      "/root/.ssh/mine": bob,
    };
    const result = bootWith(files, [], "20.4");
    expect(textAfter(result, "/etc/keys/root")).toBe(`${alice}\n${bob}\n`);
    expect(attributesAfter(result, "/etc/keys/root")).toBe("600 0:0");
    expect(attributesAfter(result, "/etc/keys")).toBe("700 0:0");
  });

  test("20.4.1 to 21.2 put them into the usual file", () => {
    const files = { ...sshd("AuthorizedKeysFile /etc/keys/%u"), "/etc/keys/root": alice };
    const result = bootWith(files, [bob], "20.4.1");
    expect(textAfter(result, ROOT)).toBe(`${alice}\n${bob}\n`);
    expect(textAfter(result, "/etc/keys/root")).toBe(alice);
  });
});
