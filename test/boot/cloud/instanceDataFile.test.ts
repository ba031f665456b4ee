import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readInstanceData } from "../../../src/boot/cloud/instanceDataFile.ts";
import { Config } from "../../../src/config/config.ts";
import { Secrets } from "../../../src/lint/secrets/secrets.ts";
import { run } from "../../cli/run.ts";
import { inScratchDirectory } from "../../cli/scratch.ts";
import { notesOf, textAfter } from "../firstBoot.ts";
import { launched } from "./launch.ts";

inScratchDirectory(() => {});

const REDACTED = "redacted for non-root user";
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE9q ops";

/** A file as `cloud-init query --all` prints it for root, with one value a line. */
function saved(content: object, path = "instance.json"): string {
  const v1 = { platform: "nocloud", subplatform: "seed-dir (/seed)" };
  writeFileSync(path, JSON.stringify({ ds: {}, v1, ...content }, null, 1));
  return path;
}

const read = (content: object) => readInstanceData(saved(content));
const meta = (content: object) => new Config(read(content).metaData!);
/** An image booted as the instance was. */
function bootedAs(content: object, files = {}, version?: string) {
  const cloud = read(content);
  return launched(files, { cloud, datasource: cloud.datasource }, version);
}

describe("what root sees", () => {
  const whole = {
    ds: { meta_data: { "instance-id": "i-7", "local-hostname": "web-7.example.com", "public-keys": [key] } },
    v1: { platform: "nocloud", subplatform: "config-disk (/dev/sr0)", instance_id: "i-7", public_ssh_keys: [key] },
    userdata: "#cloud-config\nssh_pwauth: true\nhostname: other\n",
    vendordata: "#cloud-config\npreserve_hostname: false\n",
  };

  test("is what the boot gets, and findings name its line", () => {
    const result = bootedAs(whole);
    expect(result.cloud).toMatchObject({
      datasource: "NoCloud",
      unknownNetwork: expect.stringContaining("of the seed"),
    });
    expect(textAfter(result, "/etc/hostname")).toBe("other\n");
    expect(new Config(result.cloud.metaData!).get("public-keys")).toEqual([key]);
    const line =
      JSON.stringify(whole, null, 1)
        .split("\n")
        .findIndex((text) => text.includes('"userdata"')) + 1;
    expect(result.config.origin("ssh_pwauth")).toMatchObject({ path: "instance.json", line });
    expect(result.config.get("preserve_hostname")).toBe(false);
  });

  test("compressed user-data are Base64", () => {
    const packed = gzipSync("#cloud-config\nhostname: packed\n").toString("base64");
    expect(textAfter(bootedAs({ ...whole, userdata: `ci-b64:${packed}` }), "/etc/hostname")).toBe("packed\n");
    expect(read({ ...whole, userdata: "ci-b64:A" }).userData).toBeUndefined();
  });

  test("before 22.1, query prints names with underscores", () => {
    const meta_data = { instance_id: "i-7", local_hostname: "old", public_keys: { my_key: [key] } };
    const v1 = { platform: "nocloud", instance_id: "i-7" };
    const old = meta({ ds: { meta_data }, v1 });
    expect([old.get("instance-id"), old.get("local-hostname"), old.has("public-keys")]).toEqual(["i-7", "old", true]);
    const network = { interfaces: { macs: { a: { device_number: 0 } } } };
    const amazon = meta({ ds: { meta_data: { ...meta_data, network } }, v1: { ...v1, platform: "ec2" } });
    expect(amazon.get("network", "interfaces", "macs", "a", "device-number")).toBe(0);
    const kept = meta({ ds: { meta_data }, v1: { ...v1, "instance-id": "i-7" } });
    expect(kept.get("local_hostname")).toBe("old");
  });

  test("binary values are Base64 by their paths", () => {
    const content = { ds: { meta_data: { "instance-id": "i", random_seed: "/wA=", text: "/wA=" } } };
    const encoded = meta({ ...content, base64_encoded_keys: ["ds/meta_data/random_seed"] });
    expect(encoded.node("random_seed")).toMatchObject({ kind: "binary", value: "\xff\0" });
    expect(encoded.get("text")).toBe("/wA=");
  });
});

describe("what others see", () => {
  test.each([REDACTED, `<${REDACTED}> file:/var/lib/cloud/instance/user-data.txt`])("%s is unknown", (hidden) => {
    const content = { ds: { meta_data: { "instance-id": "i-7", "local-hostname": hidden } }, userdata: hidden };
    const result = bootedAs({ ...content, vendordata: hidden });
    expect(result.cloud).toMatchObject({ userData: undefined, vendorData: undefined });
    expect(textAfter(result, "/etc/hostname")).toMatch(/^<<unknown:local-hostname, which is redacted[^>]+>>\n$/);
  });

  test("instance-data.json contains no user-data", () => {
    const { cloud } = bootedAs({ ds: { meta_data: { "instance-id": "i-7" } }, merged_cfg: REDACTED });
    expect(cloud.userData).toBeUndefined();
    expect(cloud.metaData).toBeDefined();
  });
});

