import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { htmlReport, planHtml } from "../../../src/report/html/page.ts";
import { run } from "../../cli/run.ts";
import { EVERY_HAZARD } from "../../report/hazards.ts";
import { bootResult } from "../../report/planSample.ts";
import { finding, result } from "../../report/samples.ts";
import { describeReal, programs } from "../describeReal.ts";
import { openPage, startChromium, violations } from "./browser.ts";

const MARKS = `</script></style><img src=x onerror=alert(1)>"'><!--${EVERY_HAZARD.replaceAll("\0", "")}`;

describeReal("a page in Chromium", programs("chromium"), () => {
  let folder: string;
  let browser: Browser;
  let report: string;
  let plan: string;
  let several: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cloud-init-lint-html-"));
    [report = "", plan = "", several = ""] = ["report", "plan", "several"].map((name) => join(folder, `${name}.html`));
    const hardened = "fixtures/debian-12-hardened";
    expect((await run("lint", hardened, "-f", `html=${report}`)).status).toBe(1);
    expect((await run("plan", hardened, "-f", `html=${plan}`)).status).toBe(0);
    const copy = join(folder, "copy");
    cpSync(hardened, copy, { recursive: true });
    const others = ["fixtures/debian-12", "fixtures/ubuntu-24.04", copy];
    await run("lint", hardened, ...others, "-f", `html=${several}`);
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const shown = (page: Page, selector: string) => page.locator(selector).filter({ visible: true }).count();
  const focused = (page: Page): Promise<string> =>
    page.evaluate("document.activeElement.getAttribute('name') ?? document.activeElement.getAttribute('href') ?? ''");
  const openAll = (page: Page) =>
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
  const width = (page: Page) => page.evaluate("document.documentElement.scrollWidth");
  /** Tab until an element of this name has the focus. */
  const tabTo = async (page: Page, name: string) => {
    for (let keys = 0; keys < 100 && (await focused(page)) !== name; keys++) await page.keyboard.press("Tab");
    expect(await focused(page)).toBe(name);
  };

  test.each(["light", "dark"] as const)("is accessible and loads nothing (%s)", async (scheme) => {
    for (const file of scheme === "light" ? [report, plan, several] : [report]) {
      const { page, faults } = await openPage(browser, file, { scheme });
      if (file === report) await openAll(page);
      expect(await violations(page)).toEqual([]);
      expect(faults).toEqual([]);
      await page.context().close();
    }
  });

  test("is light or dark as the system is", async () => {
    const colors: Record<string, unknown> = {};
    for (const scheme of ["light", "dark"] as const) {
      const { page } = await openPage(browser, report, { scheme });
      colors[scheme] = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      await page.context().close();
    }
    expect(colors).toEqual({ light: "rgb(255, 255, 255)", dark: "rgb(21, 24, 28)" });
  });

  test("is filtered with the keyboard alone", async () => {
    const { page, faults } = await openPage(browser, report);
    expect(await shown(page, ".finding")).toBe(4);
    await tabTo(page, "#main");
    await tabTo(page, "severity");
    await page.keyboard.press("Space");
    await page.locator("output", { hasText: "1 of 4 findings" }).waitFor();
    await page.keyboard.press("Space");
    // Else the next wait could end with the text of the filter before.
    await page.locator("#filter output", { hasText: /^$/ }).waitFor({ state: "attached" });
    await tabTo(page, "service");
    await page.keyboard.type("hosts");
    await page.locator("#filter output", { hasText: "1 of 4 findings" }).waitFor();
    expect(await page.locator(".finding").filter({ visible: true }).textContent()).toContain("hosts-file-replaced");
    await tabTo(page, "text");
    await page.keyboard.type("chrony");
    await page.locator("#filter output", { hasText: "0 of 4 findings" }).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await page.locator("#filter output", { hasText: /^$/ }).waitFor({ state: "attached" });
    await expect.poll(() => shown(page, ".finding")).toBe(4);
    expect(faults).toEqual([]);
    // Whatever has the focus shows it.
    const outlines = await page.evaluate(`[...document.querySelectorAll("a, summary, input, select, button")]
      .filter((element) => {
        element.focus({ focusVisible: true });
        return document.activeElement === element && getComputedStyle(element).outlineStyle === "none";
      })
      .map((element) => element.outerHTML)`);
    expect(outlines).toEqual([]);
    await page.context().close();
  });

  test("leads from a finding to the change and the line, and back, also where they are folded or filtered out", async () => {
    const { page } = await openPage(browser, report);
    const hosts = page.locator(".finding", { hasText: "hosts-file-replaced" });
    await page.locator("#boot").getByRole("button", { name: "Close all" }).click();
    await hosts.getByRole("link", { name: "/etc/hosts:5" }).click();
    const change = page.locator(".change:target");
    await change.locator("del", { hasText: "10.0.0.5 registry.internal" }).waitFor();
    await page.locator("#filter [name=service]").selectOption("sshd");
    await expect.poll(() => hosts.isVisible()).toBe(false);
    await change.getByRole("link", { name: "hosts-file-replaced" }).click();
    await page.locator(".finding:target", { hasText: "hosts-file-replaced" }).waitFor();
    await expect.poll(async () => (await hosts.boundingBox())?.y).toBeLessThan(200);
    await hosts.getByRole("link", { name: "20-team.cfg:3" }).click();
    const line = page.locator(".place:target", { hasText: "manage_etc_hosts: true" });
    await line.getByRole("link", { name: "/etc/hosts" }).click();
    await change.locator("del", { hasText: "10.0.0.5" }).waitFor();
    await page.context().close();
  });

  test("finds changes by their paths, and only those with findings", async () => {
    const { page } = await openPage(browser, report);
    await page.locator("#changes [name=path]").fill("CHRONY");
    await page.locator("#changes output", { hasText: /^2 of \d+ changes$/ }).waitFor();
    expect(await shown(page, ".module")).toBe(1);
    await page.locator("#changes [name=path]").fill("");
    await page.locator("#changes [name=found]").check();
    const paths = () => page.locator(".change .path").filter({ visible: true }).allTextContents();
    await expect
      .poll(paths)
      .toEqual(["/etc/hosts", "/etc/ssh/sshd_config.d/50-cloud-init.conf", "/etc/chrony/chrony.conf"]);
    await page.context().close();
  });

  test("shows the first boot of the chosen image", async () => {
    const { page } = await openPage(browser, several);
    expect(await page.locator(".image[open]").count()).toBe(1);
    await page.locator("#chooser [name=image]").selectOption("i3");
    expect(await page.locator(".image[open]").getAttribute("id")).toBe("i3");
    await page.locator(".chips a").last().click();
    await page.locator(".image[open]:target").waitFor();
    await page.context().close();
  });

  test.each([320, 375, 768])("fits a screen of %s pixels", async (pixels) => {
    for (const file of [report, plan, several]) {
      const { page } = await openPage(browser, file, { width: pixels });
      await openAll(page);
      expect(await width(page)).toBe(pixels);
      await page.context().close();
    }
  });

  test("prints everything, without controls and on white", async () => {
    const { page } = await openPage(browser, report, { scheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const closed = page.locator(".change:not([open]) .because").first();
    expect(await closed.isVisible()).toBe(true);
    expect(await page.locator(".skipped li").first().isVisible()).toBe(true);
    expect(await shown(page, "nav, form, .skip")).toBe(0);
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    await page.context().close();
  });

  test("can be read without its script", async () => {
    const { page, faults } = await openPage(browser, report, { script: false });
    expect(await shown(page, ".finding")).toBe(4);
    expect(await shown(page, "form")).toBe(0);
    await page.locator(".change summary").first().click();
    expect(await page.locator(".change .because").first().isVisible()).toBe(true);
    await page.locator(".finding").getByRole("link", { name: "20-team.cfg:3" }).click();
    expect(await page.locator(".place:target").isVisible()).toBe(true);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test("hostile names do nothing", async () => {
    const hostile = finding({
      message: MARKS,
      rule: MARKS,
      service: MARKS,
      cause: { path: `/${MARKS}`, line: 1, column: 1 },
    });
    const image = result({
      image: { source: MARKS },
      findings: [hostile, finding()],
      texts: { [`/${MARKS}`]: { before: MARKS } },
      booted: bootResult(),
    });
    const file = join(folder, "hostile.html");
    writeFileSync(file, htmlReport([image, { ...image }], { minSeverity: "info" }));
    const { page, faults } = await openPage(browser, file, { width: 320 });
    await page.locator("#filter [name=rule]").selectOption({ index: 1 });
    await page.locator("#filter output", { hasText: "1 of 2 findings" }).waitFor();
    expect(await page.locator(".finding").filter({ visible: true }).textContent()).toContain("<img src=x onerror");
    expect(await page.locator("img").count()).toBe(0);
    expect(await width(page)).toBe(320);
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    // The policy holds even where something would get into the page.
    const got = '<img src="x" onerror="alert(1)"><p style="color: red">x</p>';
    await page.evaluate(`document.body.insertAdjacentHTML("beforeend", ${JSON.stringify(got)})`);
    await expect
      .poll(() => faults.filter((fault) => fault.includes("Content Security Policy")).length)
      .toBeGreaterThan(1);
    expect(faults.filter((fault) => fault.startsWith("dialog"))).toEqual([]);
    await page.context().close();
  });

  test("stays usable with 10,000 changes", async () => {
    const image = result({ booted: bootResult() });
    const [module] = image.plan!.modules;
    const changes = Array.from({ length: 10_000 }, (_, index) => ({
      ...module!.changes[0]!,
      path: `/etc/app.d/${index}.conf`,
      diff: ["@@ -1,2 +1,2 @@", `-key = ${index}`, `+key = ${index + 1}`, " x"],
    }));
    const file = join(folder, "many.html");
    writeFileSync(file, planHtml({ ...image, plan: { modules: [{ ...module!, changes }], notes: [], library: [] } }));
    const { page, faults } = await openPage(browser, file);
    // Folded: only the module is seen.
    expect(await page.locator(".module").count()).toBe(1);
    expect(await page.locator(".change").first().isVisible()).toBe(false);
    expect(await page.evaluate("document.querySelectorAll('*').length")).toBeLessThan(250_000);
    await page.locator("#changes [name=path]").fill("/9999.conf");
    await page.locator("#changes output", { hasText: "1 of 10000 changes" }).waitFor();
    await page.locator(".change:not([hidden]) summary").click();
    expect(await page.locator(".change:not([hidden]) ins").allTextContents()).toEqual(["+key = 10000"]);
    await page.locator("#changes [name=path]").fill("");
    // A link to a change far down leads there.
    await page.evaluate("location.hash = 'i1-c9000'");
    await page.locator("#i1-c9000:target").waitFor();
    const top = async () => (await page.locator("#i1-c9000").boundingBox())?.y;
    await expect.poll(top).toBeGreaterThanOrEqual(0);
    await expect.poll(top).toBeLessThan(900);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
