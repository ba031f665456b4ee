import { describe, expect, it } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { attributesAfter, firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const program = { mode: 0o755 };
const shell = { "/bin/sh": program };

function bootWith(module: string, lines: string, files: Readonly<Record<string, MemoryFile>> = {}, version = "26.2") {
  const config = `system_info: {distro: debian}\ncloud_final_modules: [${module}]\n${lines}`;
  return firstBoot({ version, config, files, metaData: "instance-id: i-1\n" });
}

/** Results that the real cloud-init gave on Debian 11 to sid, scenarios puppet*, chef*, salt- and mcollective-installed. */
describe("puppet", () => {
  const conf = "/etc/puppet/puppet.conf";
  const old = { [conf]: "# comment\n[main]\n  logdir = /var/log/puppet\n[other]\nkey: value\n" };
  const lines =
    "puppet:\n  install: false\n  conf:\n    agent: {server: puppet.example.com}\n    main: {Certname: '%i.%f', certname: '%i'}\n  csr_attributes: {custom_attributes: {1.2.840: abc}, list: [a, b]}\n";
  const merged = "[main]\nlogdir = /var/log/puppet\n";

  it("merges its configuration, moving the file aside after every section", () => {
    const result = bootWith("puppet", lines, { ...old, "/usr/bin/puppet": program });
    expect(textAfter(result, conf)).toBe(
      `${merged}certname = i-1\n\n[other]\nkey = value\n\n[agent]\nserver = puppet.example.com\n\n`,
    );
    expect(textAfter(result, `${conf}.old`)).toBe(
      `${merged}\n[other]\nkey = value\n\n[agent]\nserver = puppet.example.com\n\n`,
    );
    expect(textAfter(result, "/etc/puppet/csr_attributes.yaml")).toBe(
      "custom_attributes:\n  1.2.840: abc\nlist:\n- a\n- b\n",
    );
  });

  it("asks the program for its paths since 21.3", () => {
    const later = bootWith("puppet", lines, { ...old, ...shell });
    expect(reasonOf(later, "puppet")).toBe("failed: puppet is not installed");
    expect(textAfter(later, conf)).toBe(old[conf]);
    expect(textAfter(bootWith("puppet", lines, { ...old, ...shell }, "20.4"), conf)).toMatch("[agent]");
  });

  it("does it after an installation, which keeps the file", () => {
    const installing = lines.replace("false", "true");
    const result = bootWith("puppet", installing, { ...old, ...shell });
    expect(textAfter(result, conf)).toMatch(/certname = i-1\n(.*\n)*\[agent\]/);
    expect(textAfter(result, `${conf}.old`)).toMatch("[agent]");
    expect(textAfter(result, "/etc/puppet/csr_attributes.yaml")).toMatch("1.2.840: abc");
    expect(result.commands[0]?.command).toBe("apt-get install puppet-agent");
    // Where there is none, the package decides where it is, or until 21.2 what is in it.
    const possible = (version: string) =>
      bootWith("puppet", installing, shell, version)
        .changes.filter(({ path }) => path.startsWith("/etc/puppet/"))
        .map(({ path, certainty }) => `${certainty} ${path.slice(12)}`);
    expect(possible("26.2")).toEqual(["possible csr_attributes.yaml", "possible puppet.conf"]);
    expect(possible("20.4")).toEqual(["certain csr_attributes.yaml", "certain puppet.conf", "certain puppet.conf.old"]);
  });
});

describe("chef", () => {
  const template = {
    "/etc/cloud/templates/chef_client.rb.tmpl":
      "## template:jinja\n{{generated_by}}\n{{node_name}} {{file_cache_path}}\n",
  };
  const lines =
    "chef: {server_url: s, validation_name: v, validation_cert: pem, run_list: ['role[db]'], initial_attributes: {name: Grüße}}\n";

  it.each([
    ["26.2", "/var/chef/cache"],
    ["22.4", "/var/cache/chef"],
  ])("%s writes its files at every boot", (version, cache) => {
    const result = bootWith("chef", lines, template, version);
    expect(textAfter(result, "/etc/chef/client.rb")?.split("\n").slice(1).join("\n")).toBe(`i-1 ${cache}\n`);
    expect(textAfter(result, "/etc/chef/firstboot.json")).toBe(
      '{"run_list": ["role[db]"], "name": "Gr\\u00fc\\u00dfe"}',
    );
    expect(textAfter(result, "/etc/chef/validation.pem")).toBe("pem");
    expect(attributesAfter(result, cache)).toBe("755 0:0");
  });

  it("fails without a server, the key written", () => {
    const result = bootWith("chef", "chef: {validation_cert: pem, validation_name: v}\n", template);
    expect(reasonOf(result, "chef")).toBe("failed: chef.server_url is missing");
    expect(textAfter(result, "/etc/chef/validation.pem")).toBe("pem");
    expect(textAfter(result, "/etc/chef/client.rb")).toBeUndefined();
  });
});

describe("salt_minion and mcollective", () => {
  const salt =
    "salt_minion: {conf: {master: m, file_client: remote}, grains: {role: [web, db]}, public_key: pub, private_key: priv}\n";

  it("write their files where they are installed", () => {
    const result = bootWith("salt_minion", salt, { ...shell, "/usr/bin/salt-minion": program });
    expect(textAfter(result, "/etc/salt/minion")).toBe("---\nfile_client: remote\nmaster: m\n...\n");
    expect(textAfter(result, "/etc/salt/grains")).toBe("---\nrole:\n- web\n- db\n...\n");
    expect(textAfter(result, "/etc/salt/pki/minion.pem")).toBe("priv");
    const files = { ...shell, "/usr/sbin/mcollectived": program, "/etc/mcollective/server.cfg": "loglevel = info\n" };
    const other = bootWith("mcollective", "mcollective: {conf: {loglevel: debug, private-cert: priv}}\n", files);
    expect(textAfter(other, "/etc/mcollective/server.cfg.old")).toBe("loglevel = info\n");
    expect(attributesAfter(other, "/etc/mcollective/ssl/server-private.pem")).toBe("600 0:0");
  });

  it("write them also where they are to be installed; the package decides where Salt's keys are", () => {
    const result = bootWith("salt_minion", salt, { ...shell, "/etc/salt/minion": "# ours\n" });
    expect(textAfter(result, "/etc/salt/minion")).toBe("---\nfile_client: remote\nmaster: m\n...\n");
    expect(result.changes.filter(({ certainty }) => certainty === "possible").map(({ path }) => path)).toEqual(
      ["", "/minion"].flatMap((below) => ["pem", "pub"].map((end) => `/etc/salt/pki${below}/minion.${end}`)).sort(),
    );
  });
});
