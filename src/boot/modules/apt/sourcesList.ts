import { APT_DEB822_SOURCE_LIST_FILE } from "../../../distro/library/flags.ts";
import type { Origin } from "../../../image/origin.ts";
import { unknownReason } from "../../../image/unknown.ts";
import { text } from "../../../python/checked.ts";
import { raisingAt } from "../../../python/errors.ts";
import type { ConfigObject } from "../../../python/tree.ts";
import { truthy } from "../../../python/value.ts";
import { renderText, templateFile } from "../../files/imageTemplates.ts";
import { strictText } from "../../files/strictText.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { keptByUbuntu } from "../../system/ubuntuReleases.ts";
import type { AptConfig } from "./aptConfig.ts";
import { aptPaths } from "./aptPaths.ts";
import { isDeb822 } from "./deb822.ts";
import { disableSuites } from "./disableSuites.ts";

/** The content of Ubuntu's sources.list since its sources are in deb822 format. */
const MOVED = `\
# Ubuntu sources have moved to the /etc/apt/sources.list.d/ubuntu.sources
# file, which uses the deb822 format. Use deb822-formatted .sources files
# to manage package sources in the /etc/apt/sources.list.d/ directory.
# See the sources.list(5) manual page for details.
`;

/**
 * Replaces the image's own sources with a rendered template (cc_apt_configure's generate_sources_list, 20.4 to 26.2).
 */
export function writeSourcesList(boot: ModuleRun, apt: AptConfig, release: string, variables: ConfigObject): void {
  const paths = aptPaths(boot);
  const deb822File = `${paths.parts}/${boot.facts.name}.sources`;
  const prefersDeb822 = keptByUbuntu(boot, APT_DEB822_SOURCE_LIST_FILE, "22.04");
  const because = apt.because("preserve_sources_list");

  const template = ownTemplate(boot, apt) ?? imageTemplate(boot, prefersDeb822, because);
  if (template === undefined) return;
  const rendered = renderText(boot, template, variables);
  const whole = unknownReason(rendered) === undefined ? rendered : template;
  let path = prefersDeb822 ? deb822File : paths.list;
  if (boot.since("23.4") && template !== "") path = isDeb822(whole) ? deb822File : paths.list;
  const disabled = apt.values.disable_suites ?? null;
  const lines = apt.because(truthy(apt.values.sources_list ?? null) ? "sources_list" : "disable_suites");
  const withoutSuites = () => raisingAt(lines, () => disableSuites(boot, disabled, rendered, release));
  boot.write(path, whole === rendered ? withoutSuites() : rendered, because);

  if (path !== deb822File || !boot.since("24.1") || boot.image.stat(paths.list) === undefined) return;
  if (boot.facts.name !== "ubuntu") boot.remove(paths.list, because);
  else if (strictText(boot, paths.list) !== MOVED) boot.write(paths.list, MOVED, because);
}

/** `apt.sources_list`; an empty one counted before 23.4. */
function ownTemplate(boot: ModuleRun, { values }: AptConfig): string | undefined {
  const value = values.sources_list ?? null;
  const counts = boot.since("23.4") ? truthy(value) : value !== null;
  return counts ? text(value, "apt.sources_list") : undefined;
}

function imageTemplate(boot: ModuleRun, deb822: boolean, because: Origin): string | undefined {
  const name = `sources.list.${boot.facts.name}${deb822 ? ".deb822" : ""}`;
  const path = templateFile(boot, name) ?? templateFile(boot, "sources.list");
  if (path === undefined) boot.note("apt-template-missing", { template: name }, because);
  return path === undefined ? undefined : strictText(boot, path);
}
