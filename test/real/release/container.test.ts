import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeReal, programs, realRoots, roots } from "../describeReal.ts";
import { executableIsBuilt, FOLDER } from "./built.ts";

// The image is built without a daemon, and its root is entered as an engine would, without a shell in it. Its base would come
// from a registry: one of the same libraries, those of a real root, takes its place.

const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function call(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

function buildah(...args: string[]): string {
  const places = ["--root", join(scratch, "storage"), "--runroot", join(scratch, "run")];
  return call("buildah", ...places, "--storage-driver", "vfs", ...args);
}

/** The libraries that the executable is linked with. */
function makeBase(directory: string): void {
  const triplet = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  const root = join(roots, "bookworm");
  const copy = (from: string, to: string) => {
    mkdirSync(dirname(join(directory, to)), { recursive: true });
    cpSync(call("chroot", root, "readlink", "-f", from).replace(/^/, root), join(directory, to));
  };
  for (const name of ["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "libstdc++.so.6", "libgcc_s.so.1"])
    copy(`/usr/lib/${triplet}/${name}`, `usr/lib/${triplet}/${name}`);
  const [loader] = /\/lib[^\s]*ld-linux[^\s]*/.exec(call("ldd", join(FOLDER, "cloud-init-lint")))!;
  symlinkSync("usr/lib", join(directory, "lib"));
  copy(loader, loader.slice(1));
}

const needed = { ...realRoots, ...programs("buildah", "umoci", "chroot"), ...executableIsBuilt };
describeReal("the container image", needed, () => {
  const bundle = join(scratch, "bundle");
  const root = join(bundle, "rootfs");
  beforeAll(() => {
    const files = join(scratch, "base");
    makeBase(files);
    const base = buildah("from", "scratch");
    buildah("copy", "-q", base, files, "/");
    buildah("commit", "-q", base, "base");
    const options = ["--isolation", "chroot", "--pull-never", "--build-arg", "BASE=localhost/base"];
    buildah("build", ...options, "-q", "-t", "made", "-f", "release/Containerfile", FOLDER);
    buildah("push", "-q", "made", `oci:${join(scratch, "image")}:latest`);
    call("umoci", "unpack", "--image", `${join(scratch, "image")}:latest`, bundle);
    cpSync("fixtures/debian-12-hardened", join(root, "image"), { recursive: true });
    chmodSync(join(root, "image"), 0o755);
  });

  /** What the image runs, as its user and in its directory. */
  function run(...args: string[]) {
    const { process: described } = JSON.parse(readFileSync(join(bundle, "config.json"), "utf8"));
    const [program, ...byDefault] = described.args as string[];
    const user = `--userspec=${described.user.uid}:${described.user.gid}`;
    const given = args.length > 0 ? args : byDefault;
    const { status, stdout, stderr } = spawnSync("chroot", [user, root, program!, ...given], {
      encoding: "utf8",
      env: { PATH: process.env.PATH },
    });
    return { uid: described.user.uid, directory: described.cwd, status, stdout, stderr };
  }

  test("lints what is mounted at /image, as an ordinary user", () => {
    const { stdout, ...others } = run();
    expect(others).toEqual({ uid: 65532, directory: "/work", status: 1, stderr: "" });
    expect(stdout).toMatch(/^\/image: Debian 12.*\n/);
    expect(stdout).toBe(spawnSync("chroot", [root, "/usr/bin/cloud-init-lint", "/image"], { encoding: "utf8" }).stdout);
  });

  test("a file that only root can read ends with status 4", () => {
    const file = join(root, "image/etc/ssh/sshd_config");
    chmodSync(file, 0o600);
    expect(run()).toMatchObject({
      status: 4,
      stderr: "/image: /etc/ssh/sshd_config was not read: permission denied\n",
    });
    chmodSync(file, 0o644);
  });

  test("takes the arguments of the program", () => {
    expect(run("plan", "/image", "-f", "json")).toMatchObject({ status: 0, stderr: "" });
    expect(run("--unknown")).toMatchObject({ status: 2, stdout: "" });
  });

  test("holds no shell, and the licences of what is in it", () => {
    const paths = call(
      "find",
      root,
      "-path",
      join(root, "image"),
      "-prune",
      "-o",
      "-type",
      "f",
      "-printf",
      "%P\n",
    ).split("\n");
    expect(paths.filter((path) => !/(?:^|\/)lib(?:64)?\//.test(path)).toSorted()).toEqual([
      "usr/bin/cloud-init-lint",
      "usr/share/doc/cloud-init-lint/LICENSE",
      "usr/share/doc/cloud-init-lint/NODE-LICENSE.txt",
      "usr/share/doc/cloud-init-lint/THIRD-PARTY-NOTICES.txt",
    ]);
  });
});
