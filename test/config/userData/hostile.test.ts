import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { configRenderer } from "../../../src/boot/cloud/renderConfig.ts";
import { sample } from "../../samples.ts";
import { handled } from "./handled.ts";

/** A million; a tenth of it with the unit tests. */
const MANY = sample(10_000, 1_000_000);

const mime = (type: string, rest: string) => `MIME-Version: 1.0\nContent-Type: ${type}\n\n${rest}`;

/** Texts that a cloud's user may not stall the program with. */
const hostile: Readonly<Record<string, () => string | Buffer>> = {
  "a gzip bomb": () => gzipSync(Buffer.alloc(200 * MANY)),
  "a gzip bomb in a part": () =>
    mime("application/gzip\nContent-Transfer-Encoding: base64", gzipSync(Buffer.alloc(50 * MANY)).toString("base64")),
  "a million parts": () => mime("multipart/mixed; boundary=b", "--b\n\n#!/bin/sh\n".repeat(MANY / 3)),
  "a million empty parts": () => mime("multipart/mixed; boundary=b", "--b\n".repeat(MANY)),
  "messages nested very deep": () => mime("message/rfc822", "Content-Type: message/rfc822\n\n".repeat(MANY / 10)),
  "multiparts nested very deep": () =>
    mime(
      "multipart/mixed; boundary=b0",
      Array.from(
        { length: MANY / 20 },
        (_, n) => `--b${n}\nContent-Type: multipart/mixed; boundary=b${n + 1}\n\n`,
      ).join(""),
    ),
  "a million headers": () => mime("text/plain", "").replace("\n\n", `\n${"X: y\n".repeat(MANY)}\n#!/bin/sh\n`),
  "a header of a million lines": () => `MIME-Version: 1.0\nContent-Type: text/plain\n${" ;a=\n".repeat(MANY)}\n`,
  "a header full of quotes": () => mime(`multipart/mixed; ${';a="\\'.repeat(MANY / 2)}`, ""),
  "an archive of a million entries": () => `#cloud-config-archive\n${"- a\n".repeat(MANY)}`,
  "an archive of a long text and many short ones": () =>
    `#cloud-config-archive\n- |\n${"  x\n".repeat(MANY)}${'- "a: 1"\n'.repeat(1_000)}`,
  "an archive of an alias bomb": () => {
    const levels = Array.from({ length: 40 }, (_, n) => `- &a${n + 1} {content: "a: 1", b: [*a${n}, *a${n}]}`);
    return `#cloud-config-archive\n- &a0 {content: "a: 1"}\n${levels.join("\n")}\n`;
  },
  "a million addresses": () => `#include\n${"http://example.com/\n".repeat(0.4 * MANY)}`,
  "a patch nested very deep": () => `#cloud-config-jsonp\n[{"op":"add","path":"/a","value":${"[".repeat(3 * MANY)}}]`,
  "a patch that doubles what it has": () => {
    const copies = Array.from({ length: 99 }, (_, n) => `{"op":"copy","from":"","path":"/a${n}"}`);
    return `#cloud-config-jsonp\n[{"op":"add","path":"/a","value":1},${copies.join(",")}]`;
  },
  "a patch of a million operations": () => `#cloud-config-jsonp\n[${'{"op":"x"},'.repeat(MANY / 2)}{}]`,
  "an endless template": () =>
    "## template: jinja\n#cloud-config\n{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
  "white space before everything": () => `${" ".repeat(4 * MANY)}#cloud-config\na: 1\n`,
  "quoted-printable of equals signs": () =>
    mime("text/plain\nContent-Transfer-Encoding: quoted-printable", "= ".repeat(2 * MANY)),
  "a boothook of white space": () => `#cloud-boothook${" \n".repeat(3 * MANY)}x`,
  "binary rubbish": () => Buffer.from(Array.from({ length: MANY / 10 }, (_, n) => (n * 7919) % 256)),
};

test.each(Object.keys(hostile))("%s comes to an end", (name) => {
  const file = hostile[name]!();
  const { scripts } = handled(file, { render: configRenderer({}, "26.2", true) });
  expect(scripts.length).toBeLessThanOrEqual(1_000);
});
