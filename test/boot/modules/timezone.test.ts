import { describe, expect, it } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const ZONES = "/usr/share/zoneinfo";

function bootWith(zone: string, files: Readonly<Record<string, MemoryFile>> = {}, distro = "debian") {
  const config = `system_info: {distro: ${distro}}\ncloud_config_modules: [timezone]\ntimezone: ${zone}\n`;
  const zones = { [`${ZONES}/Asia/Tokyo`]: "tokyo", [`${ZONES}/Europe/Paris`]: "paris" };
  return firstBoot({ config, files: { ...zones, ...files }, metaData: "instance-id: i-1\n" });
}

/** Results that the real cloud-init gave on Debian 11 to sid. */
describe("timezone", () => {
  it("replaces the link and the name", () => {
    const result = bootWith("Asia/Tokyo", {
      "/etc/timezone": "Europe/Paris\n",
      "/etc/localtime": { link: `${ZONES}/Europe/Paris` },
    });
    expect(textAfter(result, "/etc/timezone")).toBe("Asia/Tokyo\n");
    expect(result.after.readlink("/etc/localtime")).toBe(`${ZONES}/Asia/Tokyo`);
  });

  it("is copied over a file that is no link", () => {
    const result = bootWith("Asia/Tokyo", { "/etc/localtime": { content: "old", mode: 0o600 } });
    expect(result.after.lstat("/etc/localtime")).toMatchObject({ kind: "file", mode: 0o644 });
    expect(textAfter(result, "/etc/localtime")).toBe("tokyo");
  });

  it("replaces a link that leads nowhere", () => {
    const result = bootWith("Asia/Tokyo", { "/etc/localtime": { link: `${ZONES}/Nope` } });
    expect(result.after.readlink("/etc/localtime")).toBe(`${ZONES}/Asia/Tokyo`);
  });

  it.each(["Mars/Base", "false", "null"])("%s fails", (zone) => {
    const result = bootWith(zone, { "/etc/timezone": "Europe/Paris\n" });
    expect(textAfter(result, "/etc/timezone")).toBe("Europe/Paris\n");
    expect(reasonOf(result, "timezone")).toMatch(/the time zone .* does not exist/);
  });

  it("is only a link on Red Hat's kin", () => {
    const result = bootWith("Asia/Tokyo", { "/etc/localtime": "copied" }, "rocky");
    expect(result.after.readlink("/etc/localtime")).toBe(`${ZONES}/Asia/Tokyo`);
    expect(textAfter(result, "/etc/timezone")).toBeUndefined();
  });
});
