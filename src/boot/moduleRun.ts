import type { Config } from "../config/config.ts";
import type { CloudData } from "../config/seed.ts";
import type { Distro, DistroFacts } from "../distro/distro.ts";
import { type Fact, type Known, lookUp } from "../distro/library/fact.ts";
import type { Library } from "../distro/library/library.ts";
import { versionAtLeast } from "../distro/version.ts";
import type { FileContent } from "../image/content.ts";
import type { Origin } from "../image/origin.ts";
import type { FileAttributes, Overlay } from "../image/overlay.ts";
import type { Blame } from "../image/writeLog.ts";
import type { Instance } from "./instance.ts";
import { generalNote, type Note, type NoteFacts } from "./notes.ts";

/** A program that the boot runs; the caller simulates or announces its effects on files. */
export interface BootCommand {
  readonly module: string;
  readonly command: string;
}

/** Where a module writes SSH keys for an account. */
export interface KeyFile {
  readonly module: string;
  readonly user: string;
  readonly path: string;
  readonly keys: readonly string[];
  /** Whether the options before the keys refuse the login, as root's do with disable_root. */
  readonly refused: boolean;
  /** The line that requests the keys. */
  readonly origin: Origin;
}

/** What every module and every other step of one boot shares. */
export interface BootState {
  readonly image: Overlay;
  readonly distro: Distro;
  readonly facts: DistroFacts;
  readonly version: string;
  readonly cloud: CloudData;
  readonly commands: BootCommand[];
  readonly notes: Note[];
  readonly keyFiles: KeyFile[];
  readonly running: RunningSystem;
  readonly instance: Instance;
  /** Modules that depend on a fact that the library does not state. */
  readonly assuming: Set<string>;
  /** The origins of the scripts that the cloud provides, by the file that they are written to. */
  readonly scripts: Map<string, Origin>;
  /** The image's cloud-init as text, before the boot; undefined if it cannot be found. */
  readonly library: Library | undefined;
}

/** The state of the booted system in memory, independent of its files. */
export interface RunningSystem {
  hostname: string;
}

const PROGRAM_DIRECTORIES = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** A module's view of the boot, and everything that it can do to the image. */
export class ModuleRun {
  readonly image: Overlay;
  readonly distro: Distro;
  readonly facts: DistroFacts;
  readonly version: string;
  readonly cloud: CloudData;
  readonly running: RunningSystem;
  readonly instance: Instance;
  readonly scripts: ReadonlyMap<string, Origin>;
  readonly library: Library | undefined;
  /** The configuration that the module gets: all layers merged, system_info included. */
  readonly config: Config;
  /** The module's name, for the blame. */
  readonly name: string;
  /** The line of the module list that makes it run. */
  readonly listed: Origin;
  readonly #state: BootState;

  constructor(state: BootState, config: Config, name: string, listed: Origin) {
    this.#state = state;
    this.image = state.image;
    this.distro = state.distro;
    this.facts = state.facts;
    this.version = state.version;
    this.cloud = state.cloud;
    this.running = state.running;
    this.instance = state.instance;
    this.scripts = state.scripts;
    this.library = state.library;
    this.config = config;
    this.name = name;
    this.listed = listed;
  }

  /** Whether the image's cloud-init is of this version or a later one. */
  since(version: string): boolean {
    return versionAtLeast(this.version, version);
  }

  /** A fact of the image's own cloud-init, otherwise upstream's by version. */
  fact<T>(fact: Fact<T>): T {
    return this.lookUp(fact).value;
  }

  /** The same, and which of the two it is. */
  lookUp<T>(fact: Fact<T>): Known<T> {
    const known = lookUp(fact, this);
    // Code that a whole library lacks does nothing in any release.
    const isAbsent = this.library?.isWhole === true && ![fact.file].flat().some((file) => this.library!.has(file));
    if (known.from === "version" && !isAbsent) this.#state.assuming.add(this.name);
    return known;
  }

  /** The line that sets a key (the deepest part of the path that is set), else the line that makes the module run. */
  because(...path: (string | number)[]): Origin {
    for (let length = path.length; length > 0; length--) {
      const origin = this.config.origin(...path.slice(0, length));
      if (origin !== undefined && origin.path.startsWith("cloud-init's") === false) return origin;
    }
    return this.listed;
  }

  /** util.write_file: through links, parents made, the mode set even on an existing file (0644 unless given). */
  write(path: string, content: string | FileContent, because: Origin, attributes: FileAttributes = {}): void {
    this.image.write(path, content, this.#blame(because), { mode: 0o644, ...attributes });
  }

  /** Writes a file; an existing one keeps its mode and owner (preserve_mode, append_file). */
  rewrite(path: string, content: string | FileContent, because: Origin, attributes: FileAttributes = {}): void {
    this.image.write(path, content, this.#blame(because), attributes);
  }

  setAttributes(path: string, attributes: FileAttributes, because: Origin): void {
    this.image.setAttributes(path, attributes, this.#blame(because));
  }

  mkdir(path: string, because: Origin, attributes: FileAttributes = {}): void {
    this.image.mkdir(path, this.#blame(because), attributes);
  }

  symlink(path: string, target: string, because: Origin, attributes: FileAttributes = {}): void {
    this.image.symlink(path, target, this.#blame(because), attributes);
  }

  remove(path: string, because: Origin): void {
    this.image.remove(path, this.#blame(because));
  }

  rename(from: string, to: string, because: Origin): void {
    this.image.rename(from, to, this.#blame(because));
  }

  /** Announces that something unpredictable (a script) may change a path. */
  mayChange(path: string, reason: string, because: Origin): void {
    this.image.mayChange(path, reason, this.#blame(because));
  }

  /** Announces a program that the boot runs. */
  command(command: string): void {
    this.#state.commands.push({ module: this.name, command });
  }

  /** Records where keys of an account go. */
  keysWritten(file: Omit<KeyFile, "module">): void {
    this.#state.keyFiles.push({ module: this.name, ...file });
  }

  /** Adds a note on the module's run to the plan; `because` is the line that it is about. */
  note<Code extends keyof NoteFacts>(code: Code, facts: NoteFacts[Code], because: Origin = this.listed): void {
    this.#state.notes.push({ ...generalNote(code, facts, because), module: this.name } as Note);
  }

  /** A text file of the image as the boot has left it so far. */
  text(path: string): string | undefined {
    return this.image.read(path)?.toString("utf8");
  }

  /** Whether the image has a program of this name in its PATH. */
  which(program: string): boolean {
    return PROGRAM_DIRECTORIES.some((directory) => {
      const stat = this.image.stat(`${directory}/${program}`);
      return stat?.kind === "file" && (stat.mode & 0o111) !== 0;
    });
  }

  /**
   * Whether a program is certainly missing. In a tree without a shell, which is only part of an image, nothing is
   * certain.
   */
  lacks(program: string): boolean {
    return this.which("sh") && !this.which(program);
  }

  #blame(cause: Origin): Blame {
    return { module: this.name, cause };
  }
}
