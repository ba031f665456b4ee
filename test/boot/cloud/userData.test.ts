import { describe, expect, test } from "vitest";
import { firstBoot, notesOf, reasonOf, textAfter } from "../firstBoot.ts";

const lists = `cloud_init_modules: [write_files]
cloud_config_modules: [timezone]
cloud_final_modules: [scripts_vendor, scripts_per_once, scripts_per_boot, scripts_per_instance, scripts_user, runcmd]
`;
const metaData = "instance-id: i-1\nlocal-hostname: web-1\n";
const script = (path: string) => `#!/bin/sh\ntouch ${path}\n`;
const zone = { "/usr/share/zoneinfo/Asia/Tokyo": "TZif2", "/usr/share/zoneinfo/Europe/Paris": "TZif2" };

function launch(options: Partial<Parameters<typeof firstBoot>[0]>) {
  return firstBoot({
    metaData,
    ...options,
    config: lists + (options.config ?? ""),
    files: { ...zone, ...options.files },
  });
}

/** Paths below /etc that may change, each with the module and the place to blame. */
function possible(result: ReturnType<typeof firstBoot>): string[] {
  return result.changes
    .filter(({ path, certainty }) => certainty === "possible" && path.startsWith("/etc/"))
    .map(({ path, blames }) => {
      const [blame] = blames;
      return `${path} ${blame?.module} ${blame?.cause.path}:${blame?.cause.line}`;
    });
}

const scripts = (result: ReturnType<typeof firstBoot>) =>
  result.commands
    .map(({ module, command }) => `${module} ${command}`)
    .filter((line) => /^(scripts_|user_data)/.test(line));

describe("scripts", () => {
  test("of user-data are written and run at the end", () => {
    const result = launch({ userData: script("/etc/one") });
    expect(textAfter(result, "/var/lib/cloud/instances/i-1/scripts/part-001")).toBe(script("/etc/one"));
    expect(scripts(result)).toEqual(["scripts_user /var/lib/cloud/instances/i-1/scripts/part-001"]);
    expect(possible(result)).toEqual(["/etc/one scripts_user user-data:1"]);
  });

  test("of vendor-data run behind the prefix", () => {
    const result = launch({
      vendorData: script("/etc/one"),
      config: "vendor_data: {enabled: true, prefix: [nice, -n5]}\n",
    });
    expect(scripts(result)).toEqual(["scripts_vendor nice -n5 /var/lib/cloud/instances/i-1/scripts/vendor/part-001"]);
    expect(possible(result)).toEqual(["/etc/one scripts_vendor vendor-data:1"]);
  });

  test("of the image run where they are executable", () => {
    const directory = "/var/lib/cloud/scripts";
    const result = launch({
      files: {
        [`${directory}/per-boot/b`]: { content: script("/etc/b"), mode: 0o755 },
        [`${directory}/per-boot/a`]: { content: script("/etc/a"), mode: 0o644 },
        [`${directory}/per-instance/c`]: { content: "#!/usr/bin/python3\n# touch /etc/c\n", mode: 0o755 },
        [`${directory}/per-once/d`]: { content: script("/etc/d"), mode: 0o755 },
      },
    });
    expect(scripts(result)).toEqual([
      `scripts_per_once ${directory}/per-once/d`,
      `scripts_per_boot ${directory}/per-boot/b`,
      `scripts_per_instance ${directory}/per-instance/c`,
    ]);
    expect(possible(result)).toEqual([
      `/etc/b scripts_per_boot ${directory}/per-boot/b:1`,
      `/etc/d scripts_per_once ${directory}/per-once/d:1`,
    ]);
  });

  test("boothooks run before the modules of the init stage", () => {
    const result = launch({
      userData: "#cloud-boothook\n#!/bin/sh\ntouch /etc/hook\n",
      config: "write_files: [{path: /etc/hook, content: written}]\n",
    });
    expect(scripts(result)).toEqual(["user_data /var/lib/cloud/instances/i-1/boothooks/part-001"]);
    expect(textAfter(result, "/etc/hook")).toBe("written");
  });

  test("another instance's scripts do not run, whoever launches it", () => {
    const files = {
      "/var/lib/cloud/instance": { link: "instances/i-0" },
      "/var/lib/cloud/instances/i-0/scripts/old": { content: script("/etc/old"), mode: 0o755 },
    };
    expect(scripts(launch({ files }))).toEqual([]);
    expect(scripts(firstBoot({ config: lists, files }))).toEqual([]);
  });
});

