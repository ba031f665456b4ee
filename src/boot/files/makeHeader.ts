import { versionString } from "../../distro/cloudInit.ts";
import { unknown } from "../../image/unknown.ts";
import type { ModuleRun } from "../moduleRun.ts";

/** The header line of what cloud-init creates or adds (util.make_header, 18.5 to 26.2), without a line end. */
export function header(boot: ModuleRun, did: "Created" | "Added"): string {
  const version = versionString(boot.image, boot.distro.cloudInit) ?? boot.version;
  return `# ${did} by cloud-init v. ${version} on ${unknown("the time of the boot")}`;
}
