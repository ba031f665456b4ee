import { unknown } from "../../../image/unknown.ts";
import { mapping, text } from "../../../python/checked.ts";
import { Raises } from "../../../python/errors.ts";
import { IniFile } from "../../../python/iniFile.ts";
import { splitLines } from "../../../python/strings.ts";
import type { ConfigObject } from "../../../python/tree.ts";
import { pyStr } from "../../../python/value.ts";
import { findUser } from "../../accounts/lookup.ts";
import { instanceName } from "../../cloud/instanceName.ts";
import { Failure } from "../../failure.ts";
import { strictText } from "../../files/strictText.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/**
 * Merges `puppet.conf` into Puppet's configuration. After every section the file is moved to `.old` and written again,
 * so the last of these holds the others already (cc_puppet, 18.5 to 26.2). @throws Raises
 */
export function writePuppetConf(boot: ModuleRun, path: string, sslDirectory: string, sections: ConfigObject): void {
  const before = strictText(boot, path);
  if (before === undefined) throw new Raises(`${path} does not exist`, boot.because("puppet", "conf"));
  const lines = splitLines(before).map((line) => line.trimStart());
  const file = IniFile.parse(lines.join("\n"));
  for (const [section, options] of Object.entries(sections)) {
    const because = boot.because("puppet", "conf", section);
    if (section === "ca_cert") {
      const uid = sslOwner(boot);
      boot.mkdir(sslDirectory, because, { mode: 0o771 });
      boot.mkdir(`${sslDirectory}/certs`, because);
      boot.write(`${sslDirectory}/certs/ca.pem`, text(options, "puppet.conf.ca_cert"), because);
      for (const owned of [sslDirectory, `${sslDirectory}/certs`, `${sslDirectory}/certs/ca.pem`])
        boot.setAttributes(owned, { uid, gid: 0 }, because);
    } else
      for (const [option, value] of Object.entries(mapping(options, `puppet.conf.${section}`)))
        file.set(section, option, option === "certname" ? certificateName(boot, value) : pyStr(value));
    boot.rename(path, `${path}.old`, because);
    boot.write(path, file.toString(), because);
  }
}

function sslOwner(boot: ModuleRun): number {
  const name = boot.config.get("puppet", "install_type") === "aio" ? "root" : "puppet";
  const user = findUser(boot.image, name);
  if (user === undefined)
    throw new Failure(
      { code: "user-missing", user: name },
      `the user ${name} does not exist`,
      boot.because("puppet", "conf", "ca_cert"),
    );
  return user.uid;
}

function certificateName(boot: ModuleRun, value: ConfigObject[string]): string {
  return text(value, "certname")
    .replaceAll("%f", "\0")
    .replaceAll("%i", instanceName(boot))
    .toLowerCase()
    .replaceAll("\0", unknown("the fully qualified domain name"));
}
