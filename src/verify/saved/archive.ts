import { gunzipSync, gzipSync } from "node:zlib";
import { BLOCK, Block, TarError } from "../../tar/header.ts";
import { readMembers } from "../../tar/readMembers.ts";
import { fitsHeader, tarOf } from "../../tar/write.ts";
import type { RealChange } from "../realChanges.ts";
import { Checked } from "./checked.ts";
import type { RecordedEntry } from "./recording.ts";
import type { SavedRun } from "./savedRun.ts";

/** The directory of all members of an archive. The first one says what it is. */
const TOP = "cloud-init-lint-verify";
const ABOUT = `${TOP}/about.json`;
/** The form of archives that this program writes and reads. */
const FORMAT = 1;

/** Limits of an archive, which real ones do not come near. */
const LARGEST_ARCHIVE = 256 * 1024 * 1024;
const LARGEST_CONTENT = 512 * 1024 * 1024;

/** Why a file is no saved verification that can be read: it is damaged, or newer than this program. */
export class SavedRunError extends Error {
  override readonly name = "SavedRunError";
  /** Whether it is whole, but not for this program. */
  readonly isUnsupported: boolean;

  constructor(message: string, isUnsupported = false) {
    super(message);
    this.isUnsupported = isUnsupported;
  }
}

/** Whether a file with this beginning is a saved verification, of any version and perhaps damaged. @param head less than the whole file */
export function isSavedRun(head: Buffer): boolean {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return false;
  try {
    // What is cut off is no error here.
    const bytes = gunzipSync(head, { finishFlush: 2, maxOutputLength: LARGEST_CONTENT });
    return bytes.toString("latin1", 0, ABOUT.length + 1) === `${ABOUT}\0`;
  } catch {
    return false;
  }
}

/** The size up to which a file may be a saved verification. @throws {SavedRunError} for a larger one */
export function checkSize(size: number): void {
  if (size > LARGEST_ARCHIVE) throw new SavedRunError("it is larger than 256 MB, which no saved verification is");
}

/** A file of an archive; `name` is below its directory. */
export interface ArchivedFile {
  readonly name: string;
  readonly content: Buffer;
}

