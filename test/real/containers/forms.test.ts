import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDirectory } from "../../../src/image/directory.ts";
import { openImage } from "../../../src/image/open.ts";
import { run } from "../../cli/run.ts";
import { copyFixture } from "../../fixtures/fixtureImages.ts";
import { contents, keepAll } from "../../image/contents.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

const needs = { ...asRoot, ...programs("umoci", "skopeo", "gzip", "zstd", "tar") };

describeReal("what umoci and skopeo write is the directory that it was made of", needs, () => {
  let root = "";
  let all: string[] = [];

  const call = (...[program = "", ...args]: string[]) => execFileSync(program, args, { stdio: "pipe", cwd: root });

  /** The example image in two layers, the second as a difference of umoci, in all forms. */
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
    copyFixture("debian-12-hardened", join(root, "stock"));
    call("umoci", "init", "--layout", "oci");
    call("umoci", "new", "--image", "oci:app");
    call("umoci", "insert", "--image", "oci:app", "stock", "/");
    call("umoci", "unpack", "--image", "oci:app", "bundle");
    const changed = join(root, "bundle/rootfs/etc");
    execFileSync("rm", ["-r", join(changed, "ssh")]);
    mkdirSync(join(changed, "ssh"));
    writeFileSync(join(changed, "ssh/sshd_config"), "PasswordAuthentication no\nPermitRootLogin no\n");
    execFileSync("ln", [join(changed, "hosts"), join(changed, "hosts.same")]);
    execFileSync("mkfifo", [join(changed, "pipe")]);
    execFileSync("chmod", ["4700", join(changed, "hostname")]);
    execFileSync("chown", ["1000:1000", join(changed, "hostname")]);
    call("umoci", "repack", "--image", "oci:app", "bundle");
    const copies = {
      "docker.tar": "docker-archive:docker.tar:example/app:1",
      "oci.tar": "oci-archive:oci.tar:app",
      directory: "dir:directory",
      oci2: "oci:oci2:app",
    };
    for (const target of Object.values(copies)) call("skopeo", "copy", "-q", "oci:oci:app", target);
    for (const format of ["zstd", "gzip"])
      call(
        "skopeo",
        "copy",
        "-q",
        "--dest-compress",
        "--dest-compress-format",
        format,
        "dir:directory",
        `dir:${format}`,
      );
    call("skopeo", "copy", "-q", "--dest-decompress", "dir:directory", "dir:plain");
    call("skopeo", "copy", "-q", "dir:zstd", "oci:ociZstd:app");
    call("gzip", "-k", "docker.tar");
    call("zstd", "-q", "oci.tar");
    call("tar", "-cf", "zstd.tar", "-C", "ociZstd", ".");
    all = [
      "oci",
      ...Object.keys(copies),
      "zstd",
      "gzip",
      "plain",
      "ociZstd",
      "docker.tar.gz",
      "oci.tar.zst",
      "zstd.tar",
    ];
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("every path, its kind, size, mode, owner, link and bytes", async () => {
    const expected = contents(openDirectory(join(root, "bundle/rootfs")));
    expect(Object.keys(expected).length).toBeGreaterThan(80);
    for (const form of all) {
      const image = await openImage(join(root, form), keepAll);
      expect(contents(image), form).toEqual(expected);
      expect(image.problems, form).toEqual([]);
    }
  });

  test("lint and plan, byte by byte, and the input is unchanged", async () => {
    const directory = join(root, "bundle/rootfs");
    const before = call("sh", "-c", "find . -type f | sort | xargs sha256sum");
    for (const command of [
      ["lint", "-f", "json", "--min-severity", "info"],
      ["plan", "-f", "json"],
    ]) {
      const expected = await run(...command, directory);
      for (const form of all) {
        const source = join(root, form);
        const { out, err, status } = await run(...command, source);
        expect(out.replaceAll(JSON.stringify(source), JSON.stringify(directory)), form).toBe(expected.out);
        expect({ err, status }, form).toEqual({ err: expected.err, status: expected.status });
      }
    }
    expect(call("sh", "-c", "find . -type f | sort | xargs sha256sum")).toEqual(before);
  });

  test("standard input", () => {
    const program = join(process.cwd(), "bin/cloud-init-lint.js");
    const lint = (source: string, input: Buffer) =>
      String(execFileSync(process.execPath, [program, "lint", "--exit-zero", "-f", "json", source], { input }));
    const expected = lint(join(root, "docker.tar"), Buffer.alloc(0));
    for (const form of ["docker.tar", "docker.tar.gz", "oci.tar.zst"])
      expect(lint("-", readFileSync(join(root, form)))).toBe(
        expected.replaceAll(JSON.stringify(join(root, "docker.tar")), '"-"'),
      );
  });

  test("layers that are damaged after they were written", async () => {
    const layout = join(root, "broken");
    cpSync(join(root, "plain"), layout, { recursive: true });
    const manifest = JSON.parse(String(readFileSync(join(layout, "manifest.json"))));
    const blob = join(layout, manifest.layers[0].digest.slice(7));
    const bytes = readFileSync(blob);
    const at = bytes.indexOf("PRETTY_NAME");
    expect(at).toBeGreaterThan(0);
    bytes.write("pretty", at);
    writeFileSync(blob, bytes);
    expect(await run(layout)).toMatchObject({ status: 4, err: expect.stringContaining("does not match its digest") });
  });
});
