import type { Route, Rule } from "./routes.ts";
import type { Out } from "./yamlOut.ts";

/** The simulated kinds of devices, in the order in which libnetplan writes them. */
export const KINDS = ["ethernets", "bridges", "bonds", "vlans", "vrfs", "dummy-devices"] as const;
export type Kind = (typeof KINDS)[number];

/** A device while libnetplan reads it: NetplanNetDefinition. */
export class Device {
  readonly id: string;
  readonly kind: Kind;
  /** networkd or NetworkManager, if its kind's `renderer` sets it. */
  readonly kindBackend: string | undefined;
  /** Values that are written as they were read, by key. */
  readonly settings = new Map<string, Out>();
  hasMatch = false;
  hasSetName = false;
  vlanLink: Device | undefined;
  vlanId: number | undefined;
  vrfTable: number | undefined;
  /** The groups that it is a member of. */
  bond: Device | undefined;
  bridge: Device | undefined;
  vrf: Device | undefined;
  /** As a port of a bridge. */
  pathCost = 0;
  portPriority = 0;
  /** Of a bond: its primary member; of a member: itself, if it is the primary one. */
  primary: string | undefined;
  routes: Route[] = [];
  rules: Rule[] = [];

  constructor(id: string, kind: Kind, kindBackend: string | undefined) {
    this.id = id;
    this.kind = kind;
    this.kindBackend = kindBackend;
  }

  set(key: string, value: Out | undefined): void {
    if (value === undefined) this.settings.delete(key);
    else this.settings.set(key, value);
  }
}

/** The view of the document for the handlers of keys. */
export interface Parser {
  /** The device of an id; one that does not exist yet is remembered, so that the document is read again. */
  find(id: string): Device | undefined;
  /** Whether the image's libnetplan is of this version or a later one. */
  since(version: string): boolean;
}
