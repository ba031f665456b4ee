import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Checked, check, type System } from "../../../src/playground/playground.ts";
import { buildPlayground } from "../../playground/systems.ts";
import { EVERY_HAZARD } from "../../report/hazards.ts";
import { describeReal, programs } from "../describeReal.ts";
import { openPage, startChromium, violations } from "./browser.ts";

const KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nbm9uZQ==\n-----END OPENSSH PRIVATE KEY-----";
const SECRET = "correct-horse-battery";

/** User-data whose lint hashes, decompresses, compares, and reads certificates and keys. */
const SAMPLES: readonly string[] = [
  "#cloud-config\nhostname: web\nssh_pwauth: yes\npackages: nginx\nbootcmd: echo a\n",
  `#cloud-config\npassword: ${SECRET}\nusers:\n  - default\n  - name: web\n    passwd: $6$salt$${"a".repeat(86)}\n`,
  `#cloud-config\nwrite_files:\n${["text", "ä".repeat(9000)]
    .map((text) => `  - {path: /etc/motd, encoding: gz+b64, content: ${gzipSync(text).toString("base64")}}\n`)
    .join("")}  - {path: /etc/issue, encoding: gz+b64, content: bm9uZQ==}\n`,
  "#cloud-config\nca_certs:\n  trusted:\n    - |\n      -----BEGIN CERTIFICATE-----\n      bm9uZQ==\n      -----END CERTIFICATE-----\n",
  `#cloud-config\nssh_keys:\n  rsa_private: ${JSON.stringify(KEY)}\nntp: {servers: [a.example]}\nmanage_etc_hosts: true\n`,
  "## template: jinja\n#cloud-config\nfqdn: {{ v1.instance_id }}.example\ntimezone: Europe/Berlin\n",
  'Content-Type: multipart/mixed; boundary="x"\nMIME-Version: 1.0\n\n--x\nContent-Type: text/cloud-config\n\nlocale: de_DE.UTF-8\n--x\nContent-Type: text/x-shellscript\n\n#!/bin/sh\necho a\n--x--\n',
  "#!/bin/sh\necho a > /etc/motd\n",
];

describeReal("the playground in Chromium", programs("chromium"), () => {
  let folder: string;
  let file: string;
  let browser: Browser;
  let systems: Record<string, System>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cloud-init-lint-playground-"));
    file = join(folder, "index.html");
    await buildPlayground(folder);
    systems = JSON.parse(/id="systems">(.*)<\/script>/.exec(readFileSync(file, "utf8"))![1]!);
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const state = (page: Page) => page.locator("#state");
  const choose = (page: Page, name: string, value: string) => page.locator(`#given [name=${name}]`).selectOption(value);
  const seen = async (page: Page) =>
    (await page.locator("#tiles").innerText()) + (await page.locator("main").innerText());

  test.each([
    ["light", 1200],
    ["dark", 1200],
    ["light", 375],
  ] as const)("is accessible, fits and loads nothing (%s, %i pixels)", async (scheme, width) => {
    const { page, faults } = await openPage(browser, file, { scheme, width });
    for (const system of ["", "debian-12", "rocky-9"]) {
      await choose(page, "system", system);
      await expect.poll(() => page.locator("#config").count()).toBe(system === "" ? 0 : 1);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test("shows what is typed: findings, then the configuration and the first boot of a distribution", async () => {
    const { page, faults } = await openPage(browser, file);
    await state(page).filter({ hasText: "4 errors" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("#cloud-config\nhostname: typed\n");
    await state(page).filter({ hasText: "nothing to report" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.type("Ubuntu 24.04");
    await page.locator("#config").waitFor();
    expect(await page.locator(".merged").innerText()).toMatch(/^hostname: typed {2}# user-data:2$/m);
    expect(await page.locator("#boot").innerText()).toContain("/etc/hostname");
    await page.getByRole("link", { name: "First boot" }).click();
    await expect.poll(async () => (await page.locator("#boot").boundingBox())?.y).toBeLessThan(200);
    await choose(page, "system", "");
    await expect.poll(() => page.locator("#boot, #config").count()).toBe(0);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test("has the results that Node has, for every distribution, without one, and for another version", async () => {
    const { page, faults } = await openPage(browser, file);
    const choices = [...Object.keys(systems).map((name) => [name, ""]), ["", ""], ["", "20.4"], ["debian-12", "25.1"]];
    expect(choices.length).toBeGreaterThan(20);
    for (const [name = "", version = ""] of choices) {
      const own: Checked[] = await page.evaluate(
        `(${JSON.stringify(SAMPLES)}).map((text) => playground.check(text, JSON.parse(systems.textContent)[${JSON.stringify(name)}], "${version}"))`,
      );
      for (const [index, text] of SAMPLES.entries())
        expect(own[index], `${name} ${text}`).toEqual(check(text, systems[name], version));
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test("hides secrets, and its policy forbids to send them", async () => {
    const { page, faults } = await openPage(browser, file);
    await choose(page, "system", "debian-12");
    await page.locator("#given [name=text]").fill(`#cloud-config\npassword: ${SECRET}\nchpasswd: {expire: false}\n`);
    await page.locator(".merged", { hasText: "<<hidden:password>>" }).waitFor();
    expect(await seen(page)).not.toContain(SECRET);
    expect(await page.evaluate("document.querySelector('main').innerHTML")).not.toContain(SECRET);
    expect(faults).toEqual([]);
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const sent = await page.evaluate(`Promise.allSettled([
      fetch("${url}"),
      new Promise((_, fail) => { const image = new Image(); image.onerror = fail; image.src = "${url}"; }),
    ]).then((all) => all.map(({ status }) => status))`);
    server.close();
    expect([sent, asked]).toEqual([["rejected", "rejected"], 0]);
    expect(faults.join("\n")).toMatch(/Content Security Policy/);
    await page.context().close();
  });

  test("runs nothing of what is pasted, and says what is too large", async () => {
    const { page, faults } = await openPage(browser, file);
    const marks = `</script></style><img src=x onerror=alert(1)>"'><!--${EVERY_HAZARD.replaceAll("\0", "")}`;
    await page
      .locator("#given [name=text]")
      .fill(`#cloud-config\n${JSON.stringify(marks)}: 1\nhostname: ${JSON.stringify(marks)}\n`);
    await state(page).filter({ hasText: /error/ }).waitFor();
    await choose(page, "system", "debian-12");
    await page.locator("#config").waitFor();
    expect(await page.locator("main img, main script").count()).toBe(0);
    await page.locator("#given [name=text]").fill("#".repeat(1_000_001));
    await state(page).filter({ hasText: "the user-data has more than 1 MB; clouds take 16 to 64 KB" }).waitFor();
    expect(await seen(page)).not.toContain("Findings");
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test("says what it needs without JavaScript", async () => {
    const { page } = await openPage(browser, file, { script: false });
    await page.getByText("The lint runs in the browser and needs JavaScript.").waitFor();
    await page.context().close();
  });
});
