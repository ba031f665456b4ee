import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { htmlReport, planHtml } from "../../src/report/html/page.ts";
import type { ImageReport } from "../../src/report/imageReport.ts";
import { run } from "../cli/run.ts";
import { EVERY_HAZARD } from "./hazards.ts";
import { type PageElement, pageElements } from "./pageElements.ts";
import { faults } from "./pageFaults.ts";
import { bootResult, hostileBoot } from "./planSample.ts";
import { FINDINGS, finding, RULES, result, TEXTS } from "./samples.ts";

const image = result({
  findings: [
    ...FINDINGS,
    finding({
      rule: "of-a-change",
      losses: [{ path: "/etc/hosts", line: 2, setting: "db", before: "10.0.0.5", after: null }],
      cause: { path: "/etc/cloud/cloud.cfg", line: 4, column: 4 },
      module: "update_etc_hosts",
    }),
  ],
  texts: TEXTS,
  booted: bootResult(),
});
const INFO = { minSeverity: "info" } as const;
const page = htmlReport([image], INFO);

const hasClass = (name: string) => (element: PageElement) => (element.attributes.class ?? "").split(" ").includes(name);
const isIn = (outer: PageElement) => (element: PageElement) => element.ancestors.includes(outer);

describe("a page of one image", () => {
  const elements = pageElements(page);
  const byId = new Map(elements.map((element) => [element.attributes.id, element]));
  const linksIn = (outer: PageElement) =>
    elements.filter((one) => one.name === "a" && isIn(outer)(one)).map(({ attributes }) => attributes.href!.slice(1));
  const findings = elements.filter(hasClass("finding"));

  test("is complete in itself, and its policy permits only its own script and style", () => {
    expect(faults(page)).toEqual([]);
    const policy = elements.find(({ attributes }) => attributes["http-equiv"] === "Content-Security-Policy");
    const hash = (name: string) => {
      const own = elements.filter((element) => element.name === name);
      expect(own).toHaveLength(1);
      return `'sha256-${createHash("sha256").update(own[0]!.text).digest("base64")}'`;
    };
    expect(page).toContain("@media print");
    expect(policy?.attributes.content).toBe(
      `default-src 'none'; style-src ${hash("style")}; script-src ${hash("script")}; base-uri 'none'; form-action 'none'`,
    );
  });

  test("shows the findings, from the worst, with cause, losses, evidence and fix", () => {
    expect(findings.map(({ attributes }) => attributes["data-severity"])).toEqual([
      "error",
      "error",
      "error",
      "warning",
      "warning",
      "info",
    ]);
    const [first] = findings;
    expect(first?.text).toContain("PasswordAuthentication becomes yes");
    expect(first?.text).toMatch(/Cause\s+\/etc\/cloud\/cloud.cfg.d\/20-team.cfg:2\s+1# The team's.*2ssh_pwauth: true/s);
    expect(first?.text).toMatch(/Affected\s+PasswordAuthenticationnoyes\/etc\/ssh\/sshd_config:4/);
    expect(first?.text).toContain("Evidence /etc/ssh/sshd_config differs");
    expect(first?.text).toMatch(/Fix add \/etc\/cloud\/cloud.cfg.d\/99-keep.cfg\s+\+# Keeps.*\+ssh_pwauth: false/s);
    const offered = (name: string) =>
      elements.filter(({ name: own, ancestors }) => own === "option" && ancestors.at(-1)?.attributes.name === name);
    expect(offered("rule").map(({ text }) => text)).toEqual(
      ["all", ...new Set(FINDINGS.map(({ rule }) => rule)), "of-a-change"].sort(),
    );
    expect(offered("file").map(({ text }) => text)).toContain("/etc/ssh/sshd_config");
  });

  test("leads from an overridden setting to the change that overrides it, and back", () => {
    const overriding = finding({ cause: { path: "/etc/cloud/cloud.cfg", line: 1, column: 4 }, module: "network" });
    const report = htmlReport([result({ findings: [overriding], texts: TEXTS, booted: bootResult() })], INFO);
    const all = pageElements(report);
    const [one] = all.filter(hasClass("finding"));
    const [made] = all.filter(hasClass("change")).filter(({ text }) => text.includes("/etc/new/made.conf"));
    const targets = (outer: PageElement) => all.filter(isIn(outer)).map(({ attributes }) => attributes.href);
    expect(one?.text).toMatch(/Changed at boot .*\/etc\/new\/made.conf/);
    expect(targets(one!)).toContain(`#${made!.attributes.id}`);
    expect(targets(made!)).toContain("#f1");
  });

  test("says what to do: the fix command, and where there is no fix the rule's advice", () => {
    const rule = { ...RULES[0]!, id: "no-remedy", advice: "Remove x <here>." };
    const text = htmlReport([result({ findings: [finding(), finding({ rule: "no-remedy", fix: null })] })], {
      ...INFO,
      rules: [rule],
    });
    expect(text).toContain("<code>cloud-init-lint fix &lt;image&gt;</code>");
    expect(text).toContain("Remove x &lt;here&gt;.");
    expect(htmlReport([result({ findings: [finding({ fix: null })] })], INFO)).not.toContain("puts the fixes");
  });

  test("shows every module with its stage, status, frequency and reason, and every change as a diff", () => {
    const stages = elements.filter(hasClass("stage"));
    expect(stages.map(({ text }) => /^\S+?(?= )/.exec(text)?.[0])).toEqual(["init-local", "init", "config"]);
    const text = byId.get("boot")?.text.replace(/\s+/g, " ") ?? "";
    for (const said of [
      "Files: 4 created, 4 modified, 1 deleted; 1 may change; 1 module not simulated",
      "ran network 4 changes · once-per-instance the network is configured with netplan before any module",
      "failed ssh 2 changes · 1 command · once-per-instance no such key type",
      "not simulated growpart once-per-instance its effects are unknown",
      "snap once-per-instance it does not support debian",
      "created /etc/new/made.conf mode 0600, owner 0:42 because of /etc/cloud/cloud.cfg:1 +one+ two",
      "deleted /etc/ssh/ssh_host_dsa_key",
      "may change /etc/script.conf runcmd names it",
      "changes /etc/hosts, which update_etc_hosts changes again",
      "runs systemctl restart ssh",
    ])
      expect(text).toContain(said);
    const hosts = elements.filter(hasClass("change")).find(({ text }) => text.includes("/etc/hosts"));
    const parts = elements.filter(({ name }) => name === "ins" || name === "del").filter(isIn(hosts!));
    expect(parts.map(({ text }) => text)).toEqual(["-10.0.0.5 db", "+127.0.1.1 (unknown: the host name)"]);
  });

  test("links findings, changes and lines of files both ways", () => {
    let [causes, changes] = [0, 0];
    for (const one of findings) {
      const { id = "" } = one.attributes;
      const to = linksIn(one).map((target) => byId.get(target)!);
      for (const place of to.filter((target) => hasClass("place")(target) || hasClass("source")(target))) {
        expect(linksIn(place)).toContain(id);
        causes++;
      }
      for (const change of to.filter(hasClass("change"))) {
        expect(linksIn(change)).toContain(id);
        changes++;
      }
    }
    expect(causes).toBeGreaterThanOrEqual(findings.length);
    expect(changes).toBeGreaterThan(0);
    for (const change of elements.filter(hasClass("change"))) {
      const places = linksIn(change)
        .map((target) => byId.get(target)!)
        .filter(hasClass("place"));
      expect(places.length).toBeGreaterThan(0);
      for (const place of places) expect(linksIn(place)).toContain(change.attributes.id);
    }
  });

  test("leaves out findings below the lowest severity and counts them", () => {
    const text = htmlReport([image], { minSeverity: "error" });
    expect(pageElements(text).filter(hasClass("finding"))).toHaveLength(3);
    expect(text).toContain("2 warnings, 1 note hidden");
  });
});

test("a hostile text in every field is shown as text", () => {
  const marks = `</script></style></pre><img src=x onerror=alert(1)>"'><!--${EVERY_HAZARD}`;
  const loss = { path: `/${marks}`, line: 1, setting: marks, before: marks, after: marks };
  const hostile = finding({
    rule: marks,
    message: marks,
    service: marks,
    module: marks,
    losses: [loss, { ...loss, path: "/etc/x", line: null, setting: null }],
    cause: { path: `/${marks}`, line: 1, column: 1 },
    evidence: marks,
    fix: { path: `/${marks}`, content: marks },
  });
  const source = result({
    image: { source: marks, distro: { id: marks, version: marks }, datasource: marks },
    findings: [hostile, hostile],
    ignored: [{ ...hostile, ignored: { by: "comment", path: marks, line: 1, reason: marks } }],
    texts: { [`/${marks}`]: { before: marks, after: "" } },
    booted: hostileBoot(marks),
  });
  const report = { ...source, caveats: [marks], unread: [{ path: marks, reason: marks }] };
  for (const text of [htmlReport([report], INFO), htmlReport([report, { ...report }], INFO), planHtml(report)]) {
    expect(faults(text)).toEqual([]);
    expect(pageElements(text).filter(({ name }) => name === "img" || name === "script")).toHaveLength(1);
    expect(text).not.toMatch(/^INJECTED/m);
  }
});

describe("a page of several images", () => {
  const other: ImageReport = {
    ...image,
    image: { ...image.image, source: "other" },
    findings: image.findings.slice(0, 2),
  };
  const text = htmlReport([image, other], INFO);
  const elements = pageElements(text);

  test("shows a shared finding once, with the images, and a first boot for each", () => {
    expect(faults(text)).toEqual([]);
    expect(elements.filter(hasClass("finding"))).toHaveLength(6);
    const chips = elements.filter(hasClass("chips")).map(({ text }) => text);
    expect(chips.slice(0, 3)).toEqual(["build/rootfsother", "build/rootfsother", "build/rootfs"]);
    expect(elements.filter(hasClass("image")).map(({ attributes }) => attributes.id)).toEqual(["i1", "i2"]);
    expect(elements.filter(({ attributes }) => attributes.id === "chooser")).toEqual([]);
    expect(htmlReport([image, other, image, other], INFO)).toContain('id="chooser"');
  });

  test("has no first boots if none is known, as in reports that were merged", () => {
    const merged = htmlReport(
      [image, other].map((one) => ({ ...one, plan: null, files: {} })),
      INFO,
    );
    expect(faults(merged)).toEqual([]);
    expect(merged).not.toContain("First boot");
    expect(pageElements(merged).filter(hasClass("finding"))).toHaveLength(6);
  });
});

test("the command line writes the page of a lint and of a plan", async () => {
  const { out, status } = await run("lint", "fixtures/debian-12-hardened", "-f", "html");
  expect(status).toBe(1);
  expect(faults(out)).toEqual([]);
  expect(pageElements(out).filter(hasClass("finding"))).toHaveLength(4);
  const plan = await run("plan", "fixtures/debian-12-hardened", "-f", "html");
  expect(plan.status).toBe(0);
  expect(faults(plan.out)).toEqual([]);
  expect(plan.out).not.toContain('id="findings"');
  expect(pageElements(plan.out).filter(hasClass("change"))).toHaveLength(
    pageElements(out).filter(hasClass("change")).length,
  );
});

test("an image without findings, and a file on its own", () => {
  expect(htmlReport([result({})], INFO)).toContain("Nothing to report.");
  const file = result({ image: { source: "user-data", isFile: true }, findings: [finding()] });
  expect(faults(htmlReport([file], INFO))).toEqual([]);
  expect(htmlReport([], INFO)).toContain("0 images");
});

test("of thousands of changes each has few elements, and a long diff is cut", () => {
  const [module] = image.plan!.modules;
  const change = image.plan!.modules.flatMap(({ changes }) => changes)[0]!;
  const many = Array.from({ length: 2000 }, (_, i) => ({ ...change, path: `/etc/${i}`, diff: ["+a", "+b"] }));
  const long = { ...change, path: "/etc/long", diff: Array.from({ length: 5000 }, (_, i) => `+${i}`) };
  const plan = { modules: [{ ...module!, changes: [...many, long] }], notes: [], library: [] };
  const text = planHtml({ ...image, findings: [], plan });
  expect(text).toContain("4,600 more lines");
  expect(text.match(/<[a-z]/g)?.length).toBeLessThan(25 * 2000);
  expect(text).toMatch(/<details><summary class="head">/);
});