describe("the datasource", () => {
  const of = (platform: unknown, subplatform = "metadata (http://169.254.169.254)", ds = {}) =>
    read({ v1: { platform, subplatform }, ds }).datasource;

  test.each([
    ["ec2", "Ec2"],
    ["azure", "Azure"],
    ["joyent", "SmartOS"],
    ["configdrive", "ConfigDrive"],
    ["none", "None"],
  ])("of the platform %s", (platform, expected) => {
    expect(of(platform)).toBe(expected);
  });

  test("NoCloud names LXD as its platform there", () => {
    expect(of("lxd", "seed-dir (/var/lib/cloud/seed/nocloud-net)")).toBe("NoCloud");
    expect(of("lxd", "LXD socket API v. 1.0 (/dev/lxd/sock)")).toBe("LXD");
  });

  test("LXD's data are in its configuration", () => {
    const config = { "user.user-data": "#cloud-config\n{}", "cloud-init.user-data": "#cloud-config\nhostname: box\n" };
    const ds = { "meta-data": "instance-id: i-9\nlocal-hostname: x\n", config, "network-config": "{version: 2}" };
    const result = bootedAs({ v1: { platform: "lxd", subplatform: "LXD socket" }, ds });
    expect(textAfter(result, "/etc/hostname")).toBe("box\n");
    expect(new Config(result.cloud.networkConfig!).get("version")).toBe(2);
  });

  test("OpenStack's network is among its data", () => {
    const links = [{ id: "a", type: "phy", ethernet_mac_address: "52:54:00:12:34:56" }];
    const ds = {
      meta_data: { "instance-id": "i" },
      network_json: { links, networks: [{ link: "a", type: "ipv4_dhcp" }] },
    };
    const result = bootedAs(
      { v1: { platform: "openstack" }, ds },
      { "/usr/sbin/netplan": { content: "", mode: 0o755 } },
    );
    expect(textAfter(result, "/etc/netplan/50-cloud-init.yaml")).toContain("52:54:00:12:34:56");
  });

  test("other forms of meta-data: Oracle, Scaleway", () => {
    const userdata = Buffer.from("#cloud-config\nhostname: oci\n").toString("base64");
    const ds = {
      id: "ocid1",
      displayName: "d",
      hostname: "h",
      metadata: { ssh_authorized_keys: key, user_data: userdata },
    };
    const oracle = bootedAs({ v1: { platform: "oracle" }, ds });
    expect(textAfter(oracle, "/etc/hostname")).toBe("oci\n");
    expect(new Config(oracle.cloud.metaData!).get("public-keys")).toBe(key);
    const scaleway = {
      id: "s-1",
      hostname: "par",
      ssh_public_keys: [{ key }],
      tags: ["AUTHORIZED_KEY=ssh-rsa_AAAA_x"],
    };
    const config = meta({ v1: { platform: "scaleway" }, ds: { meta_data: scaleway } });
    expect([config.get("instance-id"), config.get("local-hostname")]).toEqual(["s-1", "par"]);
    expect(config.get("public-keys")).toEqual([key, "ssh-rsa AAAA x"]);
  });

  test("keys are those that cloud-init found", () => {
    const ds = { meta_data: { "instance-id": "i", "public-keys": null, "public-keys-data": [`ops:${key}`] } };
    expect(meta({ v1: { platform: "gce", public_ssh_keys: [key] }, ds }).get("public-keys")).toEqual([key]);
    const none = { meta_data: { "public-keys": { a: key } } };
    expect(meta({ v1: { platform: "openstack", public_ssh_keys: [] }, ds: none }).get("public-keys")).toEqual([]);
    const scaleway = { id: "s-1", hostname: "par", ssh_public_keys: [], tags: ["AUTHORIZED_KEY=ssh-rsa_AAAA_x"] };
    const v1 = { platform: "scaleway", public_ssh_keys: [key] };
    const { cloud } = bootedAs({ v1, ds: { meta_data: scaleway } });
    expect(new Config(cloud.metaData!).get("public-keys")).toEqual([key]);
  });

  test("templates see the instance's data", () => {
    const userdata =
      "## template: jinja\n#cloud-config\nhostname: {{ v1.region }}-{{ ds.dynamic.x }}-{{ v1.machine }}\n";
    const v1 = { platform: "ec2", region: "eu-1", machine: "x86_64" };
    const result = bootedAs({ v1, ds: { "meta-data": { "instance-id": "i" }, dynamic: { x: "y" } }, userdata });
    expect(result.config.get("hostname")).toMatch(/^eu-1-y-<<unknown:the architecture of the machine>>$/);
  });

  test("what templates see beside the meta-data is hidden too", () => {
    const ds = { config: { "environment.API_TOKEN": "s3cret-1" }, dynamic: [{ password: "s3cret-2" }] };
    const secrets = Secrets.ofBoot(bootedAs({ v1: { platform: "lxd", subplatform: "LXD socket" }, ds }));
    expect(secrets.text("s3cret-1, s3cret-2")).toBe("<<hidden:token>>, <<hidden:password>>");
  });

  test("one that the image does not look for is noted", () => {
    const files = { "/etc/cloud/cloud.cfg.d/20.cfg": "datasource_list: [GCE, None]\n" };
    const result = bootedAs({ v1: { platform: "ec2" }, ds: { "meta-data": { "instance-id": "i-1" } } }, files);
    expect(result.cloud.datasource).toBe("Ec2");
    expect(notesOf(result).join()).toContain("cloud-init looks only for GCE, None, not for Ec2");
  });
});

