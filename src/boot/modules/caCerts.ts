import type { Origin } from "../../image/origin.ts";
import { wholeUnknown } from "../../image/overlay.ts";
import { mapping } from "../../python/checked.ts";
import { Raises } from "../../python/errors.ts";
import { splitLines } from "../../python/strings.ts";
import type { ConfigObject } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { strictText } from "../files/strictText.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { answerDebconf } from "../system/debconfDatabase.ts";
import { lacksProgram, programs } from "../system/programs.ts";
import { type Certificates, certificatesOf } from "./caCerts/certificates.ts";
import { caCertsKeys } from "./caCerts/schema.ts";
import { distrosBy, NEW_SUSE } from "./distroNames.ts";

const DESELECTED = "# Modified by cloud-init to deselect certs due to user-data";
/** Names of classes whose list of certificates is edited (since 23.1). */
const DESELECTING = ["alpine", "aosc", "debian", "raspberry-pi-os", "ubuntu"];
/** Names whose package asks whether to trust new certificates. */
const DEBCONF = ["debian", "raspberry-pi-os", "ubuntu"];
/** Where update-ca-certificates links every certificate that is trusted, and their bundle. */
const LINKS = "/etc/ssl/certs";

/** cc_ca_certs: adds trusted certificates, and removes those of the distribution (18.5 to 26.2). */
export const caCerts = defineModule({
  name: "ca_certs",
  frequency: "once-per-instance",
  distros: distrosBy([
    ["0", "debian", "ubuntu"],
    ["20.3", "alpine"],
    ["21.1", "rhel"],
    ["23.2", "fedora", "opensuse", "sles", ...NEW_SUSE],
    ["24.1", "photon"],
    ["24.2", "almalinux", "cloudlinux"],
    ["24.3", "aosc"],
    ["25.2", "centos", "raspberry-pi-os"],
    ["26.1", "rocky"],
    ["26.2", "amazon"],
  ]),
  activatedBy: ["ca_certs", "ca-certs"],
  needs: [
    ...programs("debconf-set-selections update-ca-certificates"),
    "usr/share/ca-certificates",
    "usr/local/share/ca-certificates",
    "usr/share/pki",
    "var/cache/debconf/config.dat",
  ],
  keys: caCertsKeys,
  run(boot) {
    const key = boot.since("22.1") && boot.config.has("ca_certs") ? "ca_certs" : "ca-certs";
    if (!boot.config.has(key)) return;
    const config = mapping(boot.config.get(key), key);
    const certificates = certificatesOf(boot);
    const remove = removalKey(boot, config);
    if (remove !== undefined) removeDefaults(boot, certificates, boot.because(key, remove));
    const trusted = trustedOf(config);
    if (trusted.length > 0) trust(boot, certificates, trusted, boot.because(key, "trusted"));
    // Where no certificate is left, some versions of the program leave the bundle as it is.
    update(boot, certificates, trusted.length > 0, boot.because(key));
  },
});

/** The key that removes the defaults. */
function removalKey(boot: ModuleRun, config: ConfigObject): string | undefined {
  const [old, now] = ["remove-defaults", "remove_defaults"];
  let key = old;
  if (boot.since("23.1")) key = config[now] === undefined ? old : now;
  else if (boot.since("22.1")) key = config[old] === undefined ? now : old;
  return truthy(config[key] ?? null) ? key : undefined;
}

/** util.get_cfg_option_list: a value that is not a list becomes a list of its string. */
function trustedOf({ trusted }: ConfigObject): string[] {
  if (trusted === undefined || trusted === null) return [];
  return Array.isArray(trusted) ? trusted.map((certificate) => pyStr(certificate)) : [pyStr(trusted)];
}

function removeDefaults(boot: ModuleRun, { removed, config }: Certificates, because: Origin): void {
  for (const directory of removed) {
    if (boot.image.stat(directory)?.kind !== "directory") throw new Raises(`the directory ${directory} does not exist`);
    for (const name of boot.image.list(directory)) {
      // update-ca-certificates links these again.
      const target = boot.image.realpath(`${directory}/${name}`) ?? "";
      if (directory === LINKS && target.startsWith("/usr/local/share/ca-certificates/")) continue;
      boot.remove(`${directory}/${name}`, because);
    }
  }
  if (!boot.since("23.1")) {
    if (config === undefined)
      throw new Raises("cloud-init cannot remove the default certificates on this distribution");
    boot.write(config, "", because);
  } else if (DESELECTING.includes(boot.facts.name) && config !== undefined) deselect(boot, config, because);
  else if (removed.length === 0) boot.note("ca-defaults-kept", { distro: boot.facts.name }, because);
  const debconf = boot.since("21.1") ? DEBCONF.includes(boot.facts.name) : boot.facts.name !== "alpine";
  if (!debconf) return;
  if (boot.lacks("debconf-set-selections")) throw new Raises("debconf-set-selections is not installed", because);
  answerDebconf(boot, "ca-certificates", "ca-certificates/trust_new_crts", "no", because);
  boot.command("debconf-set-selections (ca-certificates/trust_new_crts: no)");
}

/** Puts "!" before every certificate of the list. */
function deselect(boot: ModuleRun, config: string, because: Origin): void {
  const text = strictText(boot, config);
  if (text === undefined || text === "") return;
  let noted = false;
  const lines = splitLines(text).flatMap((line) => {
    if (line === DESELECTED) noted = true;
    if (line === "" || line.startsWith("#") || line.startsWith("!")) return line;
    const first = !noted;
    noted = true;
    return first ? [DESELECTED, `!${line}`] : `!${line}`;
  });
  boot.write(config, `${lines.join("\n")}\n`, because);
}

function trust(boot: ModuleRun, certificates: Certificates, trusted: readonly string[], because: Origin): void {
  const { file, config } = certificates;
  if (boot.since("23.1")) {
    for (const [index, text] of trusted.entries()) boot.write(file.replace("{}", `${index + 1}`), text, because);
    return;
  }
  boot.write(file, trusted.join("\n"), because);
  if (config === undefined) return;
  const name = file.slice(file.lastIndexOf("/") + 1);
  const text = strictText(boot, config);
  if (text === undefined) throw new Raises(`${config} does not exist`);
  const others = splitLines(text).filter((line) => line !== name);
  boot.write(
    config,
    text === "" && boot.since("20.3") ? `${name}\n` : `${others.join("\n").trimEnd()}\n${name}\n`,
    because,
  );
}

/** Regenerates the bundle of trusted certificates. */
function update(boot: ModuleRun, { update: program, bundle }: Certificates, changed: boolean, because: Origin): void {
  if (lacksProgram(boot, program)) throw new Raises(`${program} is not installed`);
  boot.command(program);
  if (changed) boot.write(bundle, wholeUnknown(`the bundle that ${program} generates`), because);
  else boot.mayChange(bundle, `${program} generates it again`, because);
}
