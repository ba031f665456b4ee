import type { UnusedSeed } from "../../boot/cloud/unusedSeeds.ts";
import { lineOf } from "./configuration.ts";
import { inWords, shortList } from "./lists.ts";

/** Why a datasource ignores data in the image, and what to do, in one or two sentences. */
export function unusedSeedSentences(seed: UnusedSeed): string {
  const { datasource, reason, files } = seed;
  const ignored = shortList(files.map(nameOf));
  switch (reason.code) {
    case "files-missing": {
      const { place, missing, seedfrom } = reason;
      const set = seedfrom === undefined ? "" : ` (seedfrom in ${lineOf(seedfrom)})`;
      const what = `${files.length === 0 ? "" : `${ignored} in `}${place}${set}`;
      return `${datasource} ignores ${what}, since ${inWords(missing)} ${isOrAre(missing)} missing. ${remedy(seed, missing)}`;
    }
    case "files-misnamed":
      return `${datasource} ignores ${files[0]}. ${renaming(seed)}`;
    case "not-a-mapping":
      return `${datasource} ignores ${files[0]}: it is not a YAML mapping (lines of the form key: value).`;
    case "seed-fails":
      return `${datasource} cannot use its seed (${ignored}): ${reason.message}.`;
    case "keys-missing": {
      const { missing } = reason;
      return `${datasource} ignores the data in datasource.NoCloud, since ${inWords(missing)} ${isOrAre(missing)} missing there. Set both user-data and meta-data, with an instance-id.`;
    }
    case "slash-missing": {
      const { place, missing } = reason;
      const also =
        missing.length === 0 ? "" : ` The directory also lacks ${inWords(missing)}. ${remedy(seed, missing)}`;
      return `${datasource} ignores ${ignored} in ${place}: before cloud-init 23.1 the path in seedfrom must end with a slash. Write ${place}/.${also}`;
    }
    case "seedfrom-invalid":
      return `${datasource} cannot use seedfrom, "${reason.value.slice(0, 200)}": it is neither a path that begins with "/" or "file:///" nor a URL.`;
    case "not-listed": {
      const what = files.length === 0 ? "its data in the image" : shortList(files);
      return `${datasource} never reads ${what}: the datasource_list in ${lineOf(reason.list)} contains only ${reason.listed.slice(0, 9).join(", ")}. Add ${datasource} to the list, or delete the data.`;
    }
    case "directory-not-read":
      return `No datasource reads ${ignored} in ${reason.place}. Move the seed to /var/lib/cloud/seed/nocloud, where user-data and meta-data are both required.`;
  }
}

/** What to do about missing files. */
function remedy(seed: UnusedSeed, missing: readonly string[]): string {
  const { misnamed, datasource } = seed;
  const others = missing.filter((name) => misnamed.every(({ right }) => right !== name));
  const making = others.map((name) => {
    if (name === "meta-data") return "Create meta-data with a line such as instance-id: NAME.";
    if (name === "user-data") return "Create user-data, which may be empty.";
    return datasource === "ConfigDrive" ? `Create ${name} with a uuid.` : `Create ${name}.`;
  });
  return [...(misnamed.length > 0 ? [renaming(seed)] : []), ...making].join(" ");
}

function renaming({ misnamed }: UnusedSeed): string {
  const each = misnamed.map(({ path, right }) => `${nameOf(path)} to ${right}`);
  return `Rename ${inWords(each)}.`;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function isOrAre(names: readonly string[]): string {
  return names.length === 1 ? "is" : "are";
}
