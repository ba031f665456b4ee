import { applyPatch } from "diff";
import { describe, expect, test } from "vitest";
import { Config } from "../../src/config/config.ts";
import type { FileEdit } from "../../src/lint/finding.ts";
import type { Mapping } from "../../src/python/tree.ts";
import { parseYaml } from "../../src/python/yaml/load.ts";
import { configJson, jsonReport, planJson } from "../../src/report/json.ts";
import { whole } from "../samples.ts";
import { EVERY_HAZARD, hazardsIn } from "./hazards.ts";
import { bootResult } from "./planSample.ts";
import { FINDINGS, finding, IGNORED, result, TEXTS } from "./samples.ts";
import { schemaErrors } from "./schemas.ts";

const OFF = result({
  image: { source: "off", cloudInit: { version: "25.1.4", enabled: false }, datasource: null },
  ignored: [IGNORED, IGNORED],
});

describe("findings", () => {
  const report = jsonReport([result({ findings: FINDINGS, texts: TEXTS }), OFF], "warning");

  test("keep to the schema", () => {
    expect(schemaErrors("lint", report)).toEqual([]);
    expect(schemaErrors("lint", jsonReport([], "info"))).toEqual([]);
    expect(schemaErrors("lint", report.replace('"severity"', '"level"'))).not.toEqual([]);
  });

  test("are those of --min-severity, the summary counts all", () => {
    const { images } = JSON.parse(report);
    expect(images.map((image: { findings: unknown[] }) => image.findings.length)).toEqual([4, 0]);
    expect(images[0].summary).toEqual({ error: 2, warning: 2, info: 1, ignored: 0 });
    expect(images[1].summary).toEqual({ error: 0, warning: 0, info: 0, ignored: 2 });
  });

  test("a fix of a file that is there is a diff, in which secrets are hidden", () => {
    const path = "/etc/cloud/cloud.cfg.d/20-team.cfg";
    const before = "#cloud-config\npassword: w0rd1\nssh_pwauht: true\n";
    const fix = { path, content: before.replace("pwauht", "pwauth").replace("w0rd1", "other") };
    const report = jsonReport([result({ findings: [finding({ fix })], texts: { [path]: { before } } })], "info");
    expect(schemaErrors("lint", report)).toEqual([]);
    expect(JSON.parse(report).images[0].findings[0].fix).toEqual({
      safe: true,
      why: null,
      edits: [
        {
          path,
          diff: `--- ${path}\n+++ ${path}\n@@ -1,3 +1,3 @@\n #cloud-config\n-password: <<hidden:password>>\n-ssh_pwauht: true\n+password: <<hidden:password>>\n+ssh_pwauth: true\n`,
        },
      ],
    });
  });

  describe("each edit of a fix is a diff that makes the file what it is to be", () => {
    const editsOf = (fix: FileEdit, texts: Parameters<typeof result>[0]["texts"] = {}) => {
      const json = jsonReport([result({ findings: [finding({ fix })], texts })], "info");
      expect(schemaErrors("lint", json)).toEqual([]);
      return JSON.parse(json).images[0].findings[0].fix.edits as { path: string; diff: string }[];
    };
    const path = "/etc/cloud/cloud.cfg.d/20-team.cfg";
    const long = Array.from({ length: 3_000 }, (_, index) => `a${index}: 1\n`).join("");

    test.each([
      ["a new file", undefined, "a: 1\nb: 2\n"],
      ["a new file without a last newline", undefined, "a: 1\nb: 2"],
      ["an empty file", "", "a: 1\n"],
      ["a line in the middle", "a: 1\nb: 2\nc: 3\n", "a: 1\nb: 3\nc: 3\n"],
      ["a line at the end, without a newline", "a: 1\nb: 2", "a: 1\nb: 3"],
      ["a long new file", undefined, `${long}last: 1`],
    ])("%s", (_, before, content) => {
      const [edit, ...others] = editsOf({ path, content }, before === undefined ? {} : { [path]: { before } });
      expect(others).toEqual([]);
      expect(edit!.path).toBe(path);
      const from = before === undefined ? "/dev/null" : path;
      expect(edit!.diff.split("\n").slice(0, 2)).toEqual([`--- ${from}`, `+++ ${path}`]);
      expect(applyPatch(before ?? "", edit!.diff)).toBe(content);
    });

    test("a new name: all lines go under the old one and come under the new one", () => {
      const content = "a: 1\nb: 2\n";
      const renames = "/etc/cloud/cloud.cfg.d/20.yaml";
      const [gone, made] = editsOf({ path, content, renames }, { [renames]: { before: content } });
      expect([gone!.path, made!.path]).toEqual([renames, path]);
      expect(gone!.diff).toBe(`--- ${renames}\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a: 1\n-b: 2\n`);
      expect(made!.diff).toBe(`--- /dev/null\n+++ ${path}\n@@ -0,0 +1,2 @@\n+a: 1\n+b: 2\n`);
    });

    test("a secret is hidden in all of them", () => {
      const content = "password: w0rd1\nb: 2\n";
      const renames = "/etc/cloud/cloud.cfg.d/20.yaml";
      for (const edits of [
        editsOf({ path, content }),
        editsOf({ path, content, renames }, { [renames]: { before: content } }),
      ])
        for (const { diff } of edits) {
          expect(diff).toContain("password: <<hidden:password>>");
          expect(diff).not.toContain("w0rd1");
        }
    });
  });

  test("what could not be read, and what is not certain, are problems of the image", () => {
    const unread = [{ path: "/etc/shadow", reason: "permission denied" }];
    const caveats = ["the version is unknown"];
    const json = jsonReport(
      [
        { ...result({}), unread, caveats },
        { ...OFF, caveats },
      ],
      "info",
    );
    expect(schemaErrors("lint", json)).toEqual([]);
    expect(JSON.parse(json).images).toMatchObject([
      {
        complete: false,
        problems: [
          { path: "/etc/shadow", message: "permission denied" },
          { path: "/", message: "the version is unknown" },
        ],
      },
      { complete: true, problems: [{ path: "/", message: "the version is unknown" }] },
    ]);
  });

  test("several losses, none with a setting, and no cause", () => {
    const loss = { path: "/etc/x", line: null, setting: null, before: null, after: null };
    const found = finding({ losses: [...finding().losses, loss], cause: null });
    const json = jsonReport([result({ findings: [found] })], "info");
    expect(schemaErrors("lint", json)).toEqual([]);
    expect(JSON.parse(json).images[0].findings[0]).toMatchObject({ cause: null, losses: found.losses });
  });

  test("have their members in the order of the contract, and no others", () => {
    const extra = { ...finding({ losses: [], fix: null }), secret: 1 };
    expect(jsonReport([result({ findings: [extra] })], "info")).toBe(`{
  "schemaVersion": 2,
  "images": [
    {
      "image": {
        "source": "build/rootfs",
        "distro": {
          "id": "debian",
          "version": "12"
        },
        "cloudInit": {
          "version": "22.4.2",
          "enabled": true
        },
        "datasource": "NoCloud"
      },
      "complete": true,
      "problems": [],
      "findings": [
        {
          "rule": "sshd-setting-overwritten",
          "severity": "error",
          "confidence": "certain",
          "message": "sshd's PasswordAuthentication becomes yes, because cloud-init's set_passwords applies ssh_pwauth: true.",
          "service": "sshd",
          "module": "set_passwords",
          "cause": {
            "path": "/etc/cloud/cloud.cfg.d/20-team.cfg",
            "line": 2,
            "column": 1
          },
          "losses": [],
          "evidence": "/etc/ssh/sshd_config differs from what openssh-server installed",
          "fix": null
        }
      ],
      "ignored": [],
      "summary": {
        "error": 1,
        "warning": 0,
        "info": 0,
        "ignored": 0
      }
    }
  ]
}
`);
  });

  test("hostile text stays what it is and reaches no terminal", () => {
    const h = EVERY_HAZARD;
    const losses = [{ path: h, line: 1, setting: h, before: h, after: h }];
    const cause = { path: h, line: 1, column: 1 };
    const hostile = { rule: h, message: h, losses, cause, evidence: h };
    const found = finding({ ...hostile, fix: { path: h, content: `${h}x\n` } });
    const text = jsonReport([result({ image: { source: h }, findings: [found] })], "info");
    expect(hazardsIn(text)).toEqual([]);
    const [image] = JSON.parse(text).images;
    expect(image.findings[0]).toMatchObject(hostile);
    expect(image.findings[0].fix.edits[0].path).toBe(h);
    expect(image.findings[0].fix.edits[0].diff).toContain("x\n");
    expect(image.image.source).toBe(h);
  });
});

