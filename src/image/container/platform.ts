import { endianness } from "node:os";
import { type Json, stringIn } from "./json.ts";

/** A platform as OCI names it: Go's names of operating systems and architectures. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** "" if the architecture has none, or it is not stated. */
  readonly variant: string;
}

/** Other names of architectures, with the variants that they stand for (containerd's platforms package). */
const ALIASES: Readonly<Record<string, readonly [architecture: string, variant?: string]>> = {
  x86_64: ["amd64"],
  "x86-64": ["amd64"],
  x64: ["amd64"],
  i386: ["386"],
  i686: ["386"],
  ia32: ["386"],
  aarch64: ["arm64"],
  armhf: ["arm", "v7"],
  armel: ["arm", "v6"],
  loongarch64: ["loong64"],
};

/** The platform of `os/architecture[/variant]`; undefined if it is none. */
export function parsePlatform(text: string): Platform | undefined {
  const [, os = "", architecture = "", variant = ""] = /^(\w+)\/([\w-]+)(?:\/(\w+))?$/.exec(text.toLowerCase()) ?? [];
  return os === "" ? undefined : platformOf(os, architecture, variant);
}

/** The platform in a descriptor or a configuration; undefined if it states none. */
export function platformIn({ os, architecture, variant }: Json): Platform | undefined {
  const [system, processor] = [stringIn(os), stringIn(architecture)];
  if (!system || !processor) return undefined;
  return platformOf(system.toLowerCase(), processor.toLowerCase(), stringIn(variant)?.toLowerCase() ?? "");
}

/** A Linux image for the processor of this machine. */
export function hostPlatform(processor: string = process.arch, order = endianness()): Platform {
  return platformOf("linux", processor === "ppc64" && order === "LE" ? "ppc64le" : processor, "");
}

/** @param variant v8 is the only one of arm64, and is often left out */
function platformOf(os: string, name: string, variant: string): Platform {
  const [architecture, implied = ""] = Object.hasOwn(ALIASES, name) ? ALIASES[name]! : [name];
  const stated = variant || implied;
  return { os, architecture, variant: architecture === "arm64" && stated === "v8" ? "" : stated };
}

/** Whether an image for one platform is what somebody asks for, who may leave out the variant. */
export function fits(image: Platform, asked: Platform): boolean {
  return (
    image.os === asked.os &&
    image.architecture === asked.architecture &&
    (asked.variant === "" || image.variant === asked.variant)
  );
}

export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join("/");
}
