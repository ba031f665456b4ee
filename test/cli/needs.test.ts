import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { fixtureNames, fixtureTree } from "../fixtures/fixtureImages.ts";
import { packed, tarball } from "../image/tarball.ts";
import { tree } from "../image/tree.ts";
import { oneOf } from "../samples.ts";
import { run } from "./run.ts";

/** An archive as the guest's tar makes it of the paths that `needs` prints. */
async function packedNeeds(root: string, ...more: string[]): Promise<string> {
  return archiveOf(root, [...(await run("needs")).out.trim().split(" "), ...more]);
}

/** An archive of some paths of a root. */
function archiveOf(root: string, paths?: readonly string[]): string {
  const archive = join(tree({}), "image.tar");
  writeFileSync(archive, tarball(packed(root, paths)));
  return archive;
}

/** A copy of the stock image with some files laid over it. */
function image(files: Readonly<Record<string, string | { link: string }>>): string {
  const root = join(tree({}), "root");
  cpSync("fixtures/debian-12", root, { recursive: true, verbatimSymlinks: true });
  for (const [path, file] of Object.entries(files)) {
    const at = join(root, path);
    mkdirSync(dirname(at), { recursive: true });
    rmSync(at, { force: true });
    if (typeof file === "string") writeFileSync(at, file);
    else symlinkSync(file.link, at);
  }
  return root;
}

/** The paths that a lint of the archive warns of. */
async function warnedOf(archive: string): Promise<string[]> {
  const { err } = await run(archive, "--exit-zero");
  return [...err.matchAll(/: warning: (\S+): not in the archive/g)].map(([, path]) => path ?? "");
}

test.each(oneOf(64, fixtureNames))(
  "a lint of the needed paths of %s, from a file and from a stream, is one of the whole root",
  async (fixture) => {
    const root = fixtureTree(fixture);
    const archive = await packedNeeds(root);
    const stream = `${archive}.gz`;
    writeFileSync(stream, gzipSync(readFileSync(archive), { level: 1 }));
    for (const command of ["lint", "plan"]) {
      const whole = await run(command, root, "-f", "json");
      for (const source of [archive, stream]) {
        const { status, out, err } = await run(command, source, "-f", "json");
        expect({ status, err }).toEqual({ status: whole.status, err: "" });
        expect(out.replaceAll(JSON.stringify(source), "")).toBe(whole.out.replaceAll(JSON.stringify(root), ""));
      }
    }
  },
);

test("what only a link or a configuration names, and the archive has not, is said", async () => {
  const passwd = readFileSync("fixtures/debian-12/etc/passwd", "utf8");
  const files = {
    "opt/ssh/sshd_config": "PasswordAuthentication no\nInclude /opt/conf.d/*.conf\n",
    "etc/ssh/sshd_config": { link: "/opt/ssh/sshd_config" },
    "opt/conf.d/a.conf": "UseDNS no\n",
    "srv/own/a": "a\n",
    "srv/other/b": "b\n",
    "srv/other/c": "c\n",
    "etc/passwd": `${passwd}deploy:x:1000:1000::/srv/deploy:/bin/bash\nidle:x:1001:1001::/srv/idle:/usr/sbin/nologin\n`,
    "srv/deploy/.ssh/authorized_keys": "ssh-ed25519 AAAA x\n",
    "etc/systemd/system/x.service": { link: "/dev/null" },
    "etc/cloud/cloud.cfg.d/20-team.cfg": `write_files:
- {path: /srv/own/a, content: new}
- {path: /srv/other/b, content: new}
- {path: /srv/other/c, content: new}
`,
  };
  const root = image(files);
  expect(await warnedOf(await packedNeeds(root))).toEqual([
    "/opt/ssh/sshd_config",
    "/srv/deploy/.ssh",
    "/srv/other",
    "/srv/own/a",
  ]);
  expect(await warnedOf(await packedNeeds(root, "opt/ssh"))).toContain("/opt/conf.d");
  expect(await warnedOf(await packedNeeds(root, "opt", "srv"))).toEqual([]);
  expect((await run("plan", await packedNeeds(root))).err).toContain("/srv/own/a: not in the archive");
  expect((await run("config", await packedNeeds(root))).err).toContain("not in the archive");
  expect(await warnedOf(root)).toEqual([]);
});

test("of cloud-init's own code, without which a lint does, nothing is said", async () => {
  const archive = archiveOf("fixtures/debian-12-hardened", ["etc", "var", "usr/sbin"]);
  expect((await run(archive, "--exit-zero")).err).toBe("");
});

test("an archive of a whole root is taken for what it is", async () => {
  const root = image({
    "etc/cloud/cloud.cfg.d/20-team.cfg": "write_files: [{path: /srv/own/a, content: new}]\n",
    "tmp/.X11-unix/x": "",
  });
  rmSync(join(root, "etc/shadow"));
  const { status, err } = await run(archiveOf(root));
  expect({ status, err }).toEqual({ status: 0, err: "" });
});

test("an archive that another user than root packed was not read whole", async () => {
  const root = image({});
  rmSync(join(root, "etc/shadow"));
  for (const command of ["lint", "plan"]) {
    const { status, err } = await run(command, await packedNeeds(root));
    expect([status, err]).toEqual([4, expect.stringMatching(/^\S+: \/etc\/shadow was not read: .* as root, .*\n$/)]);
  }
});

test("many paths are counted", async () => {
  const write = (at: number) => `- {path: /srv/${at}/a, content: new}\n`;
  const files = Array.from({ length: 13 }, (_, at) => write(at)).join("");
  const archive = await packedNeeds(image({ "etc/cloud/cloud.cfg.d/20-team.cfg": `write_files:\n${files}` }));
  const { status, err } = await run(archive);
  expect([status, err.split("\n").length, err]).toEqual([
    0,
    12,
    expect.stringContaining("3 more paths are not in the archive"),
  ]);
});