describe("a plan", () => {
  const { image } = result({});
  const text = planJson({ ...image, cloudInit: { ...image.cloudInit, package: "22.4.2-1" } }, bootResult());
  const plan = JSON.parse(text);
  const change = (path: string) => plan.changes.find((one: { path: string }) => one.path === path);
  const cause = (line: number) => ({ path: "/etc/cloud/cloud.cfg", line, column: 4 });

  test("keeps to the schema, sorted by path, nothing of /run, no directories", () => {
    expect(schemaErrors("plan", text)).toEqual([]);
    expect(Object.keys(plan)).toEqual(["schemaVersion", "image", "modules", "changes", "commands", "notes", "library"]);
    expect(plan.changes.map((one: { path: string }) => one.path)).toEqual([
      "/etc/hosts",
      "/etc/localtime",
      "/etc/new/bytes",
      "/etc/new/latin1",
      "/etc/new/made.conf",
      "/etc/new/many",
      "/etc/script.conf",
      "/etc/shadow",
      "/etc/ssh/ssh_host_dsa_key",
      "/etc/ssh/ssh_host_rsa_key",
    ]);
  });

  test("names modules and causes once each", () => {
    expect(change("/etc/hosts")).toEqual({
      path: "/etc/hosts",
      op: "modified",
      certainty: "certain",
      content: "127.0.0.1 localhost\n127.0.1.1 <<unknown:the host name>>\n",
      mode: "0644",
      unknown: null,
      modules: ["set_hostname", "update_etc_hosts"],
      causes: [cause(3), cause(4), cause(9)],
    });
  });

  test("content: a link's target, null with the reason where it cannot be known or is no text", () => {
    const facts = (path: string) => [
      change(path).op,
      change(path).certainty,
      change(path).content,
      change(path).unknown,
    ];
    expect(facts("/etc/localtime")).toEqual(["modified", "certain", "-> /usr/share/zoneinfo/Etc/UTC", null]);
    expect(facts("/etc/new/bytes")).toEqual(["created", "certain", null, "binary content"]);
    expect(facts("/etc/new/latin1")).toEqual(["created", "certain", null, "binary content"]);
    expect(facts("/etc/new/made.conf")).toEqual(["created", "certain", "one\n\ttwo\n", null]);
    expect(facts("/etc/script.conf")).toEqual(["modified", "possible", null, "runcmd names it"]);
    expect(facts("/etc/ssh/ssh_host_dsa_key")).toEqual(["deleted", "certain", null, null]);
    expect(facts("/etc/ssh/ssh_host_rsa_key")).toEqual(["modified", "certain", null, "a new host key"]);
  });

  test("modules, commands and notes", () => {
    expect(plan.modules[6]).toEqual({
      name: "bootcmd",
      stage: "init",
      frequency: "once-per-instance",
      status: "skipped",
      why: { code: "not-configured", message: "no configuration for it (bootcmd)" },
    });
    expect(plan.modules[5]).toMatchObject({ status: "failed", why: { code: "raises", message: "no such key type" } });
    expect(plan.modules[1]).toMatchObject({ status: "ran", why: null });
    expect(plan.notes).toEqual([
      {
        module: "runcmd",
        code: "commands-never-run",
        message: "its commands never run, since no module list contains scripts_user",
      },
      {
        module: null,
        code: "size-limit",
        message: "/seed/user-data: not simulated: it decompresses to more than 10 bytes",
      },
    ]);
    expect(plan.commands).toEqual([{ module: "ssh", command: "systemctl restart ssh" }]);
  });
});

