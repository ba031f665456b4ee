import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";

/** Runs the command line in this process. */
export function run(...args: string[]) {
  return runWith({}, ...args);
}

/** The same with another terminal, environment or program. */
export async function runWith(
  io: Partial<Io>,
  ...args: string[]
): Promise<{ status: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const status = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    terminal: false,
    columns: 100,
    env: {},
    ...io,
  });
  return { status, out, err };
}
