import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rangeServer } from "../../disk/remote/rangeServer.ts";
import { sendPart, serve } from "../../disk/remote/server.ts";
import { describeReal, programs, realRoots, roots } from "../describeReal.ts";
import { run } from "./diskFiles.ts";

const program = resolve("dist/cloud-init-lint.cjs");

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** What the program says, in a process of its own, and how much memory that took at most, in MiB. */
async function lint(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const report = `process.once("exit", () => { const fs = require("node:fs"); fs.writeFileSync(3, /VmHWM:\\s+(\\d+)/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]); })`;
  writeFileSync(join(scratch, "memory.cjs"), report);
  const child = spawn(process.execPath, ["-r", join(scratch, "memory.cjs"), program, "-f", "json", ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const texts = await Promise.all(
    child.stdio.slice(1).map(async (stream) => {
      let text = "";
      for await (const chunk of stream as NodeJS.ReadableStream) text += String(chunk);
      return text;
    }),
  );
  const [out = "", err = "", memory = ""] = texts;
  return { out, err, memory: Number(memory) / 1024 };
}

describeReal("disks of other machines", { ...realRoots, ...programs("mkfs.ext4", "qemu-img", "openssl") }, () => {
  test("a Debian root on ext4, raw and in compressed qcow2, and VHD is linted as its directory, from few blocks", async () => {
    const root = join(roots, "bookworm");
    const raw = join(scratch, "root.raw");
    writeFileSync(raw, "");
    truncateSync(raw, 1.5 * 2 ** 30);
    run("mkfs.ext4", ["-q", "-d", root, raw]);
    const disks: Record<string, string> = { raw };
    for (const [format, ...flags] of [
      ["qcow2", "-c"],
      ["vmdk", "-o", "subformat=streamOptimized"],
      ["vpc", "-o", "subformat=fixed,force_size=on"],
    ]) {
      disks[format!] = join(scratch, `root.${format}`);
      run("qemu-img", ["convert", "-f", "raw", "-O", format!, ...flags, raw, disks[format!]!]);
    }
    const near = await lint([root]);
    const server = await rangeServer(disks, 5);
    for (const name of Object.keys(disks)) {
      const url = server.url(name);
      const { out, err, memory } = await lint([url]);
      expect(err, name).toBe(near.err.replaceAll(root, url));
      expect(out.replaceAll(url, root), name).toBe(near.out);
      expect(memory, name).toBeLessThan(150);
      const asked = await server.asked();
      expect(asked.length, name).toBeLessThanOrEqual(120);
    }
  });

  test("a server whose authority is the user's own is trusted once it is named", async () => {
    const at = (name: string) => join(scratch, name);
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        ...subject,
        "-keyout",
        at("key"),
        "-out",
        at("cert"),
      ],
      { stdio: "ignore" },
    );
    cpSync("fixtures/debian-12-hardened", at("tree"), { recursive: true });
    run("mkfs.ext4", ["-q", "-d", at("tree"), at("small.raw"), "16M"]);
    const disk = readFileSync(at("small.raw"));
    const tls = { key: readFileSync(at("key"), "utf8"), cert: readFileSync(at("cert"), "utf8") };
    const server = await serve((request, response) => sendPart(request, response, disk), { tls });
    const url = `${server.url}/small.raw`;
    const refused = await lint([url]);
    expect(refused.err).toBe(
      `cloud-init-lint: ${url}: the certificate of the server is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT); if its authority is your own, name its file in NODE_EXTRA_CA_CERTS\n`,
    );
    const trusted = await lint([url], { NODE_EXTRA_CA_CERTS: at("cert") });
    expect(trusted.err).toBe("");
    expect(JSON.parse(trusted.out).images[0].complete).toBe(true);
  });
});
