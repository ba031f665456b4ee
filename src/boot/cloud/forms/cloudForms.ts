import { cloudSigma } from "./cloudSigma.ts";
import { digitalOcean } from "./digitalOcean.ts";
import type { CloudForm } from "./form.ts";
import { gce } from "./gce.ts";
import { lxd } from "./lxd.ts";
import { oracle } from "./oracle.ts";
import { scaleway } from "./scaleway.ts";
import { vmware } from "./vmware.ts";

/** Datasources whose clouds provide data in another form than cloud-init works with. */
export const cloudForms: ReadonlyMap<string, CloudForm> = new Map<string, CloudForm>([
  ["CloudSigma", cloudSigma],
  ["DigitalOcean", digitalOcean],
  ["GCE", gce],
  ["LXD", lxd],
  ["Oracle", oracle],
  ["Scaleway", scaleway],
  ["VMware", vmware],
]);
