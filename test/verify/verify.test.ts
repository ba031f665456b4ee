/** The comparison and its reports, with a prediction of ours and a real boot that is made up. */
import { expect, test } from "vitest";
import { boot } from "../../src/boot/boot.ts";
import { detectDistro } from "../../src/distro/detect.ts";
import { openDirectory } from "../../src/image/directory.ts";
import { lintBooted } from "../../src/lint/lint.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import { html } from "../../src/report/html/html.ts";
import { verifyHtml } from "../../src/report/html/verify.ts";
import { reportedVerification } from "../../src/report/reportedVerification.ts";
import { verifyJson } from "../../src/report/verifyJson.ts";
import { verifyMarkdown } from "../../src/report/verifyMarkdown.ts";
import { verifyText } from "../../src/report/verifyText.ts";
import { displayWidth } from "../../src/report/width.ts";
import type { RealBoot } from "../../src/verify/realBoot.ts";
import type { RealChange } from "../../src/verify/realChanges.ts";
import { verify } from "../../src/verify/verify.ts";
import { faults } from "../report/pageFaults.ts";
import { schemaErrors } from "../report/schemas.ts";

const image = openDirectory("fixtures/debian-12-hardened");
const distro = detectDistro(image);
const booted = boot(image, { distro });
const result = lintBooted(image, booted, { distro, rules: catalogue });

/** What really happens if all of the plan does. */
const asPlanned: readonly RealChange[] = booted.changes.flatMap(({ path, op, certainty, after }) => {
  if (certainty === "possible") return [];
  const { kind = "file", uid = 0, gid = 0 } = after ?? {};
  const content =
    after?.kind === "symlink" ? Buffer.from(after.target) : after?.kind === "file" ? after.content : undefined;
  const mode = after !== undefined && "mode" in after ? after.mode : 0o777;
  return [{ path, op, kind, mode, uid, gid, sameContent: false, content }];
});

/** A log in which every module that is called runs. */
const log = booted.modules
  .filter(({ status, stage }) => status !== "skipped" && stage !== "init-local")
  .map(({ name, stage, status }) => {
    const events = { init: "init-network", config: "modules-config", final: "modules-final", "init-local": "" }[stage];
    return `finish: ${events}/config-${name}: ${status === "failed" ? "FAIL" : "SUCCESS"}: config-${name} ran\n`;
  })
  .join("");

function real(changes: readonly RealChange[], given: Partial<RealBoot> = {}): RealBoot {
  return { stages: { init: 0 }, changes, log, result: "", commands: [], milliseconds: 1, ...given };
}

const verified = (changes: readonly RealChange[], given?: Partial<RealBoot>) =>
  reportedVerification(verify(result, booted, real(changes, given)));

const change = (path: string, given: Partial<RealChange> = {}): RealChange => ({
  path,
  op: "created",
  kind: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  sameContent: false,
  content: Buffer.from("x\n"),
  ...given,
});

test("a boot that does what is predicted agrees", () => {
  const reported = verified(asPlanned);
  expect(reported.changes.length).toBeGreaterThan(5);
  expect(reported.changes.filter(({ outcome }) => outcome !== "predicted")).toEqual([]);
  expect(reported.modules.filter(({ outcome }) => outcome !== "predicted")).toEqual([]);
  expect(reported.findings).toContainEqual(
    expect.objectContaining({ rule: "sshd-setting-overwritten", verdict: "confirmed" }),
  );
  expect(reported.agrees).toBe(true);
  expect(schemaErrors("verify", verifyJson(reported))).toEqual([]);
});

test.each([
  ["a state of cloud-init, a log, a cache", [change("/var/lib/cloud/x"), change("/var/log/x"), change("/var/cache/x")]],
  ["another mode alone", [change("/etc/motd", { op: "modified", sameContent: true })]],
  ["a directory", [change("/srv/new", { kind: "directory", content: undefined })]],
])("%s contradicts nothing", (_, more) => {
  expect(verified([...asPlanned, ...more]).agrees).toBe(true);
});

test("what contradicts the prediction is reported by kind", () => {
  const path = "/etc/ssh/sshd_config.d/50-cloud-init.conf";
  const [gone, ...rest] = asPlanned.filter(
    (one) => one.path !== path && one.kind === "file" && one.content !== undefined,
  );
  const others = asPlanned.filter((one) => one.kind !== "file" || one.content === undefined);
  const other = change(path, { content: Buffer.from("PasswordAuthentication no\n"), mode: 0o640, uid: 7 });
  const failed = log.replace(/SUCCESS: config-set_passwords.*/, "FAIL: set_passwords");
  const reported = verified([...others, ...rest, other, change("/etc/surprise")], {
    log: failed,
    result: JSON.stringify({ v1: { errors: ["('set-passwords', ValueError('why'))"] } }),
  });
  const outcomeOf = (name: string) => reported.changes.find((one) => one.path === name);
  expect(outcomeOf(gone!.path)?.outcome).toBe("did not happen");
  expect(outcomeOf("/etc/surprise")?.outcome).toBe("not predicted");
  expect(outcomeOf(path)?.differences).toEqual([
    { what: "content", diff: expect.arrayContaining(["-PasswordAuthentication yes", "+PasswordAuthentication no"]) },
    { what: "mode", predicted: "0600", real: "0640" },
    { what: "owner", predicted: "0:0", real: "7:0" },
  ]);
  expect(reported.modules).toContainEqual(
    expect.objectContaining({
      name: "set_passwords",
      real: "failed",
      outcome: "different",
      error: "('set-passwords', ValueError('why'))",
    }),
  );
  expect(reported.findings).toContainEqual(
    expect.objectContaining({ rule: "sshd-setting-overwritten", verdict: "contradicted" }),
  );
  expect(reported.agrees).toBe(false);
  expect(schemaErrors("verify", verifyJson(reported))).toEqual([]);
});

