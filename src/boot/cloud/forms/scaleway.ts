import { type CloudForm, nodeAt, textAt, withValues } from "./form.ts";

/** The JSON of conf?format=json (DataSourceScaleway, 18.5 to 26.2). */
export const scaleway: CloudForm = {
  metaData(given, { since }) {
    const id = nodeAt(given, "id");
    const keys = nodeAt(given, "ssh_public_keys");
    if (id === undefined || keys?.type !== "sequence") return undefined;
    // Tags may hold further keys, with _ in place of blanks. Before 23.2 only the tag's name was taken for the key.
    const tags = nodeAt(given, "tags");
    const tagged = (tags?.type === "sequence" ? tags.children : []).flatMap((tag) => {
      const [, name = "", key = ""] =
        /^(AUTHORIZED_KEY=)(.*)$/s.exec(tag.type === "scalar" ? String(tag.value) : "") ?? [];
      return name === "" ? [] : [(since("23.2") ? key : name).replaceAll("_", " ")];
    });
    const own = keys.children.flatMap((key) => textAt(key, "key") ?? []);
    return {
      metaData: withValues(given, {
        "instance-id": id,
        "local-hostname": nodeAt(given, "hostname"),
        "public-keys": [...own, ...tagged],
        "availability-zone": nodeAt(given, "zone"),
      }),
    };
  },
};
