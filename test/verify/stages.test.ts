import { expect, test } from "vitest";
import { memoryImage } from "../../src/image/memory.ts";
import { startedAtBoot } from "../../src/verify/stages.ts";

type Files = Parameters<typeof memoryImage>[0];

const [LOCAL, NETWORK, CONFIG, FINAL] = ["init --local", "init", "modules --mode=config", "modules --mode=final"];
const ALL = [LOCAL, NETWORK, CONFIG, FINAL];

const PACKAGED = "/usr/lib/systemd/system";
const OWN = "/etc/systemd/system";
const MASK = { link: "/dev/null" } as const;

/** A root with systemd, cloud-init's units, and links that enable these. */
function systemd(network: "cloud-init" | "cloud-init-network", files: Files = {}): Files {
  const single = network === "cloud-init-network" ? ["cloud-init-main"] : [];
  const names = ["cloud-init-local", network, "cloud-config", "cloud-final", ...single];
  const units = names.map((name) => `${name}.service`);
  return {
    "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "/tmp": { directory: true },
    "/usr/lib/systemd/systemd": "",
    [`${PACKAGED}/default.target`]: { link: "graphical.target" },
    [`${PACKAGED}/graphical.target`]: "[Unit]\nRequires=multi-user.target\n",
    [`${PACKAGED}/multi-user.target`]: "[Unit]\nRequires=basic.target\n",
    [`${PACKAGED}/basic.target`]: "[Unit]\nRequires=sysinit.target\n",
    [`${PACKAGED}/sysinit.target`]: "[Unit]\nWants=local-fs.target\n",
    [`${PACKAGED}/local-fs.target`]: "[Unit]\n",
    [`${PACKAGED}/cloud-init.target`]: "[Unit]\n",
    ...Object.fromEntries(units.map((unit) => [`${PACKAGED}/${unit}`, "[Service]\nExecStart=true\n"])),
    ...Object.fromEntries(
      units.map((unit) => [`${OWN}/cloud-init.target.wants/${unit}`, { link: `${PACKAGED}/${unit}` }]),
    ),
    ...files,
  };
}

const stagesOf = (files: Files) => startedAtBoot(memoryImage(files)).stages;

/** Without a link that enables a unit. */
function disabled(files: Files, unit: string): Files {
  const { [`${OWN}/cloud-init.target.wants/${unit}`]: _, ...others } = files;
  return others;
}

test.each(["cloud-init", "cloud-init-network"] as const)("enabled units start the four stages: %s", (network) => {
  expect(stagesOf(systemd(network))).toEqual(ALL);
});

test("before 24.3 a masked or disabled unit keeps back its own stage", () => {
  expect(stagesOf(systemd("cloud-init", { [`${OWN}/cloud-config.service`]: MASK }))).toEqual([LOCAL, NETWORK, FINAL]);
  expect(stagesOf(disabled(systemd("cloud-init"), "cloud-init-local.service"))).toEqual([NETWORK, CONFIG, FINAL]);
});

test("the single process waits for a stage that nothing starts", () => {
  const masked = (unit: string) => stagesOf(systemd("cloud-init-network", { [`${OWN}/${unit}.service`]: MASK }));
  expect(masked("cloud-config")).toEqual([LOCAL, NETWORK]);
  expect(masked("cloud-final")).toEqual([LOCAL, NETWORK, CONFIG]);
  expect(masked("cloud-init-local")).toEqual([]);
  expect(masked("cloud-init-main")).toEqual([]);
});

test("a unit that is not enabled starts if another wants it, and on a first boot by the presets", () => {
  const wants = { [`${PACKAGED}/cloud-final.service`]: "[Unit]\nWants=cloud-config.service\n" };
  expect(stagesOf(disabled(systemd("cloud-init", wants), "cloud-config.service"))).toEqual(ALL);
  const first = (preset: string) =>
    stagesOf(
      disabled(
        systemd("cloud-init", {
          "/etc/machine-id": "uninitialized\n",
          "/usr/lib/systemd/system-preset/90-default.preset": preset,
        }),
        "cloud-config.service",
      ),
    );
  expect(first("enable *\n")).toEqual(ALL);
  expect(first("disable cloud-config.service\n")).toEqual([LOCAL, NETWORK, FINAL]);
});

test("nothing starts without the target or with a masked generator", () => {
  expect(stagesOf(systemd("cloud-init", { [`${OWN}/cloud-init.target`]: MASK }))).toEqual([]);
  const generator = `${OWN}-generators/cloud-init-generator`;
  expect(stagesOf(systemd("cloud-init", { [generator]: MASK }))).toEqual([]);
});

test("OpenRC starts what a runlevel links to; without units and services all stages are started", () => {
  const script = {
    "/etc/init.d/cloud-init-local": "#!/sbin/openrc-run\n",
    "/etc/init.d/cloud-final": "#!/sbin/openrc-run\n",
  };
  const levels = (...paths: string[]) => Object.fromEntries(paths.map((path) => [`/etc/runlevels/${path}`, ""]));
  expect(stagesOf({ ...script, ...levels("boot/cloud-init-local", "default/cloud-final") })).toEqual([LOCAL, FINAL]);
  expect(stagesOf({ "/etc/os-release": "ID=debian\n" })).toEqual(ALL);
  expect(stagesOf({ "/usr/lib/systemd/systemd": "" })).toEqual(ALL);
});

test("/tmp is a file system of its own if a unit or /etc/fstab mounts it", () => {
  const hasOwnTmp = (files: Files) => startedAtBoot(memoryImage(systemd("cloud-init", files))).hasOwnTmp;
  expect(hasOwnTmp({})).toBe(false);
  const unit = { [`${PACKAGED}/tmp.mount`]: "[Mount]\nWhat=tmpfs\nWhere=/tmp\nType=tmpfs\n" };
  expect(hasOwnTmp(unit)).toBe(false);
  const wanted = { ...unit, [`${PACKAGED}/local-fs.target.wants/tmp.mount`]: { link: "../tmp.mount" } };
  expect(hasOwnTmp(wanted)).toBe(true);
  expect(hasOwnTmp({ ...wanted, [`${OWN}/tmp.mount`]: MASK })).toBe(false);
  expect(hasOwnTmp({ "/etc/fstab": "tmpfs /tmp tmpfs defaults 0 0\n" })).toBe(true);
});
