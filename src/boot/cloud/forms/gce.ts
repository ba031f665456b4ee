import { unknown } from "../../../image/unknown.ts";
import { decodeBase64 } from "../../../python/base64.ts";
import { type ConfigNode, originOf } from "../../../python/tree.ts";
import { type CloudForm, excerptFile, fileOf, nodeAt, textAt, withValues } from "./form.ts";

/** The JSON of computeMetadata/v1/?recursive=true (DataSourceGCE.read_md, 20.4 to 26.2). */
export const gce: CloudForm = {
  metaData(given, { defaultUser }) {
    const instance = nodeAt(given, "instance");
    const id = nodeAt(instance, "id");
    if (id?.type !== "scalar") return undefined;
    const own = (key: string) => textAt(instance, "attributes", key);
    const ofProject = (key: string) => textAt(given, "project", "attributes", key);
    const isBlocked = own("block-project-ssh-keys")?.toLowerCase() === "true" || (own("sshKeys") ?? "") !== "";
    const lists = [
      own("sshKeys"),
      own("ssh-keys"),
      ...(isBlocked ? [] : [ofProject("ssh-keys"), ofProject("sshKeys")]),
    ];
    const keys = lists.flatMap((list) => (list ?? "").split(/\r?\n/)).flatMap((line) => keyOf(line, defaultUser));
    const data = nodeAt(instance, "attributes", "user-data");
    return {
      metaData: withValues(
        { ...given, children: [] },
        {
          "instance-id": String(id.value),
          "local-hostname": textAt(instance, "hostname")?.split(".")[0],
          "availability-zone": textAt(instance, "zone")?.split("/").at(-1),
          "public-keys": keys,
        },
      ),
      userData: data && userDataOf(data, own("user-data-encoding")),
    };
  },
};

function userDataOf(data: ConfigNode, encoding: string | undefined) {
  const bytes = encoding === "base64" ? decodeBase64(textAt(data) ?? "") : undefined;
  return bytes === undefined ? fileOf(data) : excerptFile(bytes, originOf(data));
}

/** USER:KEY counts only for the default user, and for the user cloudinit. */
function keyOf(line: string, defaultUser: string | undefined): string[] {
  const [, user, key = ""] = /^([^:]*):(.*)$/s.exec(line) ?? [];
  if (user === undefined || /[^\0-\x7f]/.test(line) || (user !== "cloudinit" && user !== defaultUser)) return [];
  // Whether it has expired depends on the day of the boot.
  return [/\sgoogle-ssh\s.*"expireOn"/.test(key) ? unknown("a public key of GCE that expires") : key];
}
