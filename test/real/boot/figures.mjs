/** Prints the README's table of how the plans fit the real boots, from the verdicts that the first-boot tests keep. */
import { readFileSync } from "node:fs";

const verdicts = JSON.parse(readFileSync(new URL("verdicts.json", import.meta.url), "utf8"));
const names = { bullseye: "Debian 11", bookworm: "Debian 12", trixie: "Debian 13", sid: "Debian sid" };

console.log(`| image | files changed by the real boots and in the plan | changes certain in the plan that happened | known contents equal to the byte |
|---|---|---|---|`);
let count = 0;
let unknowns = 0;
let images = 0;
let findings = 0;
for (const [suite, { cloudInit, boots, fixes = {} }] of Object.entries(verdicts)) {
  const sums = [0, 0, 0, 0, 0, 0, 0];
  for (const verdict of Object.values(boots)) for (const [place, number] of verdict.entries()) sums[place] += number;
  const [real, known, planned, happened, contents, equal, unknown] = sums;
  count += Object.keys(boots).length;
  unknowns += unknown;
  images += Object.values(fixes).filter((fixed) => fixed > 0).length;
  for (const fixed of Object.values(fixes)) findings += fixed;
  const cells = [`${known} of ${real}`, `${happened} of ${planned}`, `${equal} of ${contents}`];
  console.log(`| ${names[suite]}, cloud-init ${cloudInit} | ${cells.join(" | ")} |`);
}
console.log(`\n(${count} boots; contents that nobody can know: ${unknowns} files.)`);
console.log(`(${images} images were booted again with their safe fixes in place, which fix ${findings} findings.)`);
