import { gunzipSync } from "node:zlib";
import { boot } from "../../../src/boot/boot.ts";
import type { CloudData } from "../../../src/config/seed.ts";
import { seedAmong } from "../../../src/config/seedOfHost.ts";
import type { SeedFile } from "../../../src/config/userData/parts.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { openDirectory } from "../../../src/image/directory.ts";
import type { Image } from "../../../src/image/image.ts";
import { Overlay } from "../../../src/image/overlay.ts";
import { hasUnknown, replaceUnknown } from "../../../src/image/unknown.ts";
import { lintBooted } from "../../../src/lint/lint.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import { reportedVerification } from "../../../src/report/reportedVerification.ts";
import { verifyJson } from "../../../src/report/verifyJson.ts";
import type { RealBoot } from "../../../src/verify/realBoot.ts";
import type { RealChange } from "../../../src/verify/realChanges.ts";
import { RecordingImage } from "../../../src/verify/saved/recording.ts";
import { savedRun } from "../../../src/verify/saved/save.ts";
import { openSaved } from "../../../src/verify/saved/savedImage.ts";
import type { SavedRun } from "../../../src/verify/saved/savedRun.ts";
import { verify } from "../../../src/verify/verify.ts";

/** A verification of an image with files on top, whose real boot does what is predicted, and the same saved. */
export function madeRun(root: string, files: Readonly<Record<string, string>>, seed: readonly SeedFile[] = []) {
  const live = new Overlay(openDirectory(root));
  const blame = { module: "test", cause: { path: "/", line: 1, column: 1 } };
  for (const [path, text] of Object.entries(files)) live.write(path, text, blame);
  return madeRunOf(live, seed);
}

/** The same of an image. */
export function madeRunOf(live: Image, seed: readonly SeedFile[] = []) {
  const recording = new RecordingImage(live);
  const cloud = seed.length === 0 ? undefined : seedAmong((path) => seed.find((file) => file.path === path), "seed");
  const { verification, reported } = verified(recording, cloud, undefined);
  const saved = savedRun({
    recording,
    packages: detectDistro(live).packages,
    verification,
    launch: { flags: seed.length === 0 ? {} : { seed: "seed" }, files: seed },
    program: "1.0.0",
    reported,
  });
  return { saved, reported };
}

/** A saved run compared again, as JSON. */
export function replayedRun({ image, launch, real }: SavedRun): string {
  const read = (path: string) => launch.files.find((file) => file.path === path);
  return verified(openSaved(image).image, launch.flags.seed === undefined ? undefined : seedAmong(read, "seed"), real)
    .reported;
}

/** A verification of an image whose real boot does what is predicted, unless it is given. */
export function verified(image: Image, cloud?: CloudData, real?: RealBoot) {
  const distro = detectDistro(image);
  const options = { distro, ...(cloud === undefined ? {} : { cloud }) };
  const booted = boot(image, options);
  const result = lintBooted(image, booted, { ...options, rules: catalogue });
  const changes = booted.changes.flatMap(({ path, op, certainty, after }): RealChange[] => {
    if (certainty === "possible") return [];
    const { kind = "file", uid = 0, gid = 0 } = after ?? {};
    const content =
      after?.kind === "symlink" ? Buffer.from(after.target) : after?.kind === "file" ? known(after.content) : undefined;
    const mode = after !== undefined && "mode" in after ? after.mode : 0o777;
    return [{ path, op, kind, mode, uid, gid, sameContent: false, content }];
  });
  const commands = booted.commands.map(({ command }) => command);
  const made = { stages: { init: 0 }, changes, log: "", result: "", commands, milliseconds: 1 };
  const verification = verify(result, booted, real ?? made);
  return { verification, reported: verifyJson(reportedVerification(verification)) };
}

/** A real file has no placeholders. */
function known(content: Buffer): Buffer {
  const text = content.toString("latin1");
  return hasUnknown(text)
    ? Buffer.from(
        replaceUnknown(text, () => "made"),
        "latin1",
      )
    : content;
}

/** The secrets that are in some bytes: as they are, or in what base64, hexadecimal or gzip in them holds. */
export function secretsIn(bytes: Buffer, secrets: readonly string[]): string[] {
  const found = new Set<string>();
  const look = (one: Buffer, depth: number): void => {
    for (const secret of secrets) if (one.includes(secret) || one.includes(secret, 0, "latin1")) found.add(secret);
    if (depth < 3) for (const inner of decoded(one)) look(inner, depth + 1);
  };
  look(bytes, 0);
  return [...found];
}

function decoded(bytes: Buffer): Buffer[] {
  const inner: Buffer[] = [];
  for (let at = bytes.indexOf("\x1f\x8b", 0, "latin1"); at !== -1; at = bytes.indexOf("\x1f\x8b", at + 1, "latin1"))
    try {
      inner.push(gunzipSync(bytes.subarray(at), { finishFlush: 2 }));
    } catch {
      // Not gzip.
    }
  const text = bytes.toString("latin1");
  for (const [block] of text.matchAll(/[A-Za-z0-9+/_-]{12,}(?:\s+[A-Za-z0-9+/_-]{12,})*=*/g))
    for (const shift of [0, 1, 2, 3]) inner.push(Buffer.from(block.replace(/\s/g, "").slice(shift), "base64"));
  for (const [block] of text.matchAll(/(?:[0-9a-f]{2}){8,}/gi)) inner.push(Buffer.from(block, "hex"));
  return inner;
}
