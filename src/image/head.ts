import { onceAFile } from "./onceAFile.ts";

/** How far down a header may stand, in lines: Debian's /etc/hosts has its own after some others. */
const HEADER_LINES = 12;

/** The first lines of a file, where those who write files name themselves; "" where it is missing. */
export const headOf = onceAFile((text) => text.split("\n", HEADER_LINES).join("\n"), 2048);
