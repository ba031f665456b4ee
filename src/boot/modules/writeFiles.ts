import { defineModule } from "../module.ts";
import { writeFiles as writeEntries } from "./writeFiles/entries.ts";
import { writeFilesKeys } from "./writeFiles/schema.ts";

/** cc_write_files: the files of `write_files` that are not deferred (18.5 to 26.2). */
export const writeFiles = defineModule({
  name: "write_files",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: ["write_files"],
  keys: writeFilesKeys,
  run(boot) {
    writeEntries(boot, false);
  },
});