test("a failure for want of a network is the sandbox's", () => {
  const reported = verified(asPlanned, {
    log: log.replace(/SUCCESS: config-apt_configure.*/, "FAIL: apt"),
    result: JSON.stringify({ v1: { errors: ["('apt-configure', ProcessExecutionError(\"['apt-get', 'update']\"))"] } }),
  });
  expect(reported.modules).toContainEqual(
    expect.objectContaining({ name: "apt_configure", outcome: "sandbox", error: "the sandbox has no network" }),
  );
  expect(reported.agrees).toBe(true);
});

test("the text fits 80 columns, is cut with a count, and shows no secret and no control character", () => {
  const secret = "$6$saltsalt$ge.WS1Cga8b9Gm4Tly0ENvHyKwoGgbbNa5MLRHZff7adAB7HU1WmA2n2j1WG2yamy8eXON92.giMa8AvsSsUl.";
  const many = Array.from({ length: 30 }, (_, index) => change(`/etc/surprise-${index}\u001b[31m`));
  const other = change("/etc/ssh/sshd_config.d/50-cloud-init.conf", {
    content: Buffer.from(`${secret}\n\u001b]0;x\u0007\n`),
  });
  const rest = asPlanned.filter(({ path }) => path !== other.path);
  const reported = verified([...rest, ...many, other], { commands: [`usermod -p ${secret} root`] });
  const text = verifyText(reported, { color: false, width: 80 });
  expect(text).toContain("… 10 more");
  expect(`${text}${verifyJson(reported)}`).not.toContain("ge.WS1Cga8b9");
  expect(text).toContain("<<hidden:hash>>");
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  for (const line of text.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
});

test("Markdown shows the same, and nothing in it is more than text", () => {
  const path = "/etc/ssh/sshd_config.d/50-cloud-init.conf";
  const other = change(path, { content: Buffer.from("```\n@everyone <img src=x>\n") });
  const rest = asPlanned.filter((one) => one.path !== path);
  const text = verifyMarkdown(verified([...rest, other, change("/etc/@everyone/[a](b)<img>")]));
  expect(text).toContain("- The image's own cloud-init did not do what was predicted.");
  expect(text).toContain("### Not predicted\n\n- `/etc/@everyone/[a](b)<img>`: created\n");
  // The sign before each line keeps it from ending the block.
  expect(text).toMatch(/^ {4}```diff\n(?: {4}[-+@].*\n)+ {4}\+```\n {4}\+@everyone <img src=x>\n {4}```$/m);
  expect(text).toContain("- mode: predicted 0600, really 0644");
});

test("HTML shows the same, with a badge for each outcome, and nothing in it is more than text", () => {
  const path = "/etc/ssh/sshd_config.d/50-cloud-init.conf";
  const other = change(path, { content: Buffer.from("<img src=x onerror=alert(1)>\n") });
  const rest = asPlanned.filter((one) => one.path !== path);
  const reported = verified([...rest, other, change("/etc/<b>surprise</b>")]);
  const page = verifyHtml(reported);
  expect(faults(page)).toEqual([]);
  expect(page).not.toMatch(/<img|<b>surprise/);
  expect(page).toContain('<p class="notes">The image&#39;s own cloud-init did not do what was predicted.</p>');
  expect(page).toContain('<span class="badge error">not predicted</span>');
  expect(page).toContain("<ins>+&lt;img src=x onerror=alert(1)&gt;</ins>");
  expect(page).toContain("mode: predicted 0600, really 0644");
  for (const { message } of reported.findings) expect(page).toContain(html`${message}`.text);
  expect(verifyHtml(verified(asPlanned))).toContain('<p class="clean">');
});

test("stages that failed or did not run are listed", () => {
  const text = verifyText(verified(asPlanned, { stages: { "init --local": 0, init: 1 } }), { color: false, width: 80 });
  expect(text).toContain("cloud-init init: exit status 1\n");
  expect(text).toContain("cloud-init modules --mode=final: not run, since the image does not start it\n");
});

test("an image whose cloud-init is disabled says so", () => {
  const reported = verified([], { stages: null, log: "" });
  expect(verifyText(reported, { color: false, width: 80 })).toContain(
    "cloud-init is disabled in this image and did not run.",
  );
  expect(reported.agrees).toBe(false);
});

test("a file that may change counts as predicted if it is deleted", () => {
  const [first, ...others] = booted.changes;
  const { path } = first!;
  const mayChange = { ...first!, op: "modified", certainty: "possible", after: undefined } as const;
  const deleted = change(path, { op: "deleted", content: undefined });
  const really = real([...asPlanned.filter((one) => one.path !== path), deleted]);
  const { changes } = verify(result, { ...booted, changes: [mayChange, ...others] }, really);
  expect(changes.find((one) => one.path === path)?.outcome).toBe("predicted");
});
