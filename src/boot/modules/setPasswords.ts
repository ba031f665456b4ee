import { isFalse, isTrue } from "../../config/options.ts";
import * as form from "../../config/schema/forms.ts";
import { EXPIRE_APPLIES_TO_HASHED_USERS } from "../../distro/library/flags.ts";
import type { Origin } from "../../image/origin.ts";
import { hasUnknown } from "../../image/unknown.ts";
import { Raises, raisingAt } from "../../python/errors.ts";
import type { ConfigValue } from "../../python/tree.ts";
import { pyStr, toValue } from "../../python/value.ts";
import { expirePassword, setHashes, setPasswords as setPlain } from "../accounts/passwords.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { mayChangeSshd, setSshdOption } from "../ssh/sshdConfig.ts";
import { programs } from "../system/programs.ts";
import { serviceCommand } from "../system/serviceCommand.ts";
import { usesSystemd } from "../system/systemd.ts";
import { keptByUbuntu } from "../system/ubuntuReleases.ts";
import { requestedPasswords } from "../users/requestedPasswords.ts";
import { userKeys } from "../users/userKeys.ts";

/** cc_set_passwords: passwords, and whether sshd accepts them (18.5 to 26.2). */
export const setPasswords = defineModule({
  name: "set_passwords",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  needs: programs("passwd usermod"),
  keys: {
    chpasswd: form.keys({
      expire: form.flag,
      list: form.secret(
        "password",
        form.deprecated(form.either(form.text, form.list(form.matching("^.+:.+$"))), "22.2", "write users instead"),
      ),
      users: form.list(
        form.either(
          form.keys({ name: form.text, type: form.values("RANDOM") }, ["name", "type"]),
          form.keys(
            { name: form.text, password: form.secret("password", form.text), type: form.values("hash", "text") },
            ["name", "password"],
          ),
        ),
      ),
    }),
    password: form.secret("password", form.text),
    ssh_pwauth: form.either(form.flag, form.deprecated(form.text, "22.3", "write true or false instead")),
    ...userKeys,
  },
  run(boot, args) {
    const failures = changePasswords(boot, args);
    changeSshd(boot);
    const last = failures.at(-1);
    if (last !== undefined) throw last;
  },
});

/** @returns the failures after which cloud-init goes on. */
function changePasswords(boot: ModuleRun, args: readonly ConfigValue[]): Raises[] {
  const { plain, hashed, expire } = requestedPasswords(boot, args);
  const because = boot.because(boot.config.has("chpasswd") ? "chpasswd" : "password");
  const failures: Raises[] = [];
  const attempt = (action: () => void) => {
    try {
      action();
    } catch (error) {
      if (!(error instanceof Raises)) throw error;
      failures.push(error);
    }
  };
  if (plain.length > 0) attempt(() => setPlain(boot, plain, because));
  if (hashed.length > 0) attempt(() => setHashes(boot, hashed, because));
  if (!expire) return failures;
  const expired = keptByUbuntu(boot, EXPIRE_APPLIES_TO_HASHED_USERS, "22.04") ? [...plain, ...hashed] : plain;
  const expireBecause = boot.because("chpasswd", "expire");
  for (const { user, origin = expireBecause } of expired)
    attempt(() => raisingAt(origin, () => expirePassword(boot, user, expireBecause)));
  return failures;
}

/** Sets PasswordAuthentication as `ssh_pwauth` says. */
function changeSshd(boot: ModuleRun): void {
  const wanted = boot.config.node("ssh_pwauth");
  if (wanted === undefined || (wanted.type === "scalar" && wanted.kind === "null")) return;
  const service = serviceOf(boot);
  // 22.2 to 22.4 first ask systemd for the service.
  if (boot.since("22.2") && !boot.since("23.1") && usesSystemd(boot) && !hasUnit(boot, service)) {
    boot.note("sshd-service-missing", { service }, boot.because("ssh_pwauth"));
    return;
  }
  const because: Origin = boot.because("ssh_pwauth");
  if (hasUnknown(pyStr(wanted))) {
    mayChangeSshd(boot, "the cloud decides whether sshd takes passwords", because);
    return;
  }
  if (isTrue(wanted) || isFalse(wanted)) {
    const changed = setSshdOption(boot, "PasswordAuthentication", isTrue(wanted) ? "yes" : "no", because);
    if (changed) restart(boot, service);
  } else if (typeof toValue(wanted) !== "string")
    throw new Raises(`ssh_pwauth must be true, false or unchanged, not ${pyStr(wanted)}`, because);
  else if (pyStr(wanted).toLowerCase() !== "unchanged")
    boot.note("ssh-pwauth-invalid", { value: pyStr(wanted) }, because);
}

/** Since 24.2 the module runs before sshd is started, so nothing has to be restarted. */
function restart(boot: ModuleRun, service: string): void {
  if (!usesSystemd(boot) || !boot.since("24.2")) boot.command(serviceCommand(boot, "restart", service));
}

/** The ssh service: system_info.ssh_svcname, which some distros' classes set themselves. */
function serviceOf(boot: ModuleRun): string {
  const name = boot.config.get("system_info", "ssh_svcname");
  const forced = boot.facts.sshService;
  return forced !== "ssh" || typeof name !== "string" ? forced : name;
}

function hasUnit(boot: ModuleRun, service: string): boolean {
  const unit = service.endsWith(".service") ? service : `${service}.service`;
  const directories = ["/etc", "/usr/local/lib", "/usr/lib", "/lib"].map((top) => `${top}/systemd/system`);
  const paths = [...directories.map((directory) => `${directory}/${unit}`), `/etc/init.d/${service}`];
  return !boot.which("sh") || paths.some((path) => boot.image.stat(path) !== undefined);
}
