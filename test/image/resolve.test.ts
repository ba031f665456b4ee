import { expect, test } from "vitest";
import { resolvePath } from "../../src/image/resolve.ts";

const links: Record<string, string> = {
  "/bin": "usr/bin",
  "/abs": "/etc/cloud",
  "/up": "../../../../../../etc/passwd",
  "/etc/deep": "../var/../abs/cloud.cfg",
  "/a": "b",
  "/b": "a",
  "/self": "self/x",
  "/dir/here": ".",
  "/slashes": "//etc///cloud//",
  "/host": "/../../etc",
};
const resolve = (path: string, followLast = true) => resolvePath(path, (at) => links[at], followLast);

test.each([
  ["/", "/"],
  ["", "/"],
  ["/etc/passwd", "/etc/passwd"],
  ["etc/passwd", "/etc/passwd"],
  ["//etc/./passwd/", "/etc/passwd"],
  ["/../../etc/passwd", "/etc/passwd"],
  ["/bin/sh", "/usr/bin/sh"],
  ["/bin/../lib", "/usr/lib"],
  ["/abs/cloud.cfg", "/etc/cloud/cloud.cfg"],
  ["/up", "/etc/passwd"],
  ["/etc/deep", "/etc/cloud/cloud.cfg"],
  ["/dir/here/here/here/x", "/dir/x"],
  ["/slashes/x", "/etc/cloud/x"],
  ["/host/passwd", "/etc/passwd"],
  ["/a/x", undefined],
  ["/self", undefined],
])("%j leads to %j", (path, expected) => {
  expect(resolve(path)).toBe(expected);
});

test("the last component is not followed when the entry itself is meant", () => {
  expect(resolve("/bin", false)).toBe("/bin");
  expect(resolve("/abs/deep", false)).toBe("/etc/cloud/deep");
  expect(resolve("/a", false)).toBe("/a");
});

test("forty links are followed, one more is a loop, as in Linux", () => {
  const chain = (at: string) => (at === "/0" ? undefined : String(Number(at.slice(1)) - 1));
  expect(resolvePath("/40", chain)).toBe("/0");
  expect(resolvePath("/41", chain)).toBeUndefined();
});

test("links lead to no path that is longer than Linux has them", () => {
  // Each link leads deeper: one forward, or forward and mostly back again.
  const deeper = (target: string) =>
    resolvePath("/0", (at) =>
      /\/\d+$/.test(at) ? `${target}${Number(at.slice(at.lastIndexOf("/") + 1)) + 1}` : undefined,
    );
  const asked = (target: string): number => {
    let count = 0;
    resolvePath("/0/x", (at) => {
      count++;
      return /\/\d+$/.test(at) ? `${target}0` : undefined;
    });
    return count;
  };
  expect(deeper(`${"d".repeat(200)}/`)).toBeUndefined();
  expect(asked(`${"d".repeat(250)}/`)).toBeLessThan(40);
  expect(asked(`${"d/".repeat(100)}${"../".repeat(100)}`)).toBeLessThan(600);
});
