import { expect, test } from "vitest";
import { classFacts } from "../../src/distro/classes.ts";
import { detectCloudInit } from "../../src/distro/cloudInit.ts";
import { distroFacts } from "../../src/distro/facts.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { openPackages } from "../../src/packages/open.ts";

const LIBRARY = "/usr/lib/python3.9/site-packages/cloudinit";

function factsOf(name: string, version: string, classes: Readonly<Record<string, string>> = {}) {
  const files = Object.entries(classes).map(([file, text]) => [`${LIBRARY}/distros/${file}`, text]);
  const own = version === "" ? {} : { [`${LIBRARY}/version.py`]: `__VERSION__ = "${version}"\n` };
  const image = memoryImage({ "/usr/bin/cloud-init": "", ...own, ...Object.fromEntries(files) });
  return classFacts(image, detectCloudInit(image, openPackages(image)), name, version);
}

const derived = (base: string) =>
  `from cloudinit.distros import ${base}\n\n\nclass Distro(${base}.Distro):\n    pass\n`;

test("without the library's classes the version decides", () => {
  expect(factsOf("rocky", "24.4")).toEqual(distroFacts("rocky", "24.4"));
  expect(factsOf("openEuler", "24.4")).toBeUndefined();
  expect(factsOf("kylin", "24.4")).toBeUndefined();
  // Parts of a library tell nothing.
  expect(factsOf("rocky", "24.4", { "__init__.py": "" })?.family).toBe("redhat");
});

test("the class of openEuler has one of two names if the version is unknown", () => {
  expect(factsOf("openEuler", "")?.family).toBe("redhat");
  expect(factsOf("openeuler", "")?.family).toBe("openeuler");
});

test("a class that the package removed does not exist", () => {
  const onlyAlpine = { "__init__.py": "", "alpine.py": "" };
  expect(factsOf("debian", "24.4", onlyAlpine)).toBeUndefined();
  expect(factsOf("alpine", "24.4", onlyAlpine)?.family).toBe("alpine");
});

test("a vendor's own class has the facts of the one that it is derived from", () => {
  const library = { "rhel.py": "", "anolis.py": derived("rhel"), "child.py": derived("anolis") };
  expect(factsOf("anolis", "22.1", library)).toEqual({ ...distroFacts("rhel", "22.1"), name: "anolis" });
  expect(factsOf("child", "22.1", library)?.family).toBe("redhat");
  const loops = { "rhel.py": "", "a.py": derived("b"), "b.py": derived("a"), "c.py": "class Distro(\0" };
  for (const name of ["a", "c", "../rhel", "__proto__", ""]) expect(factsOf(name, "22.1", loops)).toBeUndefined();
});

test("a hyphen in the name matches an underscore in the class", () => {
  const library = { "debian.py": "", "raspberry_pi_os.py": derived("debian") };
  expect(factsOf("raspberry-pi-os", "25.2", library)?.family).toBe("debian");
});
