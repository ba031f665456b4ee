import type { Image } from "../image/image.ts";
import type { SudoAccount } from "../services/accounts/sudoGrants.ts";
import { readGroups, readUsers } from "../services/accounts/users.ts";

/** The accounts of an image by name, as sudo sees them. */
export function sudoAccounts(image: Image): ReadonlyMap<string, SudoAccount> {
  const users = readUsers(image);
  const groupsOf = new Map<string, string[]>();
  const nameOf = new Map<string, string>();
  for (const { name, gid, members } of readGroups(image)) {
    nameOf.set(gid, name);
    for (const member of members) {
      const known = groupsOf.get(member);
      if (known === undefined) groupsOf.set(member, [name, `#${gid}`]);
      else known.push(name, `#${gid}`);
    }
  }
  return new Map(
    [...users.values()].map(({ name, uid, gid }) => [
      name,
      { name, uid, groups: [nameOf.get(gid) ?? [], `#${gid}`, groupsOf.get(name) ?? []].flat() },
    ]),
  );
}
