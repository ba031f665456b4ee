import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { resolvePath } from "../../src/image/resolve.ts";
import { tree } from "./tree.ts";

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

test.skipIf(process.getuid?.() !== 0)("agrees with the kernel and Python's realpath in a chroot (needs root)", () => {
  const part = fc.constantFrom("a", "b", "c", "..", ".");
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  const target = fc.tuple(fc.constantFrom("", "/"), path).map(([root, text]) => root + text);
  const linkAt = fc.constantFrom("a", "b", "c", "d/a", "d/b", "d/e/c");
  const arbitrary = fc.record({ links: fc.dictionary(linkAt, target), path });
  const cases = fc.sample(arbitrary, 400).map((one) => ({ ...one, root: tree({ "d/e/.keep": "" }) }));
  const program = `
import json, os, sys
for case in json.load(sys.stdin):
    for at, text in case["links"].items():
        os.symlink(text, os.path.join(case["root"], at))
    sys.stdout.flush()
    if os.fork() == 0:
        os.chroot(case["root"])
        os.chdir("/")
        try:
            os.stat("/" + case["path"])
            outcome = "found"
        except OSError as error:
            outcome = os.strerror(error.errno)
        print(json.dumps({"outcome": outcome, "realpath": os.path.realpath("/" + case["path"])}))
        sys.stdout.flush()
        os._exit(0)
    os.wait()
`;
  const output = execFileSync("python3", ["-c", program], { input: JSON.stringify(cases), encoding: "utf8" });
  const truths = output.trim().split("\n");
  expect(truths).toHaveLength(cases.length);
  cases.forEach(({ links: given, path: asked }, i) => {
    const ours = resolvePath(asked, (at) => given[at.slice(1)]);
    const truth = JSON.parse(truths[i]!) as { outcome: string; realpath: string };
    if (truth.outcome === "Too many levels of symbolic links") expect(ours).toBeUndefined();
    // A missing component can hide a loop behind it from the kernel.
    else if (truth.outcome === "found" || ours !== undefined) expect(ours).toBe(truth.realpath);
  });
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
