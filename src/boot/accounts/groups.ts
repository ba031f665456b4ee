import type { Origin } from "../../image/origin.ts";
import { Raises } from "../../python/errors.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { AccountFile } from "./accountFile.ts";
import { LoginDefs } from "./defaults.ts";
import { newId } from "./ids.ts";
import { findGroup, groups } from "./lookup.ts";
import { isGroupName } from "./names.ts";

/** /etc/group and, where the image has one, /etc/gshadow, which shadow-utils changes together. */
export class GroupFiles {
  readonly group: AccountFile;
  readonly gshadow: AccountFile | undefined;

  constructor(boot: ModuleRun) {
    this.group = new AccountFile(boot, "/etc/group");
    this.gshadow = boot.image.stat("/etc/gshadow") === undefined ? undefined : new AccountFile(boot, "/etc/gshadow");
  }

  /** @param password the field in /etc/group if /etc/gshadow does not exist */
  add(name: string, gid: number, password: string): void {
    this.group.put([name, this.gshadow === undefined ? password : "x", String(gid), ""]);
    this.gshadow?.put([name, "!", "", ""]);
  }

  /** Makes `user` a member of the groups, in the order in which the files have these. */
  addMember(names: ReadonlySet<string>, user: string): void {
    this.group.addMember(names, user);
    this.gshadow?.addMember(names, user);
  }

  save(because: Origin): void {
    this.group.save(because);
    this.gshadow?.save(because);
  }
}

/** groupadd NAME. @throws Raises if groupadd fails */
export function groupadd(boot: ModuleRun, name: string, because: Origin): void {
  if (findGroup(boot.image, name) !== undefined) throw new Raises(`groupadd: group ${name} already exists`);
  if (!isGroupName(boot, name)) throw new Raises(`groupadd: "${name}" is not a valid group name`);
  const files = new GroupFiles(boot);
  files.add(name, newId("GID", groups(boot.image).ids, false, new LoginDefs(boot)), "x");
  files.save(because);
}

/**
 * usermod -a -G GROUP USER, both of which exist. For a user who is a member already, no file changes.
 * @throws Raises if usermod cannot open one of its files.
 */
export function addToGroup(boot: ModuleRun, group: string, user: string, because: Origin): void {
  for (const path of ["/etc/passwd", "/etc/shadow"]) new AccountFile(boot, path);
  const files = new GroupFiles(boot);
  files.addMember(new Set([group]), user);
  files.save(because);
}
