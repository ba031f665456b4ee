import { execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Aws, startAws } from "../../aws/server.ts";
import { AMI, image, SNAPSHOT } from "../../aws/world.ts";
import { commandBlocks, DOCUMENTS } from "../../documents.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { type AwsServer, openAwsServer } from "../examples/awsServer.ts";

/** The commands that are not run here, and why. All others run as they are shown. */
const NOT_RUN: readonly (readonly [command: RegExp, why: string])[] = [
  [/^npm ci && (?:node bin|npm test)/, ".ci/readme runs them in a fresh clone"],
  [/^npm ci && /, "needs a registry, and would install for all users; test/package.test.ts installs the package"],
  [/^(?:npx|npm install -g) cloud-init-lint\b/, "needs a package that is published"],
  [/^ssh builder /, "test/real/cli/recipe.test.ts runs it with a stand-in for ssh"],
  [/^sudo \S*\/cloud-init-lint |^sudo (?:apt|dnf) install |^buildah build /, "test/real/release does it"],
  [/^sudo cloud-init-lint verify |^cloud-init-lint verify report/, "test/real/verify runs it on the real roots"],
  [/^(?:curl -L|sha256sum --check|gh attestation|docker run)\b/, "needs a release that is published"],
  [/^(?:hyperfine|sudo (?:apt-get install hyperfine|sh test|npm run bench))\b/, "the benchmark takes minutes"],
];

/** Documents whose commands are those of the development, which CI runs. */
const DEVELOPMENT = ["CONTRIBUTING.md", "fixtures/README.md"];

interface Shown {
  readonly document: string;
  readonly command: string;
}

