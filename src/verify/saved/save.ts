import { createHash } from "node:crypto";
import type { SeedFile } from "../../config/userData/parts.ts";
import type { Packages, ShippedFile } from "../../packages/packages.ts";
import { isIgnored } from "../ignoredPaths.ts";
import { endingsOf } from "../modules.ts";
import type { RealBoot } from "../realBoot.ts";
import type { Verification } from "../verify.ts";
import { MaskedValues } from "./maskedValues.ts";
import { Masking, type Trust } from "./masking.ts";
import type { RecordedTree, RecordingImage } from "./recording.ts";
import type { SavedLaunch, SavedRun } from "./savedRun.ts";

/** What a run had, with all its secrets. */
interface LiveRun {
  readonly recording: RecordingImage;
  readonly packages: Packages;
  readonly verification: Verification;
  readonly launch: SavedLaunch;
  /** The version of this program. */
  readonly program: string;
  /** The verification as it is reported, as JSON. */
  readonly reported: string;
}

/** A run without its secrets, and without what the comparison does not need. */
export function savedRun(run: LiveRun): SavedRun {
  const { recording, packages, verification, launch, program, reported } = run;
  const tree = withPublicKeys(recording);
  const { source, problems, doubts, pristineEtc, isContainer } = recording;
  const { image, secrets } = verification.result;
  const real = neededOf(verification);
  const masking = new Masking(secrets, new MaskedValues(accountsOf(tree, real)));
  const trustOf = (path: string, content: Buffer) => trustIn(path, content, packages);

  for (const [path, content] of tree.contents) masking.learn(path, content, trustOf(path, content));
  for (const { path, bytes } of launch.files) masking.learn(path, bytes);
  for (const { path, kind, content } of real.changes) if (kind === "file" && content) masking.learn(path, content);

  const contents = new Map<string, Buffer>();
  const digests: (readonly [old: string, now: string])[] = [];
  for (const [path, content] of tree.contents) {
    const masked = masking.file(path, content, trustOf(path, content));
    contents.set(path, masked);
    const shipped = masked.equals(content) ? undefined : packages.shipped(path);
    // A digest would let a short secret be guessed, and what is as shipped is to stay so.
    if (shipped !== undefined && isShipped(content, shipped)) digests.push([shipped.digest, digestOf(masked, shipped)]);
  }
  for (const [path, content] of contents) contents.set(path, withDigests(content, digests));
  const file = ({ path, bytes }: SeedFile): SeedFile => ({ path, bytes: masking.file(path, bytes) });
  return {
    versions: {
      program,
      cloudInit: image.cloudInit.package ?? image.cloudInit.version,
      distro: [image.distro.id, image.distro.version].filter((part) => part !== null).join(" "),
    },
    image: {
      ...tree,
      contents,
      entries: new Map(
        [...tree.entries].map(([path, entry]) => [masking.name(path), sized(entry, contents.get(path))]),
      ),
      source: masking.text(source),
      problems: problems.map(({ path, reason }) => ({ path, reason: masking.text(reason) })),
      doubts: doubts.map((doubt) => masking.text(doubt)),
      pristineEtc: pristineEtc ?? null,
      isContainer: isContainer === true,
    },
    launch: { flags: launch.flags, files: launch.files.map(file) },
    real: {
      ...real,
      changes: real.changes.map((change) => ({
        ...change,
        path: masking.name(change.path),
        content:
          change.kind === "symlink"
            ? change.content && Buffer.from(masking.name(change.content.toString()))
            : change.content && masking.file(change.path, change.content),
      })),
      result: JSON.stringify({ v1: { errors: errorsOf(real.result).map((error) => masking.text(error)) } }),
      commands: real.commands.map((command) => masking.text(command)),
    },
    verification: masking.name(reported),
    changedByMasking: [],
  };
}

/** Also the public halves of private keys in another format, from which what is left shows nothing. */
function withPublicKeys(recording: RecordingImage): RecordedTree {
  for (const [path, content] of recording.recorded().contents)
    if (content.includes("PRIVATE KEY-----")) recording.read(`${path}.pub`);
  return recording.recorded();
}

/** The part of a real boot that is compared. Of its log that is how modules ended. */
function neededOf({ real, result }: Verification): RealBoot {
  const lost = new Set([...result.findings, ...result.ignored].flatMap(({ losses }) => losses.map(({ path }) => path)));
  return {
    ...real,
    milliseconds: 0,
    changes: real.changes.filter(({ path }) => !isIgnored(path) || lost.has(path)),
    log: endingsOf(real.log),
  };
}

function errorsOf(result: string): string[] {
  try {
    const { v1 } = JSON.parse(result) as { v1: { errors: unknown[] } };
    return v1.errors.map(String);
  } catch {
    return [];
  }
}

/** The names of all accounts, before and after the boot. */
function accountsOf({ contents }: RecordedTree, { changes }: RealBoot): Set<string> {
  const after = changes.find(({ path }) => path === "/etc/passwd")?.content;
  const lines = [contents.get("/etc/passwd"), after].flatMap((text) => (text ?? "").toString().split("\n"));
  return new Set(lines.map((line) => line.split(":")[0]!).filter(Boolean));
}

const PROGRAMS =
  /^\/(?:var\/lib\/(?:dpkg|rpm|pacman|ucf)|usr\/lib\/sysimage\/rpm|usr\/share\/rpm|lib\/apk\/db|var\/db\/pkg)\/|\/cloudinit\/.*\.(?:py|json)$/;
const EVERYBODYS = /^\/(?:usr\/(?!local\/)|lib\/|etc\/nsswitch\.conf$|etc\/pam\.d\/)/;

function trustIn(path: string, content: Buffer, packages: Packages): Trust {
  if (PROGRAMS.test(path)) return "program";
  if (EVERYBODYS.test(path)) return "shipped";
  const shipped = packages.shipped(path);
  return shipped !== undefined && isShipped(content, shipped) ? "shipped" : "own";
}

function isShipped(content: Buffer, shipped: ShippedFile): boolean {
  return digestOf(content, shipped) === shipped.digest;
}

function digestOf(content: Buffer, { algorithm, digest }: ShippedFile): string {
  return createHash(algorithm).update(content).digest("hex").slice(0, digest.length);
}

/** A package database, or another file, with the digests of masked files in place of the former ones. */
function withDigests(content: Buffer, digests: readonly (readonly [string, string])[]): Buffer {
  let text = content.toString("latin1");
  for (const [old, now] of digests)
    for (const form of ["hex", "base64"] as const) {
      const written = (digest: string) => Buffer.from(digest, "hex").toString(form);
      text = text.replaceAll(written(old), written(now));
    }
  return digests.length === 0 ? content : Buffer.from(text, "latin1");
}

function sized<T extends { readonly kind: string; readonly size: number }>(entry: T, content: Buffer | undefined): T {
  return content === undefined ? entry : { ...entry, size: content.length };
}
