import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { reasonOf } from "../../image/reason.ts";
import { CommandError, EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import { SETTINGS_FILE } from "../settings/options.ts";
import { settingsExample } from "../settings/published.ts";

/** Writes the configuration file. @throws CommandError if it exists or cannot be written */
export function writeSettings(io: Io): void {
  writeNew(SETTINGS_FILE, settingsExample());
  io.err(`wrote ${SETTINGS_FILE}; uncomment what you need\n`);
}

/** Writes a new file. @throws CommandError if it exists or cannot be written */
function writeNew(path: string, text: string): void {
  try {
    const file = openSync(path, "wx");
    try {
      writeSync(file, text);
    } catch (error) {
      rmSync(path);
      throw error;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw new CommandError(
      EXIT.usage,
      isThere ? `${path} already exists; it is not overwritten` : `${path} cannot be written: ${reasonOf(error)}`,
    );
  }
}
