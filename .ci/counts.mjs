// How many tests of a run of vitest passed and how many failed, of the file that its reporter "json" wrote. A file of
// tests that could not be read is a failure, and so is a run without tests, or one that failed in no test.
import { readFileSync } from "node:fs";

const run = JSON.parse(readFileSync(process.argv[2], "utf8"));
const unread = run.testResults.filter(
  ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
);
const failed = run.numFailedTests + unread.length;
console.log(run.numPassedTests, failed > 0 || (run.success && run.numPassedTests > 0) ? failed : 1);
