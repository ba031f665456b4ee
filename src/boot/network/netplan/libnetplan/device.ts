import type { Route, Rule } from "./routes.ts";
import type { Out } from "./yamlOut.ts";

/** Kinds of devices that are simulated, in the order in which libnetplan writes them. */
export const KINDS = ["ethernets", "bridges", "bonds", "vlans", "vrfs", "dummy-devices"] as const;
export type Kind = (typeof KINDS)[number];

/** A device while libnetplan reads it: NetplanNetDefinition. */
export class Device {
  readonly id: string;
  readonly kind: Kind;
  /** networkd or NetworkManager, where its kind's `renderer` says so. */
  readonly kindBackend: string | undefined;
  /** What is written of it as it was read, by key. */
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
  /** As a bond: its primary member; as a member: itself, where it is one. */
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

/** What handlers of keys see of the document. */
export interface Parser {
  /** The device of an id; one that is not there yet is remembered, so that the document is read once more. */
  find(id: string): Device | undefined;
  /** Whether the image's libnetplan is of this version or a later one. */
  since(version: string): boolean;
}
