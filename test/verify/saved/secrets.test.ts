/** No secret is in what is saved, and what takes its place leaves the comparison as it was. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { archiveOf, filesOf, readArchive } from "../../../src/verify/saved/archive.ts";
import { POSITIONS } from "../../fuzz/secrets.ts";
import { oneOf } from "../../samples.ts";
import { madeRun, replayedRun, secretsIn } from "./made.ts";

const SECRET = "S3xq7Kd93mVbTz01rYwPzZ";

const positions = oneOf(4, POSITIONS).map((position) => [`${position.name} in ${position.path}`, position] as const);

test("a secret is found in any encoding", () => {
  const text = Buffer.from(`password=${SECRET}`);
  for (const bytes of [
    text,
    gzipSync(text),
    Buffer.from(text.toString("base64")),
    Buffer.from(text.toString("hex")),
    Buffer.from(
      `x: ${gzipSync(Buffer.from(text.toString("base64")))
        .toString("base64")
        .replace(/.{20}/g, "$&\n  ")}`,
    ),
  ])
    expect(secretsIn(bytes, [SECRET])).toEqual([SECRET]);
});

test.each(positions)("%s", (_, { path, lines }) => {
  const text = lines.replaceAll("%s", SECRET);
  const isLaunch = !path.startsWith("/");
  const cloudConfig = path === "user-data" || path.startsWith("/etc/cloud/") ? `#cloud-config\n${text}` : text;
  const seed = new Map([
    ["meta-data", "instance-id: i-1\n"],
    ["user-data", ""],
    ...(isLaunch ? [[path, cloudConfig] as const] : []),
  ]);
  const files = [...seed].map(([name, content]) => ({ path: `seed/${name}`, bytes: Buffer.from(content) }));
  const { saved, reported } = madeRun("fixtures/debian-12", isLaunch ? {} : { [path]: cloudConfig }, files);
  const archive = archiveOf(filesOf(saved));
  for (const { content } of filesOf(saved)) expect(secretsIn(content, [SECRET])).toEqual([]);
  expect(replayedRun(readArchive(archive))).toBe(reported);
});

const CONFIG = `#cloud-config\npassword: ${SECRET}\n`;
const file = (entry: string) => `#cloud-config\nwrite_files:\n- {path: /etc/a, ${entry}}\n`;

test.each<readonly [form: string, userData: string | Buffer, ...secrets: string[]]>([
  ["a short password", "#cloud-config\npassword: hunterx\n", "hunterx"],
  ["a number", "#cloud-config\npassword: 84736251\n", "84736251"],
  ["a quoted password", "#cloud-config\npassword: 'it''s zqxjkv # yes'\n", "zqxjkv"],
  ["a password with escapes", '#cloud-config\npassword: "zq\\"xjkv\\tq"\n', "xjkv"],
  ["a password of several lines", "#cloud-config\npassword: >-\n  zqxjkv wvutsq\n  plmokn\n", "zqxjkv", "plmokn"],
  ["an anchor", `#cloud-config\npassword: &p ${SECRET}\nusers: [{name: a, plain_text_passwd: *p}]\n`],
  ["a list of passwords", "#cloud-config\nchpasswd: {list: 'root:qzvbnk'}\n", "qzvbnk"],
  ["gzip", gzipSync(Buffer.from(CONFIG))],
  ["base64", Buffer.from(CONFIG).toString("base64")],
  ["gzip in base64", gzipSync(Buffer.from(CONFIG)).toString("base64")],
  ["damaged gzip", gzipSync(Buffer.from(`${CONFIG}${"x: y\n".repeat(400)}`)).subarray(0, 70)],
  ["Jinja", CONFIG.replace("#cloud-config", "## template: jinja\n#cloud-config\nhostname: {{ v1.instance_id }}")],
  ["invalid YAML", `${CONFIG}  x: [\n`],
  ["another charset", Buffer.from(`${CONFIG.trimEnd()}\xe9\n`, "latin1")],
  ["an archive", `#cloud-config-archive\n- |\n  #!/bin/sh\n  TOKEN=${SECRET}\n`],
  ["a script", "#!/bin/sh\necho root:plmoknijb | chpasswd\ncurl https://u:wsxedcrfv@h/\n", "plmoknijb", "wsxedcrfv"],
  [
    "a packed file",
    file(`encoding: gz+b64, content: ${gzipSync(Buffer.from(`password=${SECRET}\n`)).toString("base64")}`),
  ],
  ["a private file of words", file(`permissions: '0600', content: "letmeinn\\nsecondl\\n"`), "letmeinn", "secondl"],
  ["an include", `#include\nhttps://user:${SECRET}@example.org/x\n`],
  ["a patch", `#cloud-config-jsonp\n[{"op": "add", "path": "/password", "value": "${SECRET}"}]\n`],
])("%s in user-data", (_, userData, ...secrets) => {
  const files = [
    { path: "seed/meta-data", bytes: Buffer.from("instance-id: i-1\n") },
    { path: "seed/user-data", bytes: Buffer.from(userData as string) },
  ];
  const { saved, reported } = madeRun("fixtures/debian-12", {}, files);
  const found = filesOf(saved).flatMap(({ content }) =>
    secretsIn(content, secrets.length === 0 ? [SECRET] : (secrets as string[])),
  );
  expect(found).toEqual([]);
  expect(replayedRun(saved)).toBe(reported);
});
