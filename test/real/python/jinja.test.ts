import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { renderTemplate } from "../../../src/boot/files/templater.ts";
import type { ConfigObject } from "../../../src/python/tree.ts";
import { describeReal, pythonModule, realRoots, roots } from "../describeReal.ts";

const variables: ConfigObject = {
  hostname: "web01",
  fqdn: "web01.example.org",
  servers: ["10.0.0.1", "ntp.example.org"],
  pools: [],
  options: { rotate: true, timeout: 1 },
};

/** Renders templates with the real Jinja2 as cloud-init sets it up. */
const ORACLE = `
import json, sys
from jinja2 import DebugUndefined, Template
class Missing(DebugUndefined):
    def __str__(self):
        return "CI_MISSING_JINJA_VAR/%s" % self._undefined_name
out = []
for case in json.load(sys.stdin):
    body = case["template"].partition("\\n")[2]
    end = "\\n" if body.endswith("\\n") else ""
    out.append(Template(body, undefined=Missing, trim_blocks=True, extensions=["jinja2.ext.do"]).render(**case["variables"]) + end)
json.dump(out, sys.stdout)
`;

const needs = { ...realRoots, ...pythonModule("jinja2") };

describeReal("the templates that cloud-init ships", needs, () => {
  const full: ConfigObject = {
    ...variables,
    pools: ["0.pool", "1.pool"],
    peers: ["p"],
    allow: ["10.0.0.0/8"],
    codename: "bookworm",
    RELEASE: "bookworm",
    mirror: "http://m/debian",
    security: "http://s/debian",
    nameservers: ["1.1.1.1", "2.2.2.2"],
    searchdomains: ["a", "b"],
    sortlist: ["10.0.0.1/255"],
    domain: "example.org",
    flags: ["x", "y"],
    validation_name: "v",
    show_time: true,
    node_name: "n",
  };
  const sets: readonly ConfigObject[] = [full, {}, variables, { servers: ["a"] }, { codename: "buster", pools: ["a"] }];

  it("render as with Jinja2", () => {
    const cases = readdirSync(roots).flatMap((suite) => {
      if (suite.endsWith(".part")) return [];
      const directory = `${roots}/${suite}/etc/cloud/templates`;
      return readdirSync(directory).flatMap((name) => {
        const template = readFileSync(`${directory}/${name}`, "utf8");
        return /^##\s*template: *jinja/i.test(template) ? sets.map((set) => ({ template, variables: set })) : [];
      });
    });
    expect(cases.length).toBeGreaterThan(100);
    const rendered = execFileSync("python3", ["-c", ORACLE], { input: JSON.stringify(cases), maxBuffer: 1e8 });
    const ours = cases.map((one) => renderTemplate(one.template, one.variables, { do: true }));
    expect(ours).toEqual(JSON.parse(rendered.toString()));
  });
});
