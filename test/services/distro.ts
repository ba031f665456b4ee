import type { Distro } from "../../src/distro/distro.ts";

/** A distro with nothing but the packages given by name and version. */
export function distroWith(packages: Readonly<Record<string, string>> = {}): Distro {
  return {
    id: "debian",
    version: "12",
    codename: "bookworm",
    packages: {
      kind: "dpkg",
      version: (name) => packages[name],
      owner: () => undefined,
      shipped: () => undefined,
    },
    cloudInit: { version: undefined, disabled: undefined, library: undefined },
  };
}
