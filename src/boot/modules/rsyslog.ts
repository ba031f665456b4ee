import { appended } from "../../image/content.ts";
import type { Origin } from "../../image/origin.ts";
import { isMapping, mapping, text } from "../../python/checked.ts";
import { Raises, raisingAt } from "../../python/errors.ts";
import { normalizePath } from "../../python/paths.ts";
import type { ConfigObject, ConfigValue } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { commandWords, installCommand, lacksProgram } from "../system/programs.ts";
import { serviceCommand } from "../system/serviceCommand.ts";
import { remotesText } from "./rsyslog/remotes.ts";
import { rsyslogKeys } from "./rsyslog/schema.ts";

type Kind = "list" | "string" | "mapping" | "command" | "boolean";

/** One file's part of the configuration and the line that requests it. */
interface Part {
  readonly content: ConfigValue;
  readonly because: Origin;
}

/** cc_rsyslog: files for rsyslog, each overwritten and then appended to (18.5 to 26.2). */
export const rsyslog = defineModule({
  name: "rsyslog",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["rsyslog"],
  needs: ["usr/local/etc"],
  keys: rsyslogKeys,
  run(boot) {
    if (!boot.config.has("rsyslog")) return;
    const config = settings(boot);
    const isList = boot.config.node("rsyslog")?.type === "sequence";
    const parts: Part[] = (config.configs as ConfigValue[]).map((content, index) => ({
      content,
      because: isList ? boot.because("rsyslog", index) : boot.because("rsyslog", "configs", index),
    }));
    if (Object.keys(config.remotes as ConfigObject).length > 0)
      parts.push({
        content: remotesText(boot, config.remotes as ConfigObject),
        because: boot.because("rsyslog", "remotes"),
      });
    if (config.install_rsyslog === true && lacksProgram(boot, text(config.check_exe, "rsyslog.check_exe")))
      boot.command(installCommand(boot, commandWords(config.packages, "rsyslog.packages")));
    if (writeParts(boot, parts, config)) reload(boot, config.service_reload_command!);
  },
});

/** The settings with the defaults. @throws Raises since 22.2 if one has the wrong type */
function settings(boot: ModuleRun): ConfigObject {
  const given = boot.config.get("rsyslog") ?? null;
  const config: ConfigObject = { ...(Array.isArray(given) ? oldSettings(boot, given) : mapping(given, "rsyslog")) };
  for (const [key, [kind, absent]] of Object.entries(defaults(boot))) {
    const value = config[key];
    if (value === undefined) config[key] = absent;
    else if (!isKind(value, kind)) {
      if (boot.since("22.2")) throw new Raises(`rsyslog.${key} has the wrong type`, boot.because("rsyslog", key));
      config[key] = absent;
    }
  }
  return config;
}

function oldSettings(boot: ModuleRun, configs: ConfigValue[]): ConfigObject {
  const config: ConfigObject = { configs };
  for (const [old, key] of [
    ["rsyslog_filename", "config_filename"],
    ["rsyslog_dir", "config_dir"],
  ] as const) {
    const value = boot.config.get(old);
    if (value !== undefined) config[key] = value;
  }
  return config;
}

function defaults(boot: ModuleRun): Record<string, readonly [Kind, ConfigValue]> {
  const { family } = boot.facts;
  const port = boot.since("23.3") && ["freebsd", "openbsd", "netbsd"].includes(family);
  const directory = port
    ? family === "netbsd"
      ? "/usr/pkg/etc/rsyslog.d"
      : "/usr/local/etc/rsyslog.d"
    : "/etc/rsyslog.d";
  return {
    configs: ["list", []],
    config_dir: ["string", directory],
    config_filename: ["string", "20-cloud-config.conf"],
    remotes: ["mapping", {}],
    service_reload_command: ["command", "auto"],
    ...(boot.since("23.3") && {
      check_exe: ["string", "rsyslogd"],
      packages: ["list", [family === "openbsd" || family === "netbsd" ? "sysutils/rsyslog" : "rsyslog"]],
      install_rsyslog: ["boolean", false],
    }),
  };
}

function isKind(value: ConfigValue, kind: Kind): boolean {
  if (kind === "list") return Array.isArray(value);
  if (kind === "mapping") return isMapping(value);
  if (kind === "command") return typeof value === "string" || Array.isArray(value);
  return typeof value === kind;
}

/** Returns whether there was any file to write. */
function writeParts(boot: ModuleRun, parts: readonly Part[], config: ConfigObject): boolean {
  const begun = new Set<string>();
  for (const { content: entry, because } of parts) {
    const isEntry = isMapping(entry);
    const content = isEntry ? entry.content : entry;
    if (content === undefined) continue;
    const named = isEntry && entry.filename !== undefined ? entry.filename : config.config_filename;
    const name = raisingAt(because, () => text(named, "a file name in rsyslog")).trim();
    if (name === "") continue;
    const path = name.startsWith("/") ? name : `${config.config_dir}/${name}`;
    const before = begun.has(path) ? boot.image.content(path) : undefined;
    begun.add(path);
    if (typeof content !== "string") continue;
    const line = Buffer.from(content.endsWith("\n") ? content : `${content}\n`);
    boot.write(normalizePath(path), before === undefined ? line : appended(before, line), because);
  }
  return begun.size > 0;
}

function reload(boot: ModuleRun, command: ConfigValue): void {
  if (command !== "auto") {
    boot.command(typeof command === "string" ? command : commandWords(command, "rsyslog").join(" "));
    return;
  }
  const name = boot.config.get("system_info", "rsyslog_svcname");
  const service = name === undefined || !boot.since("21.4") ? "rsyslog" : pyStr(name);
  const verb = boot.since("25.2") ? "try-reload-or-restart" : "reload-or-try-restart";
  boot.command(serviceCommand(boot, verb, service));
}
