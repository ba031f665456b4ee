import { createHash } from "node:crypto";
import { relative, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as browserCrypto from "../../src/playground/browser/crypto.ts";
import * as browserPath from "../../src/playground/browser/path.ts";
import * as browserUtil from "../../src/playground/browser/util.ts";
import * as browserZlib from "../../src/playground/browser/zlib.ts";
import { check, nameOf, VERSIONS } from "../../src/playground/playground.ts";
import { RELEASES } from "../recordings.ts";
import { filesIn } from "./systems.ts";

const files = filesIn("debian-12");
const debian = { title: "Debian 12", files };

describe("a check", () => {
  test("of user-data alone has its findings, and no configuration", () => {
    const { tiles, sections, config } = check("#cloud-config\nhostnme: web\n", undefined, "");
    expect(tiles).toContain('<li class="error"><b>1</b> error</li>');
    expect(sections).toContain("schema-key-unknown");
    expect(sections).not.toContain('id="boot"');
    expect(config).toBeNull();
  });

  test("takes the version of cloud-init", () => {
    const text = "#cloud-config\nusers:\n  - name: web\n    doas: [permit nopass web]\n";
    const unknown = expect.stringContaining("Unknown key &quot;doas&quot; in users[0]");
    for (const system of [undefined, debian]) {
      expect(check(text, system, "26.2").sections).not.toEqual(unknown);
      expect(check(text, system, "20.4").sections).toEqual(unknown);
    }
  });

  test("on an image merges the configuration and boots, with its secrets hidden", () => {
    const text = "#cloud-config\nhostname: web\npassword: correct-horse-battery\nchpasswd: { expire: false }\n";
    const { sections, config } = check(text, debian, "");
    expect(config).toMatch(/^hostname: web {2}# user-data:2$/m);
    expect(config).toMatch(/^preserve_hostname: false {2}# \/etc\/cloud\/cloud\.cfg:\d+$/m);
    expect(sections).toMatch(/id="boot"[\s\S]*\/etc\/hostname/);
    expect(config + sections).not.toContain("correct-horse-battery");
    expect(config).toContain("<<hidden:password>>");
  });

  test("says that user-data is too large, and nothing of none", () => {
    expect(() => check("#".repeat(1_000_001), undefined, "")).toThrow(/^the user-data has more than 1 MB/);
    expect(check("", debian, "").tiles).toContain('<li class="error none"><b>0</b> errors</li>');
  });
});

test("the releases are those that are simulated, and images are named as the distribution", () => {
  expect(VERSIONS).toEqual(RELEASES.toReversed());
  expect(nameOf(files)).toEqual({ title: "Debian 12", version: "22.4.2" });
});

describe("what a browser has in place of Node", () => {
  test("hashes as Node does", () => {
    for (const algorithm of ["md5", "sha1", "sha256", "sha512"] as const)
      for (const text of ["", "a", "ä€😀".repeat(100)]) {
        const own = browserCrypto.createHash(algorithm).update(text).update(Buffer.from(text));
        const node = createHash(algorithm).update(text).update(Buffer.from(text));
        expect(own.digest("hex")).toBe(node.digest("hex"));
      }
    expect(browserCrypto.createHash("sha1").update("a").digest()).toEqual(createHash("sha1").update("a").digest());
  });

  test("decompresses as Node does, and ends where it does", () => {
    const zeros = gzipSync(Buffer.alloc(100_000));
    const samples = [gzipSync("text"), gzipSync(""), Buffer.concat([gzipSync("one"), gzipSync("two")]), zeros];
    for (const packed of [...samples, zeros.subarray(0, 50), Buffer.from("none"), Buffer.alloc(0)])
      for (const maxOutputLength of [100_000, 99_999]) {
        const outcome = (gunzip: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer) => {
          try {
            return gunzip(packed, { maxOutputLength }).toString("latin1");
          } catch (error) {
            return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "too large" : "not gzip";
          }
        };
        expect(outcome(browserZlib.gunzipSync)).toBe(outcome(gunzipSync));
      }
  });

  test("compares and resolves as Node does", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(browserUtil.isDeepStrictEqual(one, other)).toBe(isDeepStrictEqual(one, other));
        expect(browserUtil.isDeepStrictEqual(one, structuredClone(one))).toBe(true);
      }),
    );
    const maps = [new Map([["a", { b: [1] }]]), new Map([["a", { b: [1] }]]), new Map([["a", { b: [2] }]])] as const;
    expect(browserUtil.isDeepStrictEqual(maps[0], maps[1])).toBe(true);
    expect(browserUtil.isDeepStrictEqual(maps[0], maps[2])).toBe(false);
    for (const path of ["/a/../b", "/", "/../a/./b//c"]) {
      expect(browserPath.resolve(path)).toBe(resolve(path));
      expect(browserPath.relative("", resolve(path))).toBe(relative("/", resolve(path)));
    }
  });
});
