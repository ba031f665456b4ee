import { main } from "../../src/cli/main.ts";

/** Runs the command line in this process. */
export async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
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
  });
  return { status, out, err };
}
