import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { resolvePath } from "../../../src/image/resolve.ts";
import { tree } from "../../image/tree.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

describeReal("paths through links", { ...asRoot, ...programs("python3") }, () => {
  test("agree with the kernel and Python's realpath in a chroot", () => {
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
});