describe("vendor-data", () => {
  const vendorData = "#cloud-config\ntimezone: Asia/Tokyo\n";
  const zoneOf = (options: Parameters<typeof launch>[0]) => textAfter(launch(options), "/etc/timezone");

  test("counts unless the image or the user switch it off", () => {
    expect(zoneOf({ vendorData })).toBe("Asia/Tokyo\n");
    expect(zoneOf({ vendorData, userData: "#cloud-config\ntimezone: Europe/Paris\n" })).toBe("Europe/Paris\n");
    expect(zoneOf({ vendorData, config: "vendor_data: {enabled: false}\n" })).toBeUndefined();
    expect(zoneOf({ vendorData, userData: "#cloud-config\nvendor_data: {enabled: 'no'}\n" })).toBeUndefined();
    expect(zoneOf({ vendorData, config: "vendor_data: true\n" })).toBeUndefined();
    expect(
      zoneOf({ vendorData, config: "vendor_data: {enabled: true, disabled_handlers: [text/cloud-config]}\n" }),
    ).toBeUndefined();
  });

  test("counts where user-data is not allowed", () => {
    const userData = "#cloud-config\ntimezone: Europe/Paris\n";
    expect(zoneOf({ vendorData, userData, config: "allow_userdata: false\n" })).toBe("Asia/Tokyo\n");
    expect(zoneOf({ userData, config: "allow_userdata: false\n" })).toBeUndefined();
  });
});

describe("what stops the init stage", () => {
  const written = "write_files: [{path: /etc/written, content: a}]\ntimezone: Asia/Tokyo\n";

  test("a packed part that cannot be decompressed: nothing of user-data counts", () => {
    const userData = "MIME-Version: 1.0\nContent-Type: application/gzip\n\nnothing";
    const result = launch({ config: written, userData });
    expect(reasonOf(result, "write_files")).toContain("the part of type application/gzip cannot be decompressed");
    expect(textAfter(result, "/etc/written")).toBeUndefined();
    expect(textAfter(result, "/etc/timezone")).toBe("Asia/Tokyo\n");
  });

  test.each(["users: {default: true, off: false}", "x: {1: a, b: c}", "x: [{2020-01-01: a}]", "x: {null: a, b: c}"])(
    "keys that Python cannot sort, since 23.3: %s",
    (odd) => {
      const result = launch({ config: `${written}${odd}\n` });
      expect(reasonOf(result, "write_files")).toMatch(/ \/etc\/cloud\/cloud\.cfg:6:\d+: a key is/);
      expect(textAfter(result, "/etc/written")).toBeUndefined();
      expect(textAfter(result, "/etc/timezone")).toBe("Asia/Tokyo\n");
      expect(textAfter(launch({ version: "23.2", config: `${written}${odd}\n` }), "/etc/written")).toBe("a");
    },
  );

  test("a message whose own type is message/*, with anything but messages in it", () => {
    const inner = `Content-Type: text/cloud-config\n\n${written}`;
    const userData = `MIME-Version: 1.0\nContent-Type: message/rfc822\n\n${inner}`;
    expect(reasonOf(launch({ config: written, userData }), "write_files")).toContain(
      "a MIME message of type message/rfc822, which cloud-init cannot store",
    );
    const mixed = `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n${inner}--b--\n`;
    expect(textAfter(launch({ userData: mixed }), "/etc/written")).toBe("a");
    const empty = "MIME-Version: 1.0\nContent-Type: message/rfc822\n\n#include http://192.0.2.1/\n";
    expect(textAfter(launch({ config: written, userData: empty }), "/etc/written")).toBe("a");
  });

  test("not keys that are all numbers", () => {
    expect(textAfter(launch({ config: `${written}x: {1: a, 2.5: b, true: c}\n` }), "/etc/written")).toBe("a");
  });
});

