// Makes the screenshots of the HTML report in the README: npm run screenshots. Needs Debian's chromium.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const IMAGE = "fixtures/debian-12-hardened";
const SHOTS = [
  { file: "docs/report-light.png", scheme: "light", top: "body" },
  { file: "docs/report-dark.png", scheme: "dark", top: ".module:has-text('update_hostname')" },
];

process.chdir(join(import.meta.dirname, ".."));
const folder = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
const report = join(folder, "report.html");
execFileSync(process.execPath, ["dist/cloud-init-lint.cjs", IMAGE, "-f", `html=${report}`, "--exit-zero"]);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const { file, scheme, top } of SHOTS) {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 }, colorScheme: scheme });
  await page.goto(`file://${report}`);
  await page
    .locator(top)
    .first()
    .evaluate((element) => element.scrollIntoView());
  await page.screenshot({ path: file });
}
await browser.close();
rmSync(folder, { recursive: true });
