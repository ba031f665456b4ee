import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeReal, programs } from "../describeReal.ts";
import { openPage, startChromium, violations } from "./browser.ts";

/** A page without the code of its scripts. */
const pageIn = (file: string) => readFileSync(file, "utf8").replace(/<script.*?<\/script>/gs, "");

const { buildSite }: { buildSite: (output: string) => Promise<void> } = await import(resolve("docs/site/build.mjs"));

describeReal("the site of the documentation", programs("chromium"), () => {
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cloud-init-lint-site-"));
    await buildSite(folder);
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("every link leads to a page, a heading and an image of the site, or to an address of https", () => {
    const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
    const texts = new Map(pages.map((name) => [join(folder, name), pageIn(join(folder, name))]));
    expect(pages.length).toBeGreaterThan(130);
    for (const [file, text] of texts)
      for (const [, link] of text.matchAll(/ (?:href|src)="([^"]+)"/g)) {
        if (link!.startsWith("https://")) continue;
        const [path, anchor] = link!.split("#");
        const target = path === "" ? file : join(dirname(file), path!);
        expect(existsSync(target), `${file}: ${link}`).toBe(true);
        if (anchor !== undefined) expect(texts.get(target), `${file}: ${link}`).toContain(` id="${anchor}"`);
      }
  });

  test.each(["light", "dark"] as const)(
    "is accessible, fits a phone and a desktop, and loads nothing else (%s)",
    async (scheme) => {
      for (const name of [
        "index",
        "docs/index",
        "docs/accuracy",
        "docs/clouds",
        "docs/rules/index",
        "docs/rules/swap-lost",
      ])
        for (const width of [390, 1280]) {
          const { page, faults } = await openPage(browser, join(folder, `${name}.html`), { scheme, width, folder });
          expect(await violations(page), `${name} at ${width}`).toEqual([]);
          expect(faults).toEqual([]);
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
          expect(await page.evaluate("[...document.images].every(({ naturalWidth }) => naturalWidth > 0)")).toBe(true);
          await page.context().close();
        }
    },
  );

  test("the page that is read is marked in the contents", async () => {
    const { page } = await openPage(browser, join(folder, "docs/fix.html"), { folder });
    expect(await page.locator(".contents [aria-current=page]").allTextContents()).toEqual(["Fix what a lint finds"]);
    await page.context().close();
  });
});
