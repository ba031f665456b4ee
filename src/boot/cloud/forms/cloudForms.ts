import { cloudSigma } from "./cloudSigma.ts";
import { digitalOcean } from "./digitalOcean.ts";
import type { CloudForm } from "./form.ts";
import { gce } from "./gce.ts";
import { lxd } from "./lxd.ts";
import { oracle } from "./oracle.ts";
import { akamai, cloudCix, hetzner, nwcs, upCloud } from "./renamed.ts";
import { scaleway } from "./scaleway.ts";
import { vmware } from "./vmware.ts";
import { vultr } from "./vultr.ts";

/** Datasources whose clouds provide data in another form than cloud-init works with. */
export const cloudForms: ReadonlyMap<string, CloudForm> = new Map<string, CloudForm>([
  ["Akamai", akamai],
  ["CloudCIX", cloudCix],
  ["CloudSigma", cloudSigma],
  ["DigitalOcean", digitalOcean],
  ["GCE", gce],
  ["Hetzner", hetzner],
  ["LXD", lxd],
  ["NWCS", nwcs],
  ["Oracle", oracle],
  ["Scaleway", scaleway],
  ["UpCloud", upCloud],
  ["VMware", vmware],
  ["Vultr", vultr],
]);
