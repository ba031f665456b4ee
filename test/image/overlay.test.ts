import { describe, expect, test } from "vitest";
import { memoryImage } from "../../src/image/memory.ts";
import { Overlay } from "../../src/image/overlay.ts";

const blame = { module: "test", cause: { path: "/etc/cloud/cloud.cfg", line: 3, column: 1 } };
const paths = (overlay: Overlay) => overlay.changes().map(({ op, path }) => `${op} ${path}`);

describe("an overlay", () => {
  const lower = () =>
    memoryImage({
      "/etc/hosts": "127.0.0.1 localhost\n",
      "/etc/resolv.conf": { link: "../run/resolv.conf" },
      "/run/resolv.conf": "nameserver 192.0.2.1\n",
      "/etc/app/a": "a",
      "/etc/app/b": "b",
      "/lib": { link: "usr/lib" },
      "/usr/lib/x": "x",
    });

  test("shows writes, keeps the image", () => {
    const image = lower();
    const overlay = new Overlay(image);
    overlay.write("/etc/hosts", "new\n", blame);
    overlay.write("/etc/new/file", "text", blame, { mode: 0o600 });
    expect(overlay.read("/etc/hosts")?.toString()).toBe("new\n");
    expect(image.read("/etc/hosts")?.toString()).toBe("127.0.0.1 localhost\n");
    expect(overlay.stat("/etc/new/file")).toMatchObject({ kind: "file", mode: 0o600, size: 4 });
    expect(overlay.list("/etc")).toEqual(["app", "hosts", "new", "resolv.conf"]);
    expect(paths(overlay)).toEqual(["modified /etc/hosts", "created /etc/new", "created /etc/new/file"]);
  });

  test("a write that changes nothing is no change", () => {
    const overlay = new Overlay(lower());
    overlay.write("/etc/hosts", "x", blame);
    overlay.write("/etc/hosts", "127.0.0.1 localhost\n", blame);
    expect(overlay.changes()).toEqual([]);
  });

  test("writes go through links, in the last component and before it", () => {
    const overlay = new Overlay(lower());
    overlay.write("/etc/resolv.conf", "new", blame);
    overlay.write("/lib/x", "new", blame);
    expect(paths(overlay)).toEqual(["modified /run/resolv.conf", "modified /usr/lib/x"]);
    expect(overlay.readlink("/etc/resolv.conf")).toBe("../run/resolv.conf");
  });

  test("removes links themselves, directories with all in them", () => {
    const overlay = new Overlay(lower());
    overlay.remove("/etc/resolv.conf", blame);
    overlay.remove("/etc/app", blame);
    expect(overlay.read("/run/resolv.conf")).toBeDefined();
    expect(overlay.list("/etc/app")).toEqual([]);
    expect(overlay.read("/etc/app/a")).toBeUndefined();
    expect(paths(overlay)).toEqual([
      "deleted /etc/app",
      "deleted /etc/app/a",
      "deleted /etc/app/b",
      "deleted /etc/resolv.conf",
    ]);
    overlay.write("/etc/app/c", "c", blame);
    expect(overlay.list("/etc/app")).toEqual(["c"]);
  });

  test("renames a file", () => {
    const overlay = new Overlay(lower());
    overlay.rename("/etc/hosts", "/etc/hosts.dist", blame);
    expect(paths(overlay)).toEqual(["deleted /etc/hosts", "created /etc/hosts.dist"]);
    expect(overlay.read("/etc/hosts.dist")?.toString()).toBe("127.0.0.1 localhost\n");
  });

  test("a possible change says so, unless the path changes for certain", () => {
    const overlay = new Overlay(lower());
    overlay.mayChange("/etc/hosts", "bootcmd runs", blame);
    expect(overlay.changes()).toMatchObject([
      { path: "/etc/hosts", op: "modified", certainty: "possible", reason: "bootcmd runs" },
    ]);
    overlay.write("/etc/hosts", "new", blame);
    expect(overlay.changes()).toMatchObject([{ certainty: "certain" }]);
  });

  test.each([
    ["nameserver <<unknown:the cloud's>>\n", "possible"],
    ["nameserver <<unknown:the cloud's>>\nsearch x\n", "certain"],
    ["<<unknown:a fresh one>>", "certain"],
  ])("a file that is written as %j is a %s change", (content, certainty) => {
    const overlay = new Overlay(lower());
    overlay.write("/run/resolv.conf", content, blame);
    expect(overlay.changes()).toMatchObject([{ path: "/run/resolv.conf", certainty }]);
  });

  test("keeps the image after each part of the boot", () => {
    const overlay = new Overlay(lower());
    const second = { ...blame, module: "second" };
    overlay.write("/etc/hosts", "one", blame);
    overlay.write("/etc/new", "one", blame);
    overlay.write("/etc/hosts", "two", second);
    const texts = overlay
      .history()
      .map(({ blame: { module }, image }) => [
        module,
        image.read("/etc/hosts")?.toString(),
        image.list("/etc").includes("new"),
      ]);
    expect(texts).toEqual([
      ["test", "one", true],
      ["second", "two", true],
    ]);
  });
});