const shown: readonly Shown[] = DOCUMENTS.filter((document) => !DEVELOPMENT.includes(document)).flatMap((document) =>
  commandBlocks(document).flatMap((block) =>
    block
      .replaceAll(/\\\n\s*/g, "")
      .split("\n")
      .flatMap((command) => (command.trim() === "" ? [] : [{ document, command }])),
  ),
);
/** Each once, in whatever documents it is. */
const toRun = [...new Map(shown.map((one) => [one.command.replace(/ +# .*/, ""), one])).values()].filter(
  ({ command }) => !NOT_RUN.some(([pattern]) => pattern.test(command)),
);

const needs = {
  ...asRoot,
  ...programs("unshare", "mount", "tar", "gzip", "xz", "qemu-img", "openssl", "umoci", "skopeo", "aws", "jq", "patch"),
};

// Each command runs by sh in namespaces of mounts where /mnt/image is an image, and example.com this machine.
describeReal("the commands of the documents", needs, () => {
  let folder: string;
  let server: Server;
  let snapshots: Aws;
  let aws: AwsServer;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
    mkdirSync(join(folder, "bin"));
    mkdirSync(join(folder, "work"));
    const fixture = resolve("fixtures/debian-12-hardened");
    const disk = Buffer.from(JSON.parse(readFileSync("test/aws/root.json", "utf8")).base64, "base64");
    writeFileSync(join(folder, "disk.img"), disk);
    writeFileSync(join(folder, "hosts"), "127.0.0.1 localhost example.com images.example\n");
    const program = resolve("bin/cloud-init-lint.js");
    const scripts = {
      "cloud-init-lint": `exec '${process.execPath}' '${program}' "$@"`,
      docker: `exec cat '${folder}/app.tar'`,
      skopeo: `exec ${execFileSync("sh", ["-c", "command -v skopeo"], { encoding: "utf8" }).trim()} copy --quiet 'oci:${folder}/oci:app' "$3"`,
      sudo: 'exec "$@"',
    };
    for (const [name, text] of Object.entries(scripts))
      writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const setup = `
      umoci init --layout oci && umoci new --image oci:app && umoci insert --image oci:app '${fixture}' / &&
        skopeo copy --quiet oci:oci:app docker-archive:app.tar:app:1
      openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=example.com \
        -addext subjectAltName=DNS:example.com,DNS:images.example 2>/dev/null
      mkdir served && qemu-img convert -O qcow2 disk.img served/disk.qcow2
      cp served/disk.qcow2 served/debian-12.qcow2
      tar -cJf served/root.tar.xz -C '${fixture}' .
      cd work
      tar -cf image.tar -C '${fixture}' . && gzip -k image.tar && cp image.tar web.tar && cp image.tar db.tar
      for name in disk my web db; do cp ../served/disk.qcow2 $name.qcow2; done
      cp '${resolve("dist/cloud-init-lint.cjs")}' .
      mkdir seed && echo 'instance-id: i-1' > seed/meta-data
      printf '#cloud-config\\nhostname: web\\n' > user-data.yaml
      echo web.tar > images.txt && echo web.tar > part1.txt && echo db.tar > part2.txt
      for name in web db; do ../bin/cloud-init-lint $name.tar -f json=$name.json --exit-zero; done
    `;
    execFileSync("sh", ["-ec", setup], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    server = createServer(
      { key: readFileSync(join(folder, "key.pem")), cert: readFileSync(join(folder, "cert.pem")) },
      ({ url, headers }, response) => {
        const file = join(folder, "served", basename(url!));
        const { size } = statSync(file);
        const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [0, 0, size - 1];
        const bytes = Buffer.alloc(Math.min(Number(to), size - 1) - Number(from) + 1);
        const opened = openSync(file, "r");
        readSync(opened, bytes, 0, bytes.length, Number(from));
        closeSync(opened);
        const range = { "content-range": `bytes ${from}-${Number(from) + bytes.length - 1}/${size}` };
        response.writeHead(headers.range ? 206 : 200, {
          etag: '"1"',
          "content-length": bytes.length,
          ...(headers.range && range),
        });
        response.end(bytes);
      },
    );
    await new Promise<void>((done) => server.listen(443, "127.0.0.1", done));
    snapshots = await startAws({ images: { [AMI]: image() }, snapshots: { [SNAPSHOT]: { content: disk } } });
    aws = await openAwsServer([AMI], snapshots.url);
  });
  afterAll(async () => {
    aws?.close();
    await snapshots?.close();
    server?.close();
    server?.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  function run(command: string): Promise<{ status: number | null; out: string; err: string }> {
    const place = `mount -t tmpfs none /mnt && cp -a '${resolve("fixtures/debian-12-hardened")}' /mnt/image &&
      mount --bind '${folder}/hosts' /etc/hosts || exit 99\n`;
    const child = spawn("unshare", ["--mount", "sh", "-c", place + command], {
      cwd: join(folder, "work"),
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        ...snapshots.environment,
        AWS_ENDPOINT_URL: aws.url,
        AWS_DEFAULT_REGION: "eu-central-1",
        PATH: `${folder}/bin:${process.env.PATH}`,
        NODE_EXTRA_CA_CERTS: join(folder, "cert.pem"),
      },
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (data) => {
      out += data;
    });
    child.stderr.on("data", (data) => {
      err += data;
    });
    return new Promise((done) => child.on("close", (status) => done({ status, out, err })));
  }

  test.each(toRun)("$document: $command", async ({ command }) => {
    // From standard input comes what a person has there.
    const { status, out, err } = await run(command.replace(/^(?=cloud-init-lint - )/, "cat user-data.yaml | "));
    // Of a live machine, only this one is here, which may have no cloud-init.
    expect([0, 1, ...(/ \/( |$)/.test(command) ? [3] : [])], `${status}\n${out}${err}`).toContain(status);
    expect(err).not.toMatch(/not found|error:/i);
  });

  test("every reason not to run a command is needed", () => {
    for (const [pattern, why] of NOT_RUN)
      expect(
        shown.some(({ command }) => pattern.test(command)),
        `${pattern}: ${why}`,
      ).toBe(true);
    expect(toRun.length).toBeGreaterThan(25);
  });
});