describe("names of the system in templates", () => {
  const userData =
    "## template: jinja\n#cloud-config\nwrite_files:\n  - {path: /etc/name, content: '{{ v1.distro }} {{ distro_version }} {{ distro_release }} {{ variant }}'}\n";
  const nameOn = (version: string, release: string) =>
    textAfter(launch({ version, userData, files: { "/etc/os-release": release } }), "/etc/name");
  const rocky = "ID=rocky\nVERSION_ID=9.6\nVERSION='9.6 (Blue Onyx)'\n";

  test.each([
    ["20.1", rocky, expect.stringMatching(/^CI_MISSING_JINJA_VAR\/distro /)],
    ["20.2", rocky, "rocky 9.6 Blue Onyx linux"],
    ["21.3", rocky, "rocky 9.6 Blue Onyx rocky"],
    ["24.4", "ID=rhel\nVERSION_ID=9.6\nVERSION='9.6 (Plow)'\n", "redhat 9.6 Plow rhel"],
    ["25.1", "ID=ubuntu\nVERSION_ID=24.04\nVERSION_CODENAME=noble\n", "ubuntu 24.04 noble ubuntu"],
    [
      "25.1",
      "ID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME='Alpine Linux v3.22'\n",
      "alpine 3.22.1 Alpine Linux v3.22 alpine",
    ],
    ["25.1", "ID=opensuse-leap\nVERSION_ID=15.6\n", expect.stringMatching(/^opensuse-leap 15.6 <<unknown.*>> suse$/)],
  ])("%s %j", (version, release, name) => expect(nameOn(version, release)).toEqual(name));
});

describe("templates in the base configuration", () => {
  const files = (text: string) => ({ "/etc/cloud/cloud.cfg.d/20-team.cfg": `## template: jinja\n${text}` });
  const content =
    "write_files:\n  - path: /etc/name\n    content: '{{ v1.local_hostname }} {{ ds.meta_data.instance_id }} {{ x }}'\n";

  test("are rendered since 22.4", () => {
    expect(textAfter(launch({ files: files(content) }), "/etc/name")).toBe("web-1 i-1 CI_MISSING_JINJA_VAR/x");
    const before = launch({ version: "22.3", files: files(content) });
    expect(textAfter(before, "/etc/name")).toBe("{{ v1.local_hostname }} {{ ds.meta_data.instance_id }} {{ x }}");
  });

  test("contain placeholders for the values of an unknown cloud", () => {
    const result = firstBoot({ config: lists, files: files(content) });
    expect(textAfter(result, "/etc/name")).toMatch(
      /^<<unknown:the host name that the cloud assigns>> <<unknown:instance_id, which .*>> <<unknown:x, which the cloud may provide>>$/,
    );
  });

  test("keep the lines of a file that renders to as many", () => {
    const result = launch({ files: files("# {{ v1.local_hostname }}\ntimezone: Asia/Tokyo\n") });
    expect(result.config.origin("timezone")).toEqual({
      path: "/etc/cloud/cloud.cfg.d/20-team.cfg",
      line: 3,
      column: 1,
    });
  });

  test("stop cloud-init where it does not catch their error", () => {
    const undefinedName = { files: files("timezone: '{{ a.b }}'\n") };
    expect(notesOf(launch(undefinedName)).join()).toContain("cloud-init does not run: the template cannot be rendered");
    expect(notesOf(launch({ ...undefinedName, version: "22.4" })).join()).not.toContain("does not run");
    const wrongSyntax = { files: files("timezone: Asia/Tokyo # {% if %}\n") };
    expect(textAfter(launch(wrongSyntax), "/etc/timezone")).toBe("Asia/Tokyo\n");
    expect(notesOf(launch({ ...wrongSyntax, version: "22.4" })).join()).toContain("cloud-init does not run");
  });
});
