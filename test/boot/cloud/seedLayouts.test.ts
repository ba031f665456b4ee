import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { readCloudSeed } from "../../../src/boot/cloud/seedLayouts.ts";
import { Config } from "../../../src/config/config.ts";
import { inScratchDirectory } from "../../cli/scratch.ts";
import { textAfter } from "../firstBoot.ts";
import { launched } from "./launch.ts";

inScratchDirectory(() => {});

/** A directory with these files. */
function seed(files: Readonly<Record<string, string>>, directory = "seed"): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(`${directory}/${name}`), { recursive: true });
    writeFileSync(`${directory}/${name}`, content);
  }
  return directory;
}

/** A boot with what the directory holds. */
function bootOf(files: Readonly<Record<string, string>>, version = "25.1", datasource?: string) {
  const cloud = readCloudSeed(seed(files), "26.2");
  return launched({}, { cloud, ...(datasource === undefined ? {} : { datasource }) }, version);
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** ovf-env.xml with what the section contains. */
const ovf = (content: string) => `<?xml version="1.0" encoding="utf-8"?>
<e:Environment xmlns:e="http://schemas.dmtf.org/ovf/environment/1" xmlns:w="http://schemas.microsoft.com/windowsazure">
 <!-- <w:HostName>commented</w:HostName> -->
 <w:ProvisioningSection><w:Version>1.0</w:Version><w:LinuxProvisioningConfigurationSet>
  ${content}
 </w:LinuxProvisioningConfigurationSet></w:ProvisioningSection>
</e:Environment>
`;
const provisioning = `<w:HostName>az-1</w:HostName><w:UserName>ops</w:UserName>
  <w:UserPassword>S3cret &amp; more</w:UserPassword>
  <w:DisableSshPasswordAuthentication>false</w:DisableSshPasswordAuthentication>
  <w:SSH><w:PublicKeys><w:PublicKey><w:Fingerprint>A1</w:Fingerprint><w:Value>ssh-rsa AAAA a</w:Value></w:PublicKey>
   <w:PublicKey><w:Fingerprint>B2</w:Fingerprint><w:Path>x</w:Path></w:PublicKey></w:PublicKeys></w:SSH>
  <w:CustomData>${base64("#cloud-config\ntimezone: Asia/Tokyo\n")}</w:CustomData>`;
const compute = {
  osProfile: { adminUsername: "boss", computerName: "az-9", disablePasswordAuthentication: "true" },
  publicKeys: [{ keyData: "ssh-rsa BB\r\nBB b\r\n" }],
  userData: base64("#cloud-config\ntimezone: Europe/Paris\n"),
};

describe("Azure", () => {
  const userOf = (result: ReturnType<typeof bootOf>) => result.config.get("system_info", "default_user");
  const keysOf = ({ cloud }: ReturnType<typeof bootOf>) => new Config(cloud.metaData!).get("public-keys");

  test("ovf-env.xml names host, administrator, keys and user-data", () => {
    const result = bootOf({ "ovf-env.xml": ovf(provisioning) });
    expect(result.cloud.datasource).toBe("Azure");
    expect(textAfter(result, "/etc/hostname")).toBe("az-1\n");
    expect(userOf(result)).toMatchObject({
      name: "ops",
      lock_passwd: false,
      hashed_passwd: expect.stringContaining("<<"),
    });
    expect(result.config.get("ssh_pwauth")).toBe(true);
    expect(keysOf(result)).toEqual(["ssh-rsa AAAA a", expect.stringMatching(/^<<unknown:a public key/)]);
    expect(result.config.get("timezone")).toBe("Asia/Tokyo");
    expect(result.config.origin("timezone")).toMatchObject({ path: "seed/ovf-env.xml", line: 10 });
    expect(textAfter(result, "/etc/shadow")).toMatch(/^ops:<<unknown:[^>]+>>:/m);
  });

  test("the password of older versions is that of a new user, and of the default user", () => {
    const user = (version: string) => bootOf({ "ovf-env.xml": ovf(provisioning) }, version);
    expect(userOf(user("20.3"))).toMatchObject({ passwd: expect.stringContaining("<<") });
    expect(user("20.3").config.has("password")).toBe(false);
    expect(user("22.2").config.has("password")).toBe(true);
    expect(user("22.3").config.has("password")).toBe(false);
    expect(user("20.4").config.has("disk_setup")).toBe(true);
    expect(user("21.1").config.has("disk_setup")).toBe(false);
  });

  test("the metadata service beats it since 21.2, and in passwords since 25.1", () => {
    const files = { "ovf-env.xml": ovf(provisioning), "imds.json": JSON.stringify({ compute }) };
    const result = bootOf(files);
    expect([textAfter(result, "/etc/hostname"), userOf(result)]).toMatchObject(["az-9\n", { name: "boss" }]);
    expect([keysOf(result), result.config.get("ssh_pwauth")]).toEqual([["ssh-rsa BBBB b"], false]);
    expect(result.config.get("timezone")).toBe("Asia/Tokyo");
    const older = bootOf(files, "21.1");
    expect([textAfter(older, "/etc/hostname"), older.config.get("ssh_pwauth")]).toEqual(["az-1\n", true]);
    const alone = bootOf({ "ovf-env.xml": ovf("<w:HostName/>"), "imds.json": JSON.stringify({ compute }) });
    expect(alone.config.get("timezone")).toBe("Europe/Paris");
  });

  test("a password that was handed over before is not known", () => {
    const result = bootOf({
      "ovf-env.xml": ovf("<w:HostName>a</w:HostName><w:UserPassword>REDACTED</w:UserPassword>"),
    });
    expect(userOf(result)).toEqual({ name: "debian", lock_passwd: false, sudo: ["ALL=(ALL) NOPASSWD:ALL"] });
    expect(result.config.get("ssh_pwauth")).toBe(true);
  });

  test.each([
    ["", "1:1: invalid XML"],
    ["<a>\n<b></a>", "2:1: invalid XML"],
    ["<a>&nope;</a>", "1:1: invalid XML"],
    ["<a>\n<w:b/></a>", "2:1: a name has a prefix that is not declared"],
    ['<!DOCTYPE a [<!ENTITY b "c">]>\n<a>&b;</a>', "2:1: invalid XML"],
    ["<a/>", "1:1: it has no LinuxProvisioningConfigurationSet"],
    ["<a>".repeat(101) + "</a>".repeat(101), "nested too deeply"],
    [ovf("<w:UserName>x</w:UserName>"), "4:1: HostName is missing"],
    [ovf("<w:HostName>a</w:HostName>\n<w:CustomData>A</w:CustomData>"), "6:1: CustomData is not Base64"],
  ])("a file that is none: %#", (content, message) => {
    expect(() => bootOf({ "ovf-env.xml": content })).toThrow(`seed/ovf-env.xml:`);
    expect(() => bootOf({ "ovf-env.xml": content })).toThrow(message);
  });

  test("imds.json that is none", () => {
    expect(() => bootOf({ "imds.json": "{\n]" })).toThrow("seed/imds.json:2:1: not JSON");
    expect(() => bootOf({ "imds.json": "[]" })).toThrow("seed/imds.json:1:1: not a JSON object");
  });
});

describe("OpenStack", () => {
  const meta = JSON.stringify({ uuid: "i-1", hostname: "os-1.novalocal", meta: {} });
  const files = {
    "openstack/latest/meta_data.json": meta,
    "openstack/latest/user_data": "#cloud-config\nhostname: x\n",
  };

  test("a config drive, also as what the service says", () => {
    const drive = bootOf(files);
    expect([drive.cloud.datasource, drive.config.get("hostname")]).toEqual(["ConfigDrive", "x"]);
    expect(drive.config.origin("hostname")).toMatchObject({ path: "seed/openstack/latest/user_data", line: 2 });
    expect(bootOf(files, "25.1", "OpenStack").cloud.datasource).toBe("OpenStack");
  });

  test("one that cannot be used", () => {
    expect(() => bootOf({ "openstack/latest/meta_data.json": "{}" })).toThrow("cannot use this config drive: uuid");
    const pass = JSON.stringify({ uuid: "i", meta: { dsmode: "pass" } });
    expect(() => bootOf({ "openstack/latest/meta_data.json": pass })).toThrow("because of its dsmode");
  });

  test("nothing outside is read", () => {
    const files = [{ path: "/x", content_path: "/../../outside" }];
    writeFileSync("outside", "secret");
    seed({ "openstack/latest/meta_data.json": JSON.stringify({ uuid: "i", files }) });
    symlinkSync("/etc/passwd", "seed/openstack/latest/user_data");
    expect(() => readCloudSeed("seed", "26.2")).toThrow("the content of /x is missing");
  });
});

test("documents larger than any cloud's are refused, and unknown in an image", () => {
  const many = JSON.stringify({ uuid: "u", hostname: "h", meta: Array.from({ length: 21_000 }, () => 1) });
  const read = (files: Readonly<Record<string, string>>) => () => readCloudSeed(seed(files, "large"), "26.2");
  expect(read({ "openstack/latest/meta_data.json": many })).toThrow("meta_data.json: larger than any cloud's");
  expect(read({ "imds.json": many })).toThrow("large/imds.json: larger than any cloud's");
  const drive = { "/var/lib/cloud/seed/config_drive/openstack/latest/meta_data.json": many };
  const { cloud } = launched(drive, { datasource: "ConfigDrive" });
  expect([cloud.datasource, cloud.metaData]).toEqual(["ConfigDrive", undefined]);
});

describe("Ec2", () => {
  test("a tree of meta-data", () => {
    const result = bootOf({
      "meta-data/instance-id": "i-1",
      "meta-data/local-hostname": "ip-10-0-0-4.ec2.internal\n",
      "meta-data/public-keys/0/openssh-key": "ssh-rsa AAAA key\n",
      "meta-data/network/interfaces/macs/06:00:00:00:00:01/local-ipv4s": "10.0.0.4\n10.0.0.5\n",
      "user-data": "#cloud-config\ntimezone: Asia/Tokyo\n",
    });
    const meta = new Config(result.cloud.metaData!);
    expect(result.cloud.datasource).toBe("Ec2");
    expect(meta.get("public-keys")).toEqual({ "0": ["ssh-rsa AAAA key"] });
    expect(meta.get("network", "interfaces", "macs", "06:00:00:00:00:01", "local-ipv4s")).toEqual([
      "10.0.0.4",
      "10.0.0.5",
    ]);
    expect(textAfter(result, "/etc/hostname")).toBe("ip-10-0-0-4\n");
    expect(result.config.get("timezone")).toBe("Asia/Tokyo");
  });
});

const KEYS = ["ssh-rsa AA a"];
const USER = "#cloud-config\ntimezone: Asia/Tokyo\n";
const VENDOR = "#cloud-config\nlocale: C\n";

describe("meta-data as the cloud provides them", () => {
  const ofCloud = (datasource: string, data: object) =>
    bootOf({ "meta-data": JSON.stringify(data) }, "25.1", datasource);

  test("GCE: keys of the default user, of the project unless the instance blocks them", () => {
    const attributes = {
      "ssh-keys": "debian:ssh-rsa AA a\nother:ssh-rsa BB b\nnone",
      "user-data": "#cloud-config\nhostname: u\n",
    };
    const expiring = 'cloudinit:ssh-rsa DD google-ssh {"userName":"x","expireOn":"2020-01-01T00:00:00+0000"}';
    const project = { attributes: { "ssh-keys": `debian:ssh-rsa CC c\n${expiring}` } };
    const instance = { id: 123, hostname: "gce-1.c.p.internal", zone: "projects/1/zones/europe-west1-b", attributes };
    const result = ofCloud("GCE", { instance, project });
    const meta = new Config(result.cloud.metaData!);
    expect(meta.get("public-keys")).toEqual(["ssh-rsa AA a", "ssh-rsa CC c", expect.stringContaining("that expires")]);
    expect([meta.get("availability-zone"), textAfter(result, "/etc/hostname")]).toEqual(["europe-west1-b", "u\n"]);
    const blocked = { ...instance, attributes: { ...attributes, "block-project-ssh-keys": "TRUE" } };
    expect(new Config(ofCloud("GCE", { instance: blocked, project }).cloud.metaData!).get("public-keys")).toEqual([
      "ssh-rsa AA a",
    ]);
  });

  test("DigitalOcean", () => {
    const data = {
      droplet_id: 1,
      hostname: "do-1",
      public_keys: ["ssh-rsa AA a"],
      user_data: "#cloud-config\nhostname: v\n",
    };
    const result = ofCloud("DigitalOcean", data);
    expect(textAfter(result, "/etc/hostname")).toBe("v\n");
    expect(new Config(result.cloud.metaData!).get("public-keys")).toEqual(["ssh-rsa AA a"]);
  });

  test.each([
    ["Hetzner", { "instance-id": 42, "public-keys": KEYS, vendor_data: VENDOR }, base64(USER)],
    ["NWCS", { "instance-id": 42, "public-keys": KEYS, userdata: USER, vendordata: VENDOR }, ""],
    ["UpCloud", { instance_id: "i-1", public_keys: KEYS, user_data: USER, vendor_data: VENDOR }, ""],
    ["Vultr", { "instance-v2-id": "i-1", "public-keys": KEYS, "user-data": USER, "vendor-data": [VENDOR] }, ""],
  ])("%s has names of its own", (datasource, data, userData) => {
    const files = { "meta-data": JSON.stringify({ ...data, hostname: "web-1" }), "user-data": userData };
    const result = bootOf(files, "25.1", datasource);
    const keys = new Config(result.cloud.metaData!).get("public-keys");
    expect([textAfter(result, "/etc/hostname"), keys]).toEqual(["web-1\n", KEYS]);
    expect([result.config.get("timezone"), result.config.get("locale")]).toEqual(["Asia/Tokyo", "C"]);
  });

  test("Scaleway: keys in tags since 23.2, before only the tag's name", () => {
    const data = { id: "i-1", hostname: "sc", ssh_public_keys: [], tags: ["AUTHORIZED_KEY=ssh-rsa_AA_a", "x"] };
    const keys = (version: string) => {
      const { cloud } = bootOf({ "meta-data": JSON.stringify(data) }, version, "Scaleway");
      return new Config(cloud.metaData!).get("public-keys");
    };
    expect([keys("23.2"), keys("23.1")]).toEqual([["ssh-rsa AA a"], ["AUTHORIZED KEY="]]);
  });

  test("VMware: the keys have several names", () => {
    const keys = { "public-keys": ["ssh-rsa BB b"], "public-keys-data": "ssh-rsa AA a\n" };
    const { cloud } = ofCloud("VMware", { "instance-id": "i", ...keys });
    expect(new Config(cloud.metaData!).get("public-keys")).toBe("ssh-rsa AA a\n");
  });

  test("CloudSigma", () => {
    const data = "#cloud-config\nhostname: w\n";
    const meta = {
      ssh_public_key: "ssh-rsa AA a",
      "cloudinit-user-data": base64(data),
      base64_fields: "cloudinit-user-data",
    };
    const result = ofCloud("CloudSigma", { uuid: "u-1", name: "cs-1", meta });
    expect([
      result.config.get("hostname"),
      result.cloud.metaData && new Config(result.cloud.metaData).get("public-keys"),
    ]).toEqual(["w", ["ssh-rsa AA a"]]);
  });

  test("Ec2 has the launch index under a name of its own", () => {
    const part = (index: number) => `launch-index: ${index}\nhostname: n${index}\n`;
    const userData = `#cloud-config-archive\n- content: "#cloud-config\\n${part(0).replaceAll("\n", "\\n")}"\n  launch-index: 0\n`;
    const name = (datasource: string, key: string) => {
      const cloud = readCloudSeed(seed({ "meta-data": `instance-id: i\n${key}: 1\n`, "user-data": userData }), "26.2");
      return launched({}, { cloud, datasource }).config.get("hostname");
    };
    expect([name("Ec2", "ami-launch-index"), name("Ec2", "launch-index")]).toEqual([undefined, "n0"]);
    expect([name("GCE", "launch-index"), name("NoCloud", "launch-index")]).toEqual(["n0", undefined]);
  });

  test("in NoCloud layout they stay as they are", () => {
    const result = ofCloud("Scaleway", { "instance-id": "i-1", "local-hostname": "sc-1" });
    expect(textAfter(result, "/etc/hostname")).toBe("sc-1\n");
  });
});
