import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyHtml } from "../../../src/report/html/verify.ts";
import type { ReportedVerification } from "../../../src/report/reportedVerification.ts";
import { run } from "../../cli/run.ts";
import { EVERY_HAZARD } from "../../report/hazards.ts";
import { describeReal, programs } from "../describeReal.ts";
import { openPage, startChromium, violations } from "./browser.ts";

const SAVED = "test/verify/saved/reports/debian-11-own-sshd.tar.gz";
const MARKS = `</script></style><img src=x onerror=alert(1)>"'><!--${EVERY_HAZARD.replaceAll("\0", "")}`;

describeReal("the page of a verification in Chromium", programs("chromium"), () => {
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cloud-init-lint-html-"));
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(["light", "dark"] as const)("one that agrees is accessible and loads nothing (%s)", async (scheme) => {
    const file = join(folder, `${scheme}.html`);
    expect((await run("verify", SAVED, "-f", `html=${file}`)).status).toBe(0);
    const { page, faults } = await openPage(browser, file, { scheme });
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    expect(await page.locator(".clean").textContent()).toBe("The image's own cloud-init did what was predicted.");
    expect(await page.locator("#files li").count()).toBeGreaterThan(10);
    // Each link leads to a section that is there.
    for (const link of await page.locator("nav a").all()) {
      await link.click();
      expect(await page.locator("section:target").count()).toBe(1);
    }
    await page.context().close();
  });

  test("hostile names do nothing on a narrow page, and what differs is open", async () => {
    const { out } = await run("verify", SAVED, "-f", "json");
    const saved = JSON.parse(out) as ReportedVerification;
    const hostile: ReportedVerification = {
      ...saved,
      image: { ...saved.image, source: MARKS },
      agrees: false,
      stages: [{ command: MARKS, status: 1 }],
      changes: [
        {
          path: `/${MARKS}`,
          outcome: "different",
          predicted: "created",
          real: "modified",
          modules: [MARKS],
          causes: [{ path: MARKS, line: 1, column: 1 }],
          differences: [
            { what: "content", diff: ["@@ -1,1 +1,1 @@", `-${MARKS}`, `+${"x".repeat(300)}`] },
            { what: "mode", predicted: "0600", real: "0644" },
          ],
        },
        ...saved.changes,
      ],
      modules: [{ ...saved.modules[0]!, name: MARKS, outcome: "different", real: "failed", error: MARKS }],
      findings: saved.findings.map((finding) => ({ ...finding, message: MARKS, verdict: "contradicted" })),
      commands: [MARKS],
    };
    const file = join(folder, "hostile.html");
    writeFileSync(file, verifyHtml(hostile));
    const { page, faults } = await openPage(browser, file, { width: 320 });
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator(".change .diff").first().isVisible()).toBe(true);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
