import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { GRUB_DEFAULTS, GRUB_DEFAULTS_TEXT } from "../../distro/grubDefaults.ts";
import { tree } from "../../image/tree.ts";
import { describeReal, programs } from "../describeReal.ts";

describeReal("GRUB's defaults", programs("sh"), () => {
  test("are what the shell makes of them", () => {
    const script = `cd "$1/etc/default"; . ./grub; for f in grub.d/*.cfg; do . ./$f; done
      printf '%s %s' "$GRUB_CMDLINE_LINUX" "$GRUB_CMDLINE_LINUX_DEFAULT"`;
    const text = execFileSync("sh", ["-c", script, "sh", tree(GRUB_DEFAULTS)], { encoding: "utf8" });
    expect(text).toBe(GRUB_DEFAULTS_TEXT);
  });
});
