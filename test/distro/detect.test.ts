import { expect, test } from "vitest";
import { versionString } from "../../src/distro/cloudInit.ts";
import { detectDistro } from "../../src/distro/detect.ts";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { isForeseen, mayBeRead } from "../../src/lint/needs.ts";

const detect = (files: Record<string, MemoryFile>) => detectDistro(memoryImage(files));
const LIBRARY = "/usr/lib/python3/dist-packages/cloudinit";

test("os-release: quotes, escapes, comments, and the second place", () => {
  const text = `# ID=comment\nID="opensuse-leap"\nVERSION_ID='15.5'\n VERSION_CODENAME=a\\ b\nNAME="x \\"y\\" \\$z"\nID_LIKE=suse\n`;
  expect(detect({ "/etc/os-release": text })).toMatchObject({ id: "opensuse-leap", version: "15.5", codename: "a b" });
  expect(detect({ "/usr/lib/os-release": "ID=arch\n" })).toMatchObject({ id: "arch", version: "", codename: "" });
  expect(detect({ "/etc/os-release": "", "/usr/lib/os-release": "ID=arch\n" }).id).toBe("");
  expect(
    detect({ "/etc/os-release": { link: "../usr/lib/os-release" }, "/usr/lib/os-release": "ID=a\r\nID=b" }).id,
  ).toBe("b");
});

test("lsb-release where os-release is missing, as in a tree of Ubuntu's /etc alone", () => {
  const lsb =
    'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\nDISTRIB_CODENAME=noble\nDISTRIB_DESCRIPTION="Ubuntu 24.04 LTS"\n';
  const files = { "/etc/os-release": { link: "../usr/lib/os-release" }, "/etc/lsb-release": lsb };
  expect(detect(files)).toMatchObject({ id: "ubuntu", version: "24.04", codename: "noble" });
  expect(detect({ ...files, "/usr/lib/os-release": "ID=mint\n" })).toMatchObject({ id: "mint", version: "" });
  expect(detect({ "/etc/lsb-release": "LSB_VERSION=1.4\n" })).toMatchObject({ id: "", version: "", codename: "" });
});

test("an image without cloud-init", () => {
  const { cloudInit, packages } = detect({ "/etc/os-release": "ID=debian\n", "/etc/cloud/cloud.cfg": "" });
  expect(cloudInit).toEqual({ version: undefined, disabled: undefined, library: undefined });
  expect(packages.kind).toBe("none");
});

test("its configuration alone says whether it is meant to run", () => {
  const { version, disabled } = detect({ "/etc/cloud/cloud-init.disabled": "" }).cloudInit;
  expect(version).toBeUndefined();
  expect(disabled?.path).toBe("/etc/cloud/cloud-init.disabled");
});

test("the package's version, reduced to upstream's", () => {
  const status = "Package: cloud-init\nStatus: install ok installed\nVersion: 1:25.3-0ubuntu1~24.04.1\n";
  expect(detect({ "/var/lib/dpkg/status": status }).cloudInit).toMatchObject({ version: "25.3", library: undefined });
  const removed = status.replace("install ok installed", "deinstall ok config-files");
  expect(detect({ "/var/lib/dpkg/status": removed }).cloudInit.version).toBeUndefined();
});

test.each([
  ["upstream's", `__VERSION__ = "22.4.2"\n_PACKAGED_VERSION = "@@PACKAGED_VERSION@@"\n`, "22.4.2"],
  ["the distributor's", `__VERSION__ = "23.1.1"\n_PACKAGED_VERSION = '23.1.2-0ubuntu0~22.04.1'\n`, "23.1.2"],
  ["none", `__VERSION__ = "@MISSING_MESON_BUILD_ARTIFACT@"\n`, ""],
  ["none in an empty file", "", ""],
])("the library's version: %s", (_, text, version) => {
  const library = "/usr/lib/python3.9/site-packages/cloudinit";
  expect(detect({ [`${library}/version.py`]: text }).cloudInit).toMatchObject({ version, library });
});

