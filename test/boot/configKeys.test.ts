import { expect, test } from "vitest";
import { coreKeys } from "../../src/boot/coreKeys.ts";
import { modules } from "../../src/boot/modules/modules.ts";
import type { Form } from "../../src/config/schema/forms.ts";

test("a key that several read is defined once", () => {
  const defined = new Map<string, Form>(Object.entries(coreKeys));
  for (const module of modules)
    for (const [key, form] of Object.entries(module.keys)) {
      expect([module.name, key, defined.get(key) ?? form]).toEqual([module.name, key, form]);
      expect(defined.has(key) ? defined.get(key) === form : true).toBe(true);
      defined.set(key, form);
    }
});

test("a module reads the keys without which it is skipped", () => {
  const names = ({ activatedBy }: (typeof modules)[number]) =>
    typeof activatedBy === "function" ? activatedBy(() => true) : activatedBy;
  const unread = modules.flatMap((module) =>
    names(module)
      .filter((key) => !Object.hasOwn(module.keys, key))
      .map((key) => `${module.name}: ${key}`),
  );
  expect(unread).toEqual([]);
});
