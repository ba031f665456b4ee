import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";
import { readAuthorizedKeys } from "./accounts/authorizedKeys.ts";
import { describePassword } from "./accounts/password.ts";
import { readPrivilegeRules } from "./accounts/sudo.ts";
import { type Group, readGroups, readShadow, readUsers, type User } from "./accounts/users.ts";
import { NOT_CUSTOMISED, type Service, type Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";
import { SSHD_NEEDS } from "./sshd/commandLine.ts";
import { readSshdSettings } from "./sshd/effective.ts";
import { opensshVersion } from "./sshd/version.ts";

/**
 * The accounts and their rights: "user <name> password", "... shell", "... home", "... groups", the keys in
 * authorized_keys, and the rules of sudo and doas.
 */
export const accounts: Service = {
  name: "accounts",
  needs: [...SSHD_NEEDS, "home", "root/.ssh"],
  // Values describe passwords and keys instead of containing them.
  secret: () => undefined,
  read(image: Image, distro: Distro): Setting[] {
    const users = readUsers(image);
    const settings = new SettingMap();
    for (const setting of [...userSettings(image, users), ...keySettings(image, distro, users)]) settings.put(setting);
    for (const setting of readPrivilegeRules(image)) {
      // The last rule decides; repeating it changes nothing.
      const last = settings.get(setting.key)?.value.split("; ").at(-1);
      if (last !== setting.value) settings.append(setting, "; ");
    }
    return settings.list();
  },
  usual: ({ key, value }) => {
    if (value === "locked" && /^user (?!root )\S+ password$/.test(key)) return "an account is made without a password";
    if (key.endsWith(" password") && !value.startsWith("set")) return NOT_CUSTOMISED;
    const shipped = /^sudo (root|%sudo|%admin|%wheel)$/.test(key) && /^ALL=\(ALL(:ALL)?\) ALL$/.test(value.trim());
    return shipped ? "the sudo rule is one that distributions ship" : undefined;
  },
};

function userSettings(image: Image, users: ReadonlyMap<string, User>): Setting[] {
  const shadow = readShadow(image);
  const groups = readGroups(image);
  const memberships = membershipsOf(groups, users);
  const groupNames = new Map(groups.map(({ gid, name }) => [gid, name]));
  const passwd = "/etc/passwd";
  return [...users.values()].flatMap((user) => {
    const { name, line } = user;
    const hash = shadow.get(name);
    const supplementary = memberships.get(name) ?? [];
    const names = [groupNames.get(user.gid) ?? user.gid, ...supplementary.map((group) => group.name).sort()];
    return [
      hash === undefined
        ? { key: `user ${name} password`, value: describePassword(user.password), path: passwd, line }
        : {
            key: `user ${name} password`,
            value: describePassword(hash.password),
            path: "/etc/shadow",
            line: hash.line,
          },
      { key: `user ${name} shell`, value: user.shell, path: passwd, line },
      { key: `user ${name} home`, value: user.home, path: passwd, line },
      {
        key: `user ${name} groups`,
        value: [...new Set(names)].join(", "),
        ...(supplementary[0] === undefined
          ? { path: passwd, line }
          : { path: "/etc/group", line: supplementary[0].line }),
      },
    ];
  });
}

function membershipsOf(groups: readonly Group[], users: ReadonlyMap<string, User>): Map<string, Group[]> {
  const memberships = new Map<string, Group[]>();
  for (const group of groups) {
    for (const member of group.members) {
      if (!users.has(member)) continue;
      if (memberships.has(member)) memberships.get(member)!.push(group);
      else memberships.set(member, [group]);
    }
  }
  return memberships;
}

function keySettings(image: Image, distro: Distro, users: ReadonlyMap<string, User>): Setting[] {
  const settings = readSshdSettings(image, opensshVersion(distro.packages));
  const setting = settings.find(({ key }) => key === "AuthorizedKeysFile");
  const files = (setting?.value ?? ".ssh/authorized_keys .ssh/authorized_keys2").split(" ").slice(0, 20);
  return readAuthorizedKeys(
    image,
    users.values(),
    files.filter((file) => file !== "none"),
  );
}
