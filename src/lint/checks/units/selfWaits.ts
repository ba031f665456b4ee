import type { Stage } from "../../../boot/frequency.ts";
import { findPair } from "../../../config/merge.ts";
import { originOfExcerpt, parseExcerpt } from "../../../config/userData/excerpt.ts";
import { readParts, type SeedFile } from "../../../config/userData/parts.ts";
import type { Origin } from "../../../image/origin.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, noFix } from "../check.ts";
import { commandsOfKey, commandsOfScript, type LaunchCommands } from "./launchCommands.ts";

/** A command that never returns, and why. */
interface SelfWait {
  readonly cause: Origin;
  readonly message: string;
}

/** The commands of a user-data file that wait for the stage that runs them, whatever the image. */
export function selfWaits(rule: Rule, file: SeedFile): Finding[] {
  return atMost(commandsOfUserData(file), (commands) => {
    const wait = waitsForItself(commands);
    if (wait === undefined) return undefined;
    const { message, cause } = wait;
    const { id, severity } = rule;
    const rest = {
      confidence: "certain",
      service: null,
      module: null,
      losses: [],
      evidence: "",
      proveFix: noFix,
    } as const;
    return { rule: id, severity, message, cause, ...rest };
  });
}

function commandsOfUserData(file: SeedFile): LaunchCommands[] {
  return readParts(file).parts.flatMap(({ type, content }) => {
    if (type === "text/x-shellscript")
      return commandsOfScript("the script", content.text, "final", originOfExcerpt(content));
    if (type !== "text/cloud-config") return [];
    const root = parseExcerpt(content).node;
    if (root?.type !== "mapping") return [];
    const list = (key: string) => findPair(root, key)?.value;
    return [...commandsOfKey("bootcmd", list("bootcmd"), "init"), ...commandsOfKey("runcmd", list("runcmd"), "final")];
  });
}

/** A job in the background does not keep the script waiting. */
export const BACKGROUND = /(?<![&>|])&(?![&>\d])/;

/** `cloud-init status --wait`, or a loop until boot-finished exists, in a command that cloud-init runs. */
export function waitsForItself(commands: LaunchCommands): SelfWait | undefined {
  const { name, origin, text, programs, stage } = commands;
  if (BACKGROUND.test(text)) return undefined;
  const waiting = programs.map(waitFor).find((what) => what !== undefined) ?? loopIn(text);
  if (waiting === undefined) return undefined;
  const message = `"${waiting}" in ${name} never returns: it waits for cloud-init to finish, and cloud-init's ${stageNames[stage]} stage waits for it. The boot hangs, and later commands do not run. Remove the command: when ${name} runs, the stages before it are done.`;
  return { cause: origin, message };
}

const stageNames: Readonly<Record<Stage, string>> = {
  "init-local": "local",
  init: "network",
  config: "config",
  final: "final",
};

/** The command if it waits for the end of cloud-init or of the boot. */
export function waitFor([program = "", ...words]: readonly string[]): string | undefined {
  const name = program.slice(program.lastIndexOf("/") + 1);
  const isWait = words.some((word) => word === "--wait" || /^-\w*w\w*$/.test(word));
  if (name === "cloud-init" && words[0] === "status" && isWait) return "cloud-init status --wait";
  if (name === "systemctl" && words.includes("is-system-running") && words.includes("--wait"))
    return "systemctl is-system-running --wait";
  return undefined;
}

/** A shell loop that ends when cloud-init writes its last file. */
export function loopIn(text: string): string | undefined {
  return /\b(while|until)\b[^\n]{0,300}?\b(boot-finished|cloud-init\/result\.json)\b/.test(text)
    ? "a loop until boot-finished exists"
    : undefined;
}
