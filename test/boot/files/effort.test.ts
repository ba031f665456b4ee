import { expect, it } from "vitest";
import { boot } from "../../../src/boot/boot.ts";
import { spend } from "../../../src/boot/files/effort.ts";
import { parseConfigFile } from "../../../src/config/read.ts";
import { UNKNOWN_CLOUD } from "../../../src/config/seed.ts";
import type { Image } from "../../../src/image/image.ts";
import { memoryImage } from "../../../src/image/memory.ts";
import { CannotTell } from "../../../src/python/errors.ts";

const HUGE = 600 * 1024 * 1024;

it("stops at a limit of its own, which says nothing of cloud-init", () => {
  const image = memoryImage({});
  expect(() => spend(image, "read", HUGE)).toThrow(CannotTell);
});

it("a module that is not followed to its end does not count as failed", () => {
  const template = "/etc/cloud/templates/hosts.debian.tmpl";
  const config = "system_info: {distro: debian}\ncloud_init_modules: [update_etc_hosts]\nmanage_etc_hosts: true\n";
  const small = memoryImage({ "/etc/cloud/cloud.cfg": config, [template]: "" });
  // The pages of these zeros are never touched.
  const image: Image = { ...small, read: (path) => (path === template ? Buffer.alloc(HUGE) : small.read(path)) };
  const result = boot(image, {
    distro: {
      id: "debian",
      version: "12",
      codename: "bookworm",
      packages: { kind: "dpkg", version: () => undefined, owner: () => undefined, shipped: () => undefined },
      cloudInit: { version: "25.1", disabled: undefined, library: "/usr/lib/python3/dist-packages/cloudinit" },
    },
    cloud: { ...UNKNOWN_CLOUD, metaData: parseConfigFile(Buffer.from("local-hostname: web\n"), "meta-data").root },
  });
  const outcome = result.modules.find(({ name }) => name === "update_etc_hosts");
  expect(outcome).toMatchObject({
    status: "not simulated",
    why: { code: "cannot-tell", message: "the files are too large to simulate all changes" },
  });
  expect(result.modules.filter(({ status }) => status === "failed")).toEqual([]);
});
