import { gunzipSync } from "node:zlib";
import recorded from "./gitIndexes.json" with { type: "json" };

/** The files that the recorded indexes track, beside a link; the index `team` tracks only files/team.cfg. */
export const NAMES = ["a", "ab/c d", "ab/c.cfg", "ab/cd/é", `long/${"x".repeat(150)}/${"y".repeat(200)}`, "z:1"];

/** What git 2.39 wrote. */
export function gitIndex(name: keyof typeof recorded): Buffer {
  return gunzipSync(Buffer.from(recorded[name], "base64"));
}