test("the library's version since 26.1, built by Meson", () => {
  const text = (downstream: string) =>
    `UPSTREAM_VERSION = "26.2"      # Required\nDOWNSTREAM_VERSION = "${downstream}"  # Optional\n`;
  const meson = `${LIBRARY}/meson_versions.py`;
  expect(detect({ [meson]: text("@DOWNSTREAM_VERSION@") }).cloudInit).toMatchObject({
    version: "26.2",
    library: LIBRARY,
  });
  expect(detect({ [meson]: text("26.3-1.el10") }).cloudInit.version).toBe("26.3");
});

test("the packaged version in version.py since 26.1, as Ubuntu builds it without Meson", () => {
  const text = (version: string) =>
    [
      "try:",
      "    __VERSION__ = meson_versions.UPSTREAM_VERSION",
      "    _DOWNSTREAM_VERSION = meson_versions.DOWNSTREAM_VERSION",
      "except ImportError:",
      '    __VERSION__ = "@MISSING@"',
      `    _DOWNSTREAM_VERSION = "${version}"`,
      "",
    ].join("\n");
  const image = (version: string) => memoryImage({ [`${LIBRARY}/version.py`]: text(version) });
  const packaged = image("26.1-0ubuntu1~24.04.2");
  const { cloudInit } = detectDistro(packaged);
  expect(cloudInit).toMatchObject({ version: "26.1", library: LIBRARY });
  expect(versionString(packaged, cloudInit)).toBe("26.1-0ubuntu1~24.04.2");
  expect(detectDistro(image("@DOWNSTREAM_VERSION@")).cloudInit.version).toBe("");
});

test("a library under /usr/local is what Python takes", () => {
  const status = "Package: cloud-init\nStatus: install ok installed\nVersion: 22.4.2-1\n";
  const local = "/usr/local/lib/python3.11/dist-packages/cloudinit";
  const files = { "/var/lib/dpkg/status": status, [`${LIBRARY}/version.py`]: '__VERSION__ = "22.4.2"\n' };
  expect(detect(files).cloudInit).toMatchObject({ version: "22.4.2", library: LIBRARY });
  const byHand = { ...files, [`${local}/version.py`]: '__VERSION__ = "25.1"\n' };
  expect(detect(byHand).cloudInit).toMatchObject({ version: "25.1", library: local });
});

test.each([
  "/usr/lib/python2.7/site-packages",
  "/usr/lib/python2.7/dist-packages",
  "/usr/lib/python2.6/site-packages",
  "/usr/lib64/python2.6/site-packages",
  "/usr/local/lib/python2.7/dist-packages",
  "/usr/lib/python3.6/site-packages",
  "/usr/lib64/python3.11/site-packages",
  "/usr/local/lib64/python3.11/site-packages",
])("a library below %s is found, and in an archive of what a lint needs", (directory) => {
  const library = `${directory}/cloudinit`;
  const found = detect({ [`${library}/version.py`]: '__VERSION__ = "19.3"\n', [`${directory}/other.py`]: "" });
  expect(found.cloudInit).toMatchObject({ version: "19.3", library });
  expect(isForeseen(`${library}/version.py`)).toBe(true);
  expect(mayBeRead(`${library}/config/cc_ssh.py`, 1_000_000)).toBe(true);
});

test("of the libraries for two Pythons that of Python 3 runs", () => {
  const three = "/usr/lib/python3.6/site-packages/cloudinit";
  const files = {
    "/usr/local/lib/python2.7/site-packages/cloudinit/version.py": '__VERSION__ = "19.3"\n',
    [`${three}/version.py`]: '__VERSION__ = "23.1"\n',
  };
  expect(detect(files).cloudInit).toMatchObject({ version: "23.1", library: three });
});

test("only the program", () => {
  expect(detect({ "/usr/bin/cloud-init": "" }).cloudInit).toEqual({
    version: "",
    disabled: undefined,
    library: undefined,
  });
});

test("disabled is told for an image that has it", () => {
  const { cloudInit } = detect({ "/usr/bin/cloud-init": "", "/etc/cloud/cloud-init.disabled": "" });
  expect(cloudInit.disabled?.path).toBe("/etc/cloud/cloud-init.disabled");
});
