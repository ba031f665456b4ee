import { isCalled } from "../../../boot/outcome.ts";
import { type UnitState, unitState } from "../../../distro/unitState.ts";
import type { Image } from "../../../image/image.ts";
import { originOf } from "../../../python/tree.ts";
import { timeSync } from "../../../services/timeSync.ts";
import type { Confidence, Finding, Severity } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import { type CheckContext, noFix } from "../check.ts";

/** A program that sets the clock: its units, and the programs of its packages. */
interface TimeClient {
  readonly name: string;
  readonly units: readonly string[];
  readonly programs: readonly string[];
  /** How the keys of its settings in the service "time-sync" begin; undefined if that does not read them. */
  readonly settings?: string;
}

const CLIENTS: readonly TimeClient[] = [
  {
    name: "chrony",
    units: ["chrony.service", "chronyd.service"],
    programs: ["/usr/sbin/chronyd", "/sbin/chronyd"],
    settings: "chrony ",
  },
  {
    name: "systemd-timesyncd",
    units: ["systemd-timesyncd.service"],
    programs: ["/usr/lib/systemd/systemd-timesyncd", "/lib/systemd/systemd-timesyncd"],
    settings: "timesyncd ",
  },
  {
    name: "ntp",
    units: ["ntp.service", "ntpd.service", "ntpsec.service"],
    programs: ["/usr/sbin/ntpd", "/sbin/ntpd"],
    settings: "ntp ",
  },
  { name: "openntpd", units: ["openntpd.service"], programs: [] },
];

/** Finds time servers that the module ntp configures for a client that does not run, or beside one that does. */
export function timeServersNotUsed(rule: Rule, context: CheckContext): Finding[] {
  const { booted, image } = context;
  const started = booted.commands.flatMap(({ module, command }) =>
    module === "ntp" ? (/^systemctl reload-or-restart (\S+)$/.exec(command)?.[1] ?? []) : [],
  )[0];
  if (started === undefined || !booted.modules.some((one) => one.name === "ntp" && isCalled(one))) return [];
  const unit = started.endsWith(".service") ? started : `${started}.service`;
  const client = CLIENTS.find(({ units }) => units.includes(unit));
  const pair = booted.config.pair("ntp", "ntp_client") ?? booted.config.pair("ntp");
  if (client === undefined || pair === undefined) return [];
  const servers = serversOf(context);
  const path = booted.changes.find(({ blames, after }) => after?.kind === "file" && blames.some(isOfNtp))?.path;
  const asked = servers === "" ? "time servers" : `the time servers ${servers}`;
  const others = CLIENTS.filter((other) => other !== client);
  const running = others.find((other) => stateOf(image, other) === "enabled");
  const found = (
    message: string,
    severity: Severity,
    confidence: Confidence,
    losses: Finding["losses"] = [],
  ): Finding => ({
    rule: rule.id,
    severity,
    confidence,
    message,
    service: timeSync.name,
    module: "ntp",
    cause: originOf(pair),
    losses:
      losses.length > 0 || path === undefined
        ? losses
        : [{ path, line: null, setting: null, before: null, after: null }],
    evidence: context.evidence.ofFile(pair.path)?.text ?? `${pair.path} configures ntp`,
    proveFix: noFix,
  });

  const state = stateOf(image, client);
  const installed = client.programs.some((program) => image.stat(program) !== undefined);
  const instead = running ?? (installed ? undefined : others.find((other) => isInstalled(image, other)));
  const runs = instead === undefined ? "nothing sets the clock" : `${instead.name} keeps its own servers`;
  const severity = servers === "" ? "warning" : rule.severity;
  if (state === "masked")
    return [
      found(
        `cloud-init configures ${asked} for ${client.name}, but its service is masked: the module ntp fails, and ${runs}. Unmask the service, or set ntp.ntp_client to the client that runs.`,
        severity,
        "certain",
      ),
    ];
  // cc_ntp installs no package for systemd-timesyncd (18.5 to 26.2).
  if (client.name === "systemd-timesyncd" && !installed)
    return [
      found(
        `cloud-init configures ${asked} for systemd-timesyncd, which is not installed: the module ntp fails, and ${runs}. Install it, or set ntp.ntp_client to the client that is installed.`,
        severity,
        "certain",
      ),
    ];
  if (!installed) return replaced(context, client, others, found);
  if (running === undefined && state !== "disabled") return [];
  if (running === undefined)
    return [
      found(
        `cloud-init configures ${asked} for ${client.name}, but the image does not enable its service: cloud-init only starts it once, and after a reboot nothing sets the clock. Enable the service in the image.`,
        "warning",
        "likely",
      ),
    ];
  const after =
    state === "enabled"
      ? `both are enabled, and only one of them can set the clock`
      : `cloud-init only starts ${client.name} once, and after a reboot ${running.name} runs again with its own servers`;
  return [
    found(
      `cloud-init configures ${asked} for ${client.name}, but the image enables ${running.name}: ${after}. Disable ${running.name} in the image, or set ntp.ntp_client: ${running.name}.`,
      "warning",
      "likely",
    ),
  ];
}

/** cloud-init installs another client than the one that somebody configured. */
function replaced(
  context: CheckContext,
  client: TimeClient,
  others: readonly TimeClient[],
  found: (message: string, severity: Severity, confidence: Confidence, losses: Finding["losses"]) => Finding,
): Finding[] {
  const { image, booted } = context;
  const { before } = context.settings(timeSync);
  const other = others.find(
    (one) =>
      isInstalled(image, one) &&
      before.some(
        (setting) =>
          one.settings !== undefined && setting.key.startsWith(one.settings) && isCustomised(context, setting),
      ),
  );
  if (other?.settings === undefined) return [];
  const own = before.filter(({ key }) => key.startsWith(other.settings!));
  const servers =
    own.find(({ key }) => key === `${other.settings}servers` || key === `${other.settings}NTP`) ?? own[0]!;
  const effect =
    booted.config.text("system_info", "distro") === "debian" || context.distro.packages.kind === "dpkg"
      ? `apt then removes ${other.name}`
      : `two services then set the clock`;
  const message = `cloud-init installs ${client.name}, although the image configures ${other.name}: ${effect}, and ${servers.key} (${servers.value}) no longer decides. Set ntp.ntp_client: ${other.name}.`;
  const { path = "", line = null, key, value } = servers;
  return [found(message, "warning", "likely", [{ path, line, setting: key, before: value, after: null }])];
}

function isCustomised(context: CheckContext, setting: Parameters<CheckContext["evidence"]["of"]>[1]): boolean {
  const evidence = context.evidence.of(timeSync, setting);
  return evidence !== undefined && evidence.strength !== "weak";
}

function isOfNtp({ module }: { readonly module: string }): boolean {
  return module === "ntp";
}

function isInstalled(image: Image, { programs }: TimeClient): boolean {
  return programs.some((program) => image.stat(program) !== undefined);
}

/** The state of a client: masked if any of its names is, since they are aliases of each other. */
function stateOf(image: Image, { units }: TimeClient): UnitState {
  const states = units.map((unit) => unitState(image, unit));
  return (["masked", "enabled", "disabled"] as const).find((state) => states.includes(state)) ?? "absent";
}

/** The servers and pools that somebody asks for, for messages; "" if none. */
function serversOf({ booted }: CheckContext): string {
  const names = ["servers", "pools"].flatMap((key) => {
    const given = booted.config.get("ntp", key);
    return Array.isArray(given) ? given.map(String) : [];
  });
  return shortList(names);
}
