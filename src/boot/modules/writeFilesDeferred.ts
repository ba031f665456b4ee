import { defineModule } from "../module.ts";
import { writeFiles } from "./writeFiles/entries.ts";
import { writeFilesKeys } from "./writeFiles/schema.ts";

/** cc_write_files_deferred: the files of `write_files` with `defer`, after everything else (21.4 to 26.2). */
export const writeFilesDeferred = defineModule({
  name: "write_files_deferred",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["write_files"],
  since: "21.4",
  keys: writeFilesKeys,
  run(boot) {
    writeFiles(boot, true);
  },
});
