// How long the tests of each folder took, of the file that vitest's reporter "json" wrote: seconds of all its files in
// sum, of which two run at a time. CONTRIBUTING.md has the table.
import { readFileSync } from "node:fs";
import { dirname, relative } from "node:path";

const folders = new Map();
for (const { name, startTime, endTime, assertionResults } of JSON.parse(readFileSync(process.argv[2], "utf8"))
  .testResults) {
  const [test, first, second] = dirname(relative(process.cwd(), name)).split("/");
  const folder = [test, ...(first === "real" ? [first, second] : ["... (larger samples)"])].filter(Boolean).join("/");
  const { tests = 0, seconds = 0 } = folders.get(folder) ?? {};
  folders.set(folder, { tests: tests + assertionResults.length, seconds: seconds + (endTime - startTime) / 1000 });
}
for (const [folder, { tests, seconds }] of [...folders].sort())
  console.log(`${String(Math.ceil(seconds)).padStart(6)} s ${String(tests).padStart(6)} tests  ${folder}`);
