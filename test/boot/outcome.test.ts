import { expect, test } from "vitest";
import type { ModuleOutcome } from "../../src/boot/boot.ts";
import { orCannotTell } from "../../src/boot/outcome.ts";
import { CannotTell } from "../../src/python/errors.ts";
import { firstBoot } from "./firstBoot.ts";

function outcomeOf(name: string, config: string, version = "25.1"): ModuleOutcome | undefined {
  const lists = `cloud_init_modules: [${name}]\n`;
  return firstBoot({ version, config: `${lists}system_info: {distro: debian}\n${config}` }).modules.find(
    (module) => module.name === name,
  );
}

test("a module that simply runs has nothing to say", () =>
  expect(outcomeOf("seed_random", "random_seed: {data: x, file: /x}\n")).toMatchObject({ status: "ran", why: null }));

test("one that raises names the line that makes it fail, else the only key that it reads", () => {
  const raises = outcomeOf("keyboard", "keyboard: {}\n");
  expect(raises).toMatchObject({
    status: "failed",
    why: { code: "raises", message: "keyboard.layout is missing", origin: { path: "/etc/cloud/cloud.cfg", line: 3 } },
  });
  const exact = outcomeOf("set_passwords", "chpasswd: {expire: false}\nssh_pwauth: 5\n");
  expect(exact).toMatchObject({ status: "failed", why: { code: "raises", origin: { line: 4 } } });
  const only = outcomeOf("seed_random", "random_seed: {data: 5}\n");
  expect(only).toMatchObject({ status: "failed", why: { code: "raises", origin: { line: 3 } } });
});

test("one that is skipped says why, with what decides", () => {
  expect(outcomeOf("ntp", "")).toMatchObject({ status: "skipped", why: { code: "not-configured", keys: ["ntp"] } });
  expect(outcomeOf("nonsense", "")).toMatchObject({
    status: "skipped",
    why: { code: "module-unknown", version: "25.1" },
  });
  expect(outcomeOf("yum_add_repo", "yum_repos: {a: {baseurl: x}}\n")).toMatchObject({
    status: "skipped",
    why: { code: "other-distro", distro: "debian" },
  });
});

test("one whose effects this program does not know is not simulated", () =>
  expect(outcomeOf("debug", "", "22.2")).toMatchObject({
    status: "not simulated",
    why: { code: "effects-unknown" },
  }));

test("a limit of this program is no failure of cloud-init", () => {
  const ending = orCannotTell(() => {
    throw new CannotTell("the files are too large");
  });
  expect(ending).toEqual({ status: "not simulated", why: { code: "cannot-tell", message: "the files are too large" } });
  expect(() =>
    orCannotTell(() => {
      throw new RangeError("a fault");
    }),
  ).toThrow("a fault");
});