/** The files of an archive, in their order. */
export function filesOf(run: SavedRun): ArchivedFile[] {
  const files: ArchivedFile[] = [];
  const names = new Set<string>();
  const add = (name: string, content: Buffer): string => {
    // Only what is readable and safe to unpack anywhere is a name.
    const isPlain = /^[\w./@:+,=~%-]+$/.test(name) && !/(?:^|\/)\.{1,2}(?:\/|$)|\/\//.test(name);
    const unique = isPlain && fitsHeader(`${TOP}/${name}`) && !names.has(name) ? name : `other/${names.size}`;
    names.add(unique);
    files.push({ name: unique, content });
    return unique;
  };
  const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, undefined, 1)}\n`);
  const { image, launch, real, versions, changedByMasking } = run;
  const { entries, contents, listed, absent, ...facts } = image;
  const savedEntries = [...entries].sort(byPath).map(([path, entry]) => {
    const content = contents.get(path);
    return [path, { ...entry, ...(content === undefined ? {} : { content: add(`image${path}`, content) }) }];
  });
  const savedLaunch = {
    flags: launch.flags,
    files: launch.files.map(({ path, bytes }) => ({ path, content: add(`launch/${path.replace(/^\/+/, "")}`, bytes) })),
  };
  const changes = real.changes.map(({ content, ...change }) => ({
    ...change,
    ...(content === undefined ? {} : { content: add(`boot${change.path}`, content) }),
  }));
  return [
    { name: "about.json", content: json({ format: FORMAT, ...versions, changedByMasking }) },
    { name: "verification.json", content: Buffer.from(run.verification) },
    { name: "launch.json", content: json(savedLaunch) },
    { name: "boot.json", content: json({ ...real, changes }) },
    {
      name: "image.json",
      content: json({
        ...facts,
        listed: [...listed].sort(),
        absent: [...absent].sort(),
        entries: Object.fromEntries(savedEntries),
      }),
    },
    ...files,
  ];
}

/** An archive of files. */
export function archiveOf(files: readonly ArchivedFile[]): Buffer {
  return gzipSync(tarOf(files.map(({ name, content }) => [`${TOP}/${name}`, content] as const)), { level: 9 });
}

const byPath = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) => (one < other ? -1 : 1);

/**
 * Reads an archive. Nothing of it is written anywhere, and its names are only names.
 * @throws {SavedRunError}
 */
export function readArchive(bytes: Buffer): SavedRun {
  const members = membersOf(bytes);
  const file = (name: string): Buffer => {
    const content = members.get(`${TOP}/${name}`);
    if (content === undefined) throw new SavedRunError(`it is damaged: ${name} is missing`);
    return content;
  };
  const json = (name: string) => {
    try {
      return new Checked(JSON.parse(file(name).toString("utf8")), name);
    } catch (error) {
      if (error instanceof SavedRunError) throw error;
      throw new SavedRunError(`it is damaged: ${name} is no JSON`);
    }
  };
  try {
    const about = json("about.json");
    const format = about.key("format").number();
    if (format !== FORMAT)
      throw new SavedRunError(
        `it is in form ${format}, and this version reads only form ${FORMAT}; use the version that saved it (${about.key("program").text()}) or a newer one`,
        true,
      );
    return {
      versions: {
        program: about.key("program").text(),
        cloudInit: about.key("cloudInit").orNull((value) => value.text()),
        distro: about.key("distro").text(),
      },
      changedByMasking: about.key("changedByMasking").list((value) => value.text()),
      verification: file("verification.json").toString("utf8"),
      launch: launchOf(json("launch.json"), file),
      real: realOf(json("boot.json"), file),
      image: imageOf(json("image.json"), file),
    };
  } catch (error) {
    if (error instanceof SavedRunError || !(error instanceof TypeError)) throw error;
    throw new SavedRunError(`it is damaged: ${error.message}`);
  }
}

type ReadFile = (name: string) => Buffer;

function launchOf(launch: Checked, file: ReadFile): SavedRun["launch"] {
  return {
    flags: launch.key("flags").mapping((value) => value.text()),
    files: launch
      .key("files")
      .list((one) => ({ path: one.key("path").text(), bytes: file(one.key("content").text()) })),
  };
}

function realOf(boot: Checked, file: ReadFile): SavedRun["real"] {
  return {
    stages: boot.key("stages").orNull((value) => value.mapping((status) => status.number())),
    changes: boot.key("changes").list(
      (change): RealChange => ({
        path: change.key("path").path(),
        op: change.key("op").oneOf("created", "modified", "deleted"),
        kind: change.key("kind").oneOf("file", "symlink", "directory", "special"),
        mode: change.key("mode").number(),
        uid: change.key("uid").number(),
        gid: change.key("gid").number(),
        sameContent: change.key("sameContent").boolean(),
        content: change.optional("content", (name) => file(name.text())),
      }),
    ),
    log: boot.key("log").text(),
    result: boot.key("result").text(),
    commands: boot.key("commands").list((command) => command.text()),
    milliseconds: boot.key("milliseconds").number(),
  };
}

function imageOf(image: Checked, file: ReadFile): SavedRun["image"] {
  const entries = new Map<string, RecordedEntry>();
  const contents = new Map<string, Buffer>();
  for (const [path, entry] of Object.entries(image.key("entries").mapping((value) => value))) {
    const link = entry.optional("link", (value) => value.text());
    new Checked(path, "image.json").path();
    entries.set(path, {
      kind: entry.key("kind").oneOf("file", "symlink", "directory", "special"),
      size: entry.key("size").number(),
      mode: entry.key("mode").number(),
      uid: entry.key("uid").number(),
      gid: entry.key("gid").number(),
      ...(link === undefined ? {} : { link }),
    });
    const content = entry.optional("content", (name) => file(name.text()));
    if (content !== undefined) contents.set(path, content);
  }
  const paths = (key: string) => new Set(image.key(key).list((path) => path.path()));
  return {
    entries,
    contents,
    listed: paths("listed"),
    absent: paths("absent"),
    source: image.key("source").text(),
    problems: image.key("problems").list((one) => ({ path: one.key("path").text(), reason: one.key("reason").text() })),
    doubts: image.key("doubts").list((one) => one.text()),
    pristineEtc: image.key("pristineEtc").orNull((path) => path.path()),
    isContainer: image.key("isContainer").boolean(),
  };
}

/** The files of an archive by name. @throws {SavedRunError} */
function membersOf(bytes: Buffer): Map<string, Buffer> {
  checkSize(bytes.length);
  const members = new Map<string, Buffer>();
  try {
    const tar = gunzipSync(bytes, { maxOutputLength: LARGEST_CONTENT });
    const block = new Block(new ArrayBuffer(BLOCK));
    const steps = readMembers(({ name, type }) =>
      type === "file" ? (stored) => void members.set(name, stored) : undefined,
    );
    let step = steps.next();
    while (!step.done) {
      const request = step.value;
      if (typeof request === "number") {
        const part = tar.subarray(request, request + BLOCK);
        if (part.copy(block.bytes) < BLOCK) throw new TarError(`it ends after ${tar.length} bytes`);
        step = steps.next(block);
      } else step = steps.next(tar.subarray(request.at, request.at + request.length));
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "Z_BUF_ERROR") throw new SavedRunError("it is truncated");
    if (code === "ERR_BUFFER_TOO_LARGE")
      throw new SavedRunError("it expands to more than 512 MB, which no saved verification does");
    if (code?.startsWith("Z_") || error instanceof TarError) throw new SavedRunError(`it is damaged (${message})`);
    throw error;
  }
  return members;
}
