import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { run, runWith } from "../../cli/run.ts";
import { erofsOf } from "./erofsOf.ts";
import { rangeServer } from "./rangeServer.ts";

describe("the secrets in a URL", () => {
  const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  afterAll(() => rmSync(scratch, { recursive: true }));

  const query =
    "X-Amz-Credential=PLANTED1%2F2026&X-Amz-Signature=PLANTED2&X-Amz-Security-Token=PLANTED3&sig=PLANTED4&X-Goog-Signature=PLANTED5&X-Goog-Credential=PLANTED6&token=PLANTED7&Signature=PLANTED8&Policy=PLANTED9&file=a.img";

  test("are in no message and in no report", async () => {
    const at = (name: string) => join(scratch, name);
    writeFileSync(at("disk"), erofsOf("fixtures/debian-12-hardened"));
    const server = await rangeServer({ disk: at("disk") });
    const secret = (url: string) => `${url.replace("http://", "http://PLANTEDuser:PLANTED%40pass@")}?${query}#PLANTED`;
    const url = secret(server.url("disk"));
    const missing = secret(server.url("none"));
    const partly = secret(server.url("disk", "fails-1"));
    const reports = ["sarif", "json", "github", "markdown", "html", "gitlab", "junit"];
    writeFileSync(at("list"), `${url}\n${partly}\n`);
    const formats = reports.flatMap((format) => ["-f", `${format}=${at(`report.${format}`)}`]);
    const runs = [
      await run(url, ...formats, "-f", "text", "--write-baseline", at("baseline.json")),
      await run("plan", url),
      await run("plan", url, "-f", "json", "--datasource", "Bigstep"),
      await run("config", url),
      await run("fix", url),
      await run("fix", url, "--dry-run"),
      await run(missing),
      await run(url, "--pristine", missing),
      await run(partly, "-f", "json"),
      await run(`${url}x y`, "https://PLANTEDuser:PLANTED/pass@127.0.0.1:1/disk", "https://PLANTED:PLANTED@[/disk"),
      await runWith({ program: resolve("dist/cloud-init-lint.cjs") }, "--from", at("list"), "--jobs", "2"),
    ];
    const files = readdirSync(scratch).filter((name) => name.startsWith("report.") || name === "baseline.json");
    expect(files.length).toBe(reports.length + 1);
    const all = [...runs.map(({ out, err }) => out + err), ...files.map((name) => readFileSync(at(name), "utf8"))];
    for (const text of all) expect(text).not.toMatch(/PLANTED/);
    expect(runs[0]!.out).toContain("http://<<hidden:userinfo>>@127.0.0.1");
    expect(runs[0]!.out).toContain("&file=a.img");
  });
});
