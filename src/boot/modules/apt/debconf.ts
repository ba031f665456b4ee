import { readText } from "../../../image/image.ts";
import { unknown } from "../../../image/unknown.ts";
import { mapping, text } from "../../../python/checked.ts";
import { Raises, raisingAt } from "../../../python/errors.ts";
import { splitLines } from "../../../python/strings.ts";
import { pyStr, truthy } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import type { AptConfig } from "./aptConfig.ts";

const CONFIG_PARTS = "/etc/cloud/cloud.cfg.d";

/**
 * Answers for packages (20.4 to 26.2). The database is in /var/cache. Of the installed packages only cloud-init itself
 * is configured again, after its own debconf files are removed. The files stay away in Ubuntu since 25.10, where
 * cloud-init-base asks the questions: dpkg-reconfigure of cloud-init asks none.
 */
export function setDebconfSelections(boot: ModuleRun, { values, because }: AptConfig): void {
  const given = values.debconf_selections ?? null;
  if (!truthy(given)) return;
  const sets = mapping(given, "apt.debconf_selections");
  const selections = Object.keys(sets)
    .sort()
    .map((key) =>
      raisingAt(because("debconf_selections", key), () => text(sets[key], `apt.debconf_selections.${key}`)),
    );
  if (boot.lacks("debconf-set-selections"))
    throw new Raises("debconf-set-selections is not installed", because("debconf_selections"));
  boot.command("debconf-set-selections");
  const wrong = selections.join("\n").replaceAll("\\\n", "").split("\n").find(isWrong);
  if (wrong !== undefined) {
    const key = Object.keys(sets).find((name) => pyStr(sets[name]!).includes(wrong));
    const origin = key === undefined ? because("debconf_selections") : because("debconf_selections", key);
    throw new Raises(`debconf-set-selections rejects the line "${wrong}"`, origin);
  }

  const packages = selections.flatMap(splitLines).flatMap((line) => /^[^#:\s][^:\s]*/.exec(line)?.[0] ?? []);
  const { packages: installed } = boot.distro;
  if (!packages.includes("cloud-init") || installed.kind !== "dpkg" || installed.version("cloud-init") === undefined)
    return;
  const cause = because("debconf_selections");
  for (const name of boot.image.list(CONFIG_PARTS))
    if (!name.startsWith(".") && name.includes("dpkg")) boot.remove(`${CONFIG_PARTS}/${name}`, cause);
  boot.command("dpkg-reconfigure --frontend=noninteractive cloud-init");
  // Ubuntu's package writes its answers to a file, Debian's only when it is installed for the first time.
  const script = readText(boot.image, "/var/lib/dpkg/info/cloud-init.postinst") ?? "";
  if (script.includes("/90_dpkg.cfg"))
    boot.write(`${CONFIG_PARTS}/90_dpkg.cfg`, unknown("the datasources that debconf lists for cloud-init"), cause);
}

/** Whether it is neither empty, a comment, nor three words and a value. */
function isWrong(line: string): boolean {
  return !/^\s*(?:#|$)/.test(line) && !/^\s*\S+\s+\S+\s+\S/.test(line);
}
