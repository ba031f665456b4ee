import { expect, test } from "vitest";
import { boot } from "../../src/boot/boot.ts";
import { detectDistro } from "../../src/distro/detect.ts";
import type { Image } from "../../src/image/image.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { lint } from "../../src/lint/lint.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import { fixtureImage } from "../fixtures/fixtureImages.ts";

/** An image as somebody reads it who is not root. */
function closed(image: Image, paths: readonly string[]): Image {
  return {
    source: image.source,
    problems: image.problems,
    addProblem: (path, reason) => image.addProblem(path, reason),
    stat: (path) => image.stat(path),
    lstat: (path) => image.lstat(path),
    read(path) {
      if (!paths.includes(path)) return image.read(path);
      image.addProblem(path, "permission denied");
      return undefined;
    },
    list: (path) => image.list(path),
    readlink: (path) => image.readlink(path),
    realpath: (path) => image.realpath(path),
  };
}

test.each(["rocky-9", "gentoo"])("files of %s that only root may read are not taken for empty ones", (name) => {
  const paths = ["/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssh/sshd_config", "/etc/hosts"];
  const image = closed(fixtureImage(name), paths);
  const distro = detectDistro(image);
  const { findings } = lint(image, { distro, rules: catalogue });
  expect(findings.filter(({ severity }) => severity !== "info").map(({ message }) => message)).toEqual([]);
  expect(findings.filter(({ evidence }) => /shadow|sudoers|sshd_config|hosts/.test(evidence))).toEqual([]);
  expect(image.problems.map(({ path }) => path)).toEqual(expect.arrayContaining(paths.slice(0, 1)));
  const written = boot(image, { distro }).changes.filter(({ path }) => paths.includes(path));
  expect(written.map(({ path }) => path)).toContain("/etc/shadow");
  for (const { certainty, after } of written) expect([certainty, after]).toEqual(["possible", undefined]);
});

test("a line of sshd_config that its package may have shipped is no error without a package database", () => {
  const image = memoryImage({
    "/etc/cloud/cloud.cfg":
      "users:\n- {name: root, lock_passwd: false}\ndisable_root: false\ncloud_init_modules: [users_groups, ssh]\nsystem_info: {distro: photon}\n",
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
    "/etc/shadow": "root:*:20000:0:99999:7:::\n",
    "/etc/ssh/sshd_config": "UsePAM yes\nPermitRootLogin no\n",
  });
  const rules = catalogue.filter(({ id }) => id === "ssh-keys-not-read");
  const { findings } = lint(image, { distro: detectDistro(image), rules });
  expect(findings.map(({ severity, cause }) => [severity, cause?.line])).toEqual([["info", 2]]);
});
