import { readText } from "../../../image/image.ts";
import { unknown } from "../../../image/unknown.ts";
import { Raises } from "../../../python/errors.ts";
import type { ModuleRun } from "../../moduleRun.ts";

/** The code name that `lsb_release` prints (util.lsb_release, 20.4 to 26.2). */
export function codename(boot: ModuleRun): string {
  if (boot.lacks("lsb_release")) return "UNAVAILABLE";
  if (boot.distro.codename !== "") return boot.distro.codename;
  // The shell script of later releases says so; the Python program before it guesses from apt's sources.
  const script = readText(boot.image, "/usr/bin/lsb_release") ?? "";
  return script.startsWith("#!/bin/sh") ? "n/a" : unknown("the release's code name");
}

/** What `dpkg --print-architecture` prints: the architecture of dpkg itself. */
export function architecture(boot: ModuleRun): string {
  if (boot.lacks("dpkg")) throw new Raises("dpkg is not installed");
  const status = boot.image.read("/var/lib/dpkg/status");
  const start = status === undefined ? -1 : `\n${status.toString("latin1")}`.indexOf("\nPackage: dpkg\n");
  if (status !== undefined && start !== -1) {
    const end = status.indexOf("\n\n", start);
    const paragraph = status.toString("latin1", start, end === -1 ? status.length : end);
    const found = /^Architecture: (\S+)$/m.exec(paragraph)?.[1];
    if (found !== undefined && found !== "all") return found;
  }
  return (
    readText(boot.image, "/var/lib/dpkg/arch")
      ?.split("\n")
      .find((line) => line !== "") ?? "amd64"
  );
}
