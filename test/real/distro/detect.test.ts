import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { detectDistro } from "../../../src/distro/detect.ts";
import { openDirectory } from "../../../src/image/directory.ts";
import { describeReal, realRoots } from "../describeReal.ts";
import { ROOTS } from "./roots.ts";

const LIBRARY = "/usr/lib/python3/dist-packages/cloudinit";

describeReal("what the real roots are", realRoots, () => {
  test.each(ROOTS)("$suite", ({ suite, root, version }) => {
    const image = openDirectory(root);
    const distro = detectDistro(image);
    const script = '. /etc/os-release; echo "$ID,$VERSION_ID,$VERSION_CODENAME"';
    const [id, versionId, codename] = execFileSync("chroot", [root, "sh", "-c", script], { encoding: "utf8" })
      .trim()
      .split(",");
    expect(distro).toMatchObject({ id, version: versionId, codename });
    expect(distro.cloudInit).toEqual({ version, disabled: undefined, library: LIBRARY });
    const program = "from cloudinit import version; print(version.version_string())";
    const real = execFileSync("chroot", [root, "python3", "-B", "-c", program], { encoding: "utf8" }).trim();
    expect(distro.cloudInit.version, suite).toBe(real);
    expect(distro.packages.kind).toBe("dpkg");
    expect(image.problems).toEqual([]);
  });
});