describe("the command line", () => {
  const STOCK = `${import.meta.dirname}/../../../fixtures/debian-12`;
  const secret = "correct-horse-battery";
  const full = () =>
    saved({
      ds: { meta_data: { "instance-id": "i-7" } },
      v1: { platform: "gce" },
      userdata: `#cloud-config\npassword: ${secret}\nchpasswd: {expire: false}\n`,
    });

  test("every command takes it, and none shows its secrets", async () => {
    for (const words of [["lint"], ["plan"], ["config"], ["fix", "--dry-run"]]) {
      const { status, out, err } = await run(...words, STOCK, "--instance-data", full());
      expect([0, 1]).toContain(status);
      if (words[0] === "config") expect(out).toContain("<<hidden:password>>");
      expect(out + err).not.toContain(secret);
    }
    const { out } = await run("lint", STOCK, "-f", "json", "--instance-data", full());
    expect(JSON.parse(out).images[0].image.datasource).toBe("GCE");
  });

  test.each([
    ["", "1:1: not JSON: a JSON value is missing"],
    [`{\n "userdata": "${secret}",\n "v1": {oops}\n}`, "3:9: not JSON: a JSON key must be a string in double quotes"],
    [`[1, "${secret}"]`, '1:1: not instance data: the keys "ds" and "v1" are missing'],
    ['{"merged_cfg": {}}', '1:1: not instance data: the keys "ds" and "v1" are missing'],
    [`{"ds": "${REDACTED}", "v1": {}}`, '1:1: not instance data: "ds" is not a mapping'],
    ['{"ds": {},\n "v1": {"platform": "mars"}}', '2:9: unknown platform "mars"'],
    ['{"ds": {}, "v1": {}}', "1:1: it names no platform"],
    ["[".repeat(100_000), "nested too deeply"],
    [`{"ds": {"a": [${"1,".repeat(60_000)}1]}, "v1": {"platform": "ec2"}}`, "1:1: more than 50000 values"],
  ])("a file that is none: %#", async (content, expected) => {
    writeFileSync("bad.json", content);
    const { status, out, err } = await run("plan", STOCK, "--instance-data", "bad.json");
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain("--instance-data bad.json:");
    expect(err).toContain(expected);
    expect(err).not.toContain(secret);
  });

  test("no file, and what contradicts it", async () => {
    expect(await run("plan", STOCK, "--instance-data", "none.json")).toMatchObject({
      status: 2,
      err: expect.stringContaining("--instance-data none.json: no such file"),
    });
    const both = await run("plan", STOCK, "--instance-data", full(), "--seed", ".");
    expect([both.status, both.err]).toEqual([2, expect.stringContaining("--instance-data and --seed both give")]);
    const other = await run("plan", STOCK, "--instance-data", full(), "--datasource", "Ec2");
    expect([other.status, other.err]).toEqual([2, expect.stringContaining("the datasource GCE")]);
    saved({ v1: { platform: "akamai" } }, "new.json");
    const early = await run("plan", STOCK, "--instance-data", "new.json");
    expect([early.status, early.err]).toEqual([2, expect.stringContaining("which lacks it")]);
  });

  test("the configuration file sets it, and each excludes the other's seed", async () => {
    full();
    saved({ v1: { platform: "ec2" } }, "other.json");
    writeFileSync(".cloud-init-lint.yaml", "instance-data: instance.json\n");
    const datasource = async (...options: string[]) =>
      JSON.parse((await run("plan", STOCK, "-f", "json", ...options)).out).image.datasource;
    expect(await datasource()).toBe("GCE");
    expect(await datasource("--instance-data", "other.json")).toBe("Ec2");
    writeFileSync("meta-data", "instance-id: i-1\n");
    expect(await datasource("--seed", ".")).toBe("NoCloud");
    writeFileSync(".cloud-init-lint.yaml", "seed: nowhere\ndatasource: Azure\n");
    expect(await datasource("--instance-data", "other.json")).toBe("Ec2");
    writeFileSync(".cloud-init-lint.yaml", "seed: .\ninstance-data: instance.json\n");
    const { status, err } = await run("plan", STOCK);
    expect([status, err]).toEqual([2, expect.stringMatching(/yaml:2:1: instance-data and .*yaml:1:1: seed both give/)]);
  });
});
