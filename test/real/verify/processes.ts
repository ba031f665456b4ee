import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** The processes that have an environment variable, by number. */
export function processesWith(marker: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").includes(marker);
    } catch {
      return false;
    }
  });
}

/** Waits until something is so, for six seconds at most. */
export async function until(isDone: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300 && !isDone(); tries++) await sleep(20);
}
