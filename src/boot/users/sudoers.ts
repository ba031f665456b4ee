import { defineChange } from "../../distro/library/change.ts";
import { appended } from "../../image/content.ts";
import type { Origin } from "../../image/origin.ts";
import { Raises } from "../../python/errors.ts";
import { splitLines } from "../../python/strings.ts";
import type { ConfigNode } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { spend } from "../files/effort.ts";
import { header } from "../files/makeHeader.ts";
import { rememberText, strictText } from "../files/strictText.ts";
import type { ModuleRun } from "../moduleRun.ts";

const SUDOERS = "/etc/sudoers";
const DIRECTORY = "/etc/sudoers.d";
const RULES = `${DIRECTORY}/90-cloud-init-users`;

/**
 * Writes a user's rules for sudo (Distro.write_sudo_rules, 18.5 to 26.2), and makes /etc/sudoers include their
 * directory.
 * @throws Raises if the rules are neither a list nor a string.
 */
export function writeSudoRules(boot: ModuleRun, user: string, rules: ConfigNode, because: Origin): void {
  const isText = rules.type === "scalar" && rules.kind === "str";
  if (rules.type !== "sequence" && !isText)
    throw new Raises(`the sudo rules of ${user} must be a string or a list, not ${pyStr(rules)}`, because);
  const list = rules.type === "sequence" ? rules.children : [rules];
  const block = `\n# User rules for ${user}\n${list.map((rule) => `${user} ${pyStr(rule)}\n`).join("")}`;
  includeDirectory(boot, because);
  appendBlock(boot, RULES, block, boot.since("23.3"), because);
}

/** Adds rules to cloud-init's own file, which begins with a header. */
export function appendBlock(boot: ModuleRun, path: string, block: string, unlessThere: boolean, because: Origin): void {
  const before = strictText(boot, path, "searched");
  spend(boot.image, "written", block.length);
  if (before === undefined) boot.write(path, `${header(boot, "Created")}\n${block}`, because, { mode: 0o440 });
  else if (!unlessThere || !before.includes(block)) {
    const content = appended(boot.image.content(path)!, Buffer.from(block));
    boot.rewrite(path, content, because);
    rememberText(boot, path, content, before + block);
  }
}

/** Distro.ensure_sudo_dir: the line in /etc/sudoers, and the directory with its mode. */
function includeDirectory(boot: ModuleRun, because: Origin): void {
  const own = strictText(boot, SUDOERS);
  const vendors = own === undefined && boot.fact(READS_USR_ETC) ? strictText(boot, "/usr/etc/sudoers") : undefined;
  const text = own ?? vendors ?? "";
  const lines = splitLines(text).map((line) => line.trim());
  const includes = (directive: RegExp) => lines.some((line) => absolute(directive.exec(line)?.[1] ?? "") === DIRECTORY);
  if (!includes(/^#includedir\s+(.*)$/) && !(includes(/^[|@]includedir\s+(.*)$/) && boot.fact(AT_INCLUDEDIR))) {
    const line = `${header(boot, "Added")}\n#includedir ${DIRECTORY}\n`;
    const comment = '# See sudoers(5) for more information on "#include" directives:\n';
    if (own === undefined) boot.write(SUDOERS, `${text}${comment}\n${line}`, because, { mode: 0o440 });
    else boot.rewrite(SUDOERS, `${own}\n${line}`, because);
  }
  boot.mkdir(DIRECTORY, because);
  boot.setAttributes(DIRECTORY, { mode: 0o750 }, because);
}

/** Since 24.2, and in SUSE's 23.3. */
const READS_USR_ETC = defineChange({
  name: "/usr/etc/sudoers is read",
  file: "distros/__init__.py",
  since: "24.2",
  made: /["']\/usr\/etc\/sudoers["']/,
  beside: /def ensure_sudo_dir\(/,
});

/** sudo has used it since 1.9.1; Debian 11's 20.4.1 understands it too. */
const AT_INCLUDEDIR = defineChange({
  name: 'sudoers may contain "@includedir"',
  file: "distros/__init__.py",
  since: "21.1",
  made: /\[#\|@\]includedir/,
  beside: /#includedir/,
});

/** os.path.abspath of an absolute path. */
function absolute(path: string): string {
  const parts: string[] = [];
  for (const part of path.trim().split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return path.trim().startsWith("/") ? `/${parts.join("/")}` : "";
}
