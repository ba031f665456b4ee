import type { Image } from "../image/image.ts";

/** What /var/lib/dpkg/status says, searched as bytes: it holds hundreds of kilobytes, of which few are asked for. */
export interface DpkgStatus {
  /** A package's version while its files are installed. */
  version(name: string): string | undefined;
  /** The conffile at `path`, of a package that `accept` takes; undefined when there is none. */
  conffile(path: string, accept: (name: string) => boolean): Conffile | undefined;
}

interface Conffile {
  readonly package: string;
  /** The MD5 of the version last shipped, whatever stands there now. */
  readonly digest: string;
}

const STATUS = "/var/lib/dpkg/status";

/** The states in which a package's files are there (dpkg(1), "Package states"). */
const INSTALLED = /^Status: \S+ \S+ (?:installed|unpacked|half-configured|triggers-awaited|triggers-pending)$/m;

export function hasDpkgStatus(image: Image): boolean {
  return image.stat(STATUS)?.kind === "file";
}

export function dpkgStatus(image: Image): DpkgStatus {
  let content: Buffer | undefined;
  const status = (): Buffer => {
    content ??= image.read(STATUS) ?? Buffer.alloc(0);
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
        // What a package ships only to remove is no longer its file: dpkg -S does not know it either.
        if (digest === undefined || flags.includes("remove-on-upgrade")) return lineEnd;
        const paragraph = paragraphAt(status(), at);
        const name = field(paragraph.text, "Package");
        if (name === undefined || !accept(name)) return paragraph.end;
        // A conffile that moved to another package stays behind in the first as obsolete: look for the second.
        const obsolete = flags.includes("obsolete");
        if (!obsolete || found === undefined) found = { package: name, digest };
        return obsolete ? paragraph.end : undefined;
      });
      return found;
    },
  };
}

/** Calls `visit` where a line begins with `start`; it answers where to go on searching, undefined to stop. */
function eachLine(content: Buffer, start: string, visit: (at: number) => number | undefined): void {
  const needle = Buffer.from(start);
  let from: number | undefined = 0;
  while (from !== undefined) {
    const at: number = content.indexOf(needle, from);
    if (at === -1) return;
    from = at === 0 || content[at - 1] === 0x0a ? visit(at) : at + 1;
  }
}

function paragraphAt(content: Buffer, at: number): { text: string; end: number } {
  const end = endOf(content, "\n\n", at);
  return { text: content.toString("utf8", content.lastIndexOf("\n\n", at) + 1, end), end };
}

function endOf(content: Buffer, text: string, from: number): number {
  const end = content.indexOf(text, from);
  return end === -1 ? content.length : end;
}

function field(paragraph: string, name: string): string | undefined {
  return new RegExp(`^${name}: *(\\S+)`, "m").exec(paragraph)?.[1];
}