function configOf(yaml: string): Config {
  return new Config(parseYaml(yaml, "/etc/cloud/cloud.cfg").node as Mapping);
}

describe("a configuration", () => {
  const text = configJson(
    configOf(`big: 12345678901234567890
float: 1.0
large: 1.0e+20
small: 1.0e-7
zero: -0.0
infinite: -.inf
nan: .nan
date: 2020-01-31
bytes: !!binary aGk=
nothing: ~
yes: on
a/b~c: [x, {"y\\u202E": 1}]
empty: [{}, []]
2: number
"2": text
__proto__: 5
`),
  );

  test("keeps to the schema", () => {
    expect(schemaErrors("config", text)).toEqual([]);
    expect(hazardsIn(text)).toEqual([]);
    expect(text.endsWith("}\n")).toBe(true);
  });

  test("numbers keep their digits, what JSON has no form for is a string", () => {
    expect(text.slice(0, text.indexOf('  "origins"'))).toBe(`{
  "schemaVersion": 2,
  "value": {
    "big": 12345678901234567890,
    "float": 1.0,
    "large": 1e+20,
    "small": 1e-07,
    "zero": -0.0,
    "infinite": "-inf",
    "nan": "nan",
    "date": "2020-01-31",
    "bytes": "aGk=",
    "nothing": null,
    "True": true,
    "a/b~c": [
      "x",
      {
        "y\\u202e": 1
      }
    ],
    "empty": [
      {},
      []
    ],
    "2": "text",
    "__proto__": 5
  },
`);
  });

  test("origins are found by JSON pointer", () => {
    const { origins } = JSON.parse(text);
    expect(origins["/big"]).toEqual({ path: "/etc/cloud/cloud.cfg", line: 1, column: 1 });
    expect(origins["/a~1b~0c/1/y\u202e"]).toEqual({ path: "/etc/cloud/cloud.cfg", line: 12, column: 13 });
    expect(origins["/__proto__"].line).toBe(16);
  });

  if (whole)
    test("aliases upon aliases end in bounded output", () => {
      // As many values as a file may repeat, each with a long text.
      let yaml = `a0: &a0 [${Array(10).fill("x".repeat(3000))}]\n`;
      for (let i = 1; i < 5; i++) yaml += `a${i}: &a${i} [${`*a${i - 1}, `.repeat(9)}*a${i - 1}]\n`;
      const json = configJson(configOf(yaml));
      expect(json.length).toBeLessThan(200_000_000);
      expect(JSON.parse(json).value.a1).toHaveLength(10);
      expect(json).toContain("<<unknown:too large to show>>");
    });
});
