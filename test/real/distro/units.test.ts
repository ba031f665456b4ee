import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stoppedUnits } from "../../../src/distro/units.ts";
import { openDirectory } from "../../../src/image/directory.ts";
import { tree } from "../../image/tree.ts";
import { describeReal, programs, realRoots } from "../describeReal.ts";
import { ROOTS } from "./roots.ts";

/** The real units of cloud-init, switched by the real systemctl. */
describeReal("the units of cloud-init", { ...realRoots, ...programs("systemctl") }, () => {
  describe.each(ROOTS)("of $suite", ({ root }) => {
    const network = readdirSync(`${root}/lib/systemd/system`).includes("cloud-init-network.service");
    const stages = ["cloud-init-local", network ? "cloud-init-network" : "cloud-init", "cloud-config", "cloud-final"];

    function machine(machineId = ""): string {
      const top = tree({ "etc/machine-id": machineId, "usr/lib/systemd/system/.keep": "" });
      for (const name of readdirSync(`${root}/lib/systemd/system`).filter((name) =>
        /^cloud-.*(service|target)$/.test(name),
      )) {
        copyFileSync(`${root}/lib/systemd/system/${name}`, join(top, "usr/lib/systemd/system", name));
      }
      systemctl(top, "enable", ...stages, ...(network ? ["cloud-init-main"] : []));
      return top;
    }

    function systemctl(top: string, ...args: string[]): void {
      execFileSync("systemctl", [`--root=${top}`, ...args], { stdio: "pipe" });
    }

    const reasonOf = (top: string) => stoppedUnits(openDirectory(top));

    test("enabled as installed", () => {
      expect(reasonOf(machine())).toBeUndefined();
    });

    test("the target masked", () => {
      const top = machine();
      systemctl(top, "mask", "cloud-init.target");
      const path = "/etc/systemd/system/cloud-init.target";
      expect(reasonOf(top)).toEqual({ code: "unit-masked", unit: "cloud-init.target", path });
      systemctl(top, "unmask", "cloud-init.target");
      expect(reasonOf(top)).toBeUndefined();
    });

    test("one stage masked is not all", () => {
      const top = machine();
      systemctl(top, "mask", stages[1]!);
      expect(reasonOf(top)).toBeUndefined();
    });

    test("all stages masked, or masked and disabled", () => {
      const top = machine();
      systemctl(top, "mask", ...stages.slice(0, 2));
      systemctl(top, "disable", ...stages.slice(2));
      const path = `/etc/systemd/system/${stages[0]}.service`;
      expect(reasonOf(top)).toEqual({ code: "units-masked", path });
    });

    test("all stages disabled, unless a first boot enables them by presets", () => {
      const top = machine();
      systemctl(top, "disable", ...stages);
      expect(reasonOf(top)).toEqual({ code: "units-disabled", path: "/etc/systemd/system" });
      writeFileSync(join(top, "etc/machine-id"), "uninitialized\n");
      expect(reasonOf(top)).toBeUndefined();
      rmSync(join(top, "etc/machine-id"));
      expect(reasonOf(top)).toBeUndefined();
    });

    if (network)
      test("the one process of 24.3 disabled", () => {
        const top = machine();
        systemctl(top, "disable", "cloud-init-main");
        expect(reasonOf(top)).toMatchObject({ code: "unit-disabled", unit: "cloud-init-main.service" });
      });

    test("whatever systemctl calls masked is a mask", () => {
      for (const mask of ["/dev/null", "../../../dev/null", ""]) {
        const top = machine();
        mkdirSync(join(top, "etc/systemd/system"), { recursive: true });
        const path = join(top, "etc/systemd/system/cloud-init.target");
        if (mask === "") writeFileSync(path, "");
        else symlinkSync(mask, path);
        const answer = spawnSync("systemctl", [`--root=${top}`, "is-enabled", "cloud-init.target"], {
          encoding: "utf8",
        });
        expect(answer.stdout.trim(), mask).toBe("masked");
        expect(reasonOf(top), mask).toMatchObject({ code: "unit-masked", unit: "cloud-init.target" });
      }
    });
  });
});
