import type { Image } from "../image/image.ts";
import { damageOf, eachLine, endOf, field, paragraphAt } from "./paragraphs.ts";

/** The content of /var/lib/dpkg/status, searched as bytes, since only a little of its hundreds of kilobytes is needed. */
export interface DpkgStatus {
  /** A package's version if its files are installed. */
  version(name: string): string | undefined;
  /** The conffile at `path`, of a package that `accept` accepts; undefined if there is none. */
  conffile(path: string, accept: (name: string) => boolean): Conffile | undefined;
}

interface Conffile {
  readonly package: string;
  /** The MD5 of the last shipped version, whatever the current content. */
  readonly digest: string;
}

const STATUS = "/var/lib/dpkg/status";

/** The states in which a package's files exist (dpkg(1), "Package states"). */
const INSTALLED = /^Status: \S+ \S+ (?:installed|unpacked|half-configured|triggers-awaited|triggers-pending)$/m;

export function hasDpkgStatus(image: Image): boolean {
  const stat = image.stat(STATUS);
  // Other distributions, where dpkg is only a tool, may have an empty file.
  return stat?.kind === "file" && stat.size > 0;
}

/** @param problem receives problems of the file */
export function dpkgStatus(image: Image, problem: (path: string, reason: string) => void): DpkgStatus {
  let content: Buffer | undefined;
  const status = (): Buffer => {
    if (content === undefined) {
      content = image.read(STATUS) ?? Buffer.alloc(0);
      const damage = damageOf(content);
      if (damage !== undefined) {
        problem(STATUS, damage);
        content = Buffer.alloc(0);
      }
    }
    return content;
  };

  return {
    version(name) {
      let version: string | undefined;
      eachLine(status(), `Package: ${name}\n`, (at) => {
        const paragraph = paragraphAt(status(), at);
        if (INSTALLED.test(paragraph.text)) version = field(paragraph.text, "Version");
        return version === undefined ? paragraph.end : undefined;
      });
      return version;
    },

    conffile(path, accept) {
      let found: Conffile | undefined;
      const start = ` ${path} `;
      eachLine(status(), start, (at) => {
        const lineEnd = endOf(status(), "\n", at);
        const rest = status().toString("latin1", at + Buffer.byteLength(start), lineEnd);
        const [, digest, flags = ""] = /^([0-9a-f]{32})((?: [a-z-]+)*)$/.exec(rest) ?? [];
        // A file that a package marks for removal is no longer its own; dpkg -S does not report it either.
        if (digest === undefined || flags.includes("remove-on-upgrade")) return lineEnd;
        const paragraph = paragraphAt(status(), at);
        const name = field(paragraph.text, "Package");
        if (name === undefined || !accept(name)) return paragraph.end;
        // A conffile that moved to another package remains in the first as obsolete, so look for the second.
        const obsolete = flags.includes("obsolete");
        if (!obsolete || found === undefined) found = { package: name, digest };
        return obsolete ? paragraph.end : undefined;
      });
      return found;
    },
  };
}
