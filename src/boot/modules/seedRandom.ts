import { gunzipSync } from "node:zlib";
import { findPair } from "../../config/merge.ts";
import * as form from "../../config/schema/forms.ts";
import { decodeBase64 } from "../../python/base64.ts";
import { mapping, text } from "../../python/checked.ts";
import { Raises } from "../../python/errors.ts";
import type { ConfigValue } from "../../python/tree.ts";
import { toValue, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { commandWords, lacksProgram } from "../system/programs.ts";

/** The maximum number of bytes of decompressed random data. */
const LARGEST = 1 << 24;

/** cc_seed_random: writes random data from the configuration and from the cloud to a file (18.5 to 26.2). */
export const seedRandom = defineModule({
  name: "seed_random",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  keys: {
    random_seed: form.keys({
      command: form.texts,
      command_required: form.flag,
      data: form.secret("key", form.text),
      encoding: form.values("raw", "base64", "b64", "gzip", "gz"),
      file: form.text,
    }),
  },
  run(boot) {
    const given = boot.config.get("random_seed");
    const config = given === undefined ? {} : mapping(given, "random_seed");
    const file = config.file === undefined ? "/dev/urandom" : text(config.file, "random_seed.file");
    const data = Buffer.concat([configured(config.data, config.encoding), fromCloud(boot, file)]);
    if (data.length > 0 && !file.startsWith("/dev/")) {
      const before = boot.image.read(file) ?? Buffer.alloc(0);
      boot.rewrite(file, Buffer.concat([before, data]), boot.because("random_seed"));
    }
    runCommand(boot, config.command, config.command_required);
  },
});

function configured(data: ConfigValue | undefined, encoding: ConfigValue | undefined): Buffer {
  if (!truthy(data ?? null)) return Buffer.alloc(0);
  const how = truthy(encoding ?? null) ? text(encoding, "random_seed.encoding").toLowerCase() : "raw";
  const seed = text(data, "random_seed.data");
  if (how === "raw") return Buffer.from(seed);
  if (how === "base64" || how === "b64") {
    const decoded = decodeBase64(seed);
    if (decoded === undefined) throw new Raises("random_seed.data is not valid Base64");
    return decoded;
  }
  if (how !== "gzip" && how !== "gz") throw new Raises(`random_seed.encoding "${how}" is unknown`);
  try {
    return gunzipSync(Buffer.from(seed, "latin1"), { maxOutputLength: LARGEST });
  } catch {
    throw new Raises("random_seed.data is not compressed with gzip");
  }
}

/** The cloud's own data: Azure, OpenStack, SmartOS and a seed may provide some. */
function fromCloud(boot: ModuleRun, file: string): Buffer {
  const { metaData } = boot.cloud;
  if (metaData === undefined) {
    const because = boot.because("random_seed", "file");
    if (!file.startsWith("/dev/")) boot.mayChange(file, "the cloud may provide random data", because);
    return Buffer.alloc(0);
  }
  const seed = findPair(metaData, "random_seed")?.value;
  if (seed?.type === "scalar" && seed.kind === "binary") return Buffer.from(String(seed.value), "latin1");
  return seed === undefined ? Buffer.alloc(0) : Buffer.from(text(toValue(seed), "the cloud's random_seed"));
}

function runCommand(boot: ModuleRun, command: ConfigValue | undefined, required: ConfigValue | undefined): void {
  const words = truthy(command ?? null) ? commandWords(command, "random_seed.command") : [];
  const [program] = words;
  if (program !== undefined && !lacksProgram(boot, program)) boot.command(words.join(" "));
  else if (truthy(required ?? null))
    throw new Raises(
      `random_seed.command is required, but ${program ?? "it"} is ${program === undefined ? "missing" : "not installed"}`,
    );
}
