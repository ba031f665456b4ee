import { configBool, configText } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import { mapping } from "../../python/checked.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";

const TOP = "#\n# Created by cloud-init\n#\n# This file is written on first boot of an instance\n#\n\n";
const MIRROR = "https://dl-cdn.alpinelinux.org/alpine";
const OLD_MIRROR = "https://alpine.global.ssl.fastly.net/alpine";
const WARNING = "#\n# Testing - using with non-Edge installation may cause problems!\n#\n";

/** cc_apk_configure: Alpine's repositories (20.3 to 26.2). */
export const apkConfigure = defineModule({
  name: "apk_configure",
  frequency: "once-per-instance",
  distros: () => ["alpine"],
  activatedBy: ["apk_repos"],
  since: "20.3",
  keys: {
    apk_repos: form.filled(
      form.keys({
        alpine_repo: form.either(
          form.nothing,
          form.keys(
            { base_url: form.text, community_enabled: form.flag, testing_enabled: form.flag, version: form.text },
            ["version"],
          ),
        ),
        local_repo_base_url: form.text,
        preserve_repositories: form.flag,
      }),
    ),
  },
  run(boot) {
    const given = boot.config.get("apk_repos") ?? null;
    if (!truthy(given)) return;
    const config = mapping(given, "apk_repos");
    if (configBool(config.preserve_repositories, false) || !truthy(config.alpine_repo ?? null)) return;
    const repository = mapping(config.alpine_repo, "apk_repos.alpine_repo");
    if (!truthy(repository.version ?? null)) return;
    const version = pyStr(repository.version!);
    const base = configText(repository.base_url, boot.since("26.2") ? MIRROR : OLD_MIRROR);
    const local = configText(config.local_repo_base_url, "");
    const isOn = (key: string) => truthy(repository[key] ?? null);
    const warning = isOn("testing_enabled") && version !== "edge" ? WARNING : "";
    const lines = [
      `${base}/${version}/main\n`,
      isOn("community_enabled") ? `${base}/${version}/community\n` : "",
      isOn("testing_enabled") ? `${warning}${base}/edge/testing\n` : "",
      local === "" ? "" : `\n#\n# Local repo\n#\n${local}/${version}\n`,
    ];
    boot.write("/etc/apk/repositories", `${TOP}${lines.join("")}\n`, boot.because("apk_repos", "alpine_repo"));
  },
});
