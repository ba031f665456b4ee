import { resolve } from "node:path";
import type { System } from "../../src/playground/playground.ts";

/** The builder of the playground is of JavaScript, as the other tools of releases are. */
interface Builder {
  buildPlayground(directory: string): Promise<void>;
  filesIn(root: string): System["files"];
}
const builder: Builder = await import(resolve("docs/site/playground.mjs"));

export const { buildPlayground } = builder;

/** The files of a stock image of fixtures/, as the page stores them. */
export const filesIn = (name: string) => builder.filesIn(`fixtures/${name}`);
