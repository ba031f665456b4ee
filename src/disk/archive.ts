import { BLOCK, Block, TarError } from "../tar/header.ts";
import type { Member } from "../tar/member.ts";
import { readMembers } from "../tar/readMembers.ts";
import { truncated } from "../tar/requests.ts";
import { compressionOf } from "./compression/compression.ts";
import { type Disk, DiskError, memoryDisk, partOf } from "./disk.ts";
import { formatOf } from "./formats.ts";
import { piecesDisk } from "./pieces.ts";

/** The member of an archive that is a disk of Google Compute Engine ("Import virtual disks", disk.raw). */
const RAW = "disk.raw";

/** How many members an archive of disks may have. */
const MOST_MEMBERS = 10_000;

/**
 * Whether a tar archive that begins with `head` holds disks rather than a root: an OVA, whose first member is its
 * description (DMTF DSP0243, 5.1), an archive for Google Compute Engine, or one whose first file is a disk file.
 */
export function isDiskArchive(head: Buffer): boolean {
  const first = firstFile(head);
  if (first === undefined || /\//.test(nameOf(first))) return false;
  const content = memoryDisk(head.subarray(Math.min(first.content.offset, head.length)));
  return nameOf(first) === RAW || isDescription(first) || formatOf(content) !== undefined;
}

/** The first member that is a file, if its header is there and only the root directory is in front of it. */
function firstFile(head: Buffer): Member | undefined {
  let found: Member | undefined;
  try {
    for (const member of membersOf(memoryDisk(head))) {
      if (member.type === "directory" && nameOf(member) === "") continue;
      if (member.type === "file") found = member;
      break;
    }
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
  return found;
}

/** A member's name without what stands for the root. */
function nameOf({ name }: Member): string {
  return name.replace(/^(\.?\/)+/, "").replace(/^\.$/, "");
}

function isDescription(member: Member): boolean {
  return /\.ovf$/i.test(nameOf(member));
}

/** A disk file in an archive. */
interface ArchivedDisk {
  readonly name: string;
  readonly file: Disk;
}

/** What an archive of disks holds. */
export interface DiskArchive {
  readonly format: "ova" | "tar";
  readonly disks: readonly ArchivedDisk[];
  /** The member of this name, whatever it is. */
  member(name: string): Disk | undefined;
}

/** The disks in a tar archive, read in place. @throws {DiskError} if there is none, or it is damaged */
export function openDiskArchive(file: Disk): DiskArchive {
  const files = new Map<string, Disk>();
  let isOva = false;
  for (const member of membersOf(file)) {
    if (files.size === 0) isOva = isDescription(member);
    if (files.size > MOST_MEMBERS) throw new DiskError(`it has more than ${MOST_MEMBERS} members`);
    if (member.type === "file") files.set(nameOf(member), diskOf(file, member));
  }
  const disks = [...files].flatMap(([name, one]) => (isDisk(name, one) ? [{ name, file: one }] : []));
  if (disks.length === 0) throw new DiskError("there is no disk in it");
  return { format: isOva ? "ova" : "tar", disks, member: (name) => files.get(name) };
}

function isDisk(name: string, file: Disk): boolean {
  if (name === RAW || formatOf(file) !== undefined) return true;
  return compressionOf(file.read(0, Math.min(file.size, 6))) !== undefined || hasBootSector(file);
}

function hasBootSector(file: Disk): boolean {
  return file.size >= 2 ** 20 && file.read(510, 2).readUInt16BE(0) === 0x55aa;
}

function diskOf(file: Disk, { content: { offset, stored, size, pieces } }: Member): Disk {
  const bytes = partOf(file, offset, stored);
  return pieces === undefined ? bytes : piecesDisk(bytes, pieces, size);
}

/** The members of an archive, as far as they are asked for. @throws {DiskError} if it is damaged */
function* membersOf(file: Disk): Generator<Member> {
  let found: Member | undefined;
  const steps = readMembers((member) => {
    found = member;
    return undefined;
  });
  try {
    for (let step = steps.next(); ; ) {
      if (found !== undefined) {
        yield found;
        found = undefined;
      }
      if (step.done) return;
      const { at, length } = typeof step.value === "number" ? { at: step.value, length: BLOCK } : step.value;
      if (at > file.size) throw truncated(file.size);
      const bytes = file.read(at, Math.min(length, file.size - at));
      step = steps.next(typeof step.value === "number" ? blockOf(bytes) : bytes);
    }
  } catch (error) {
    if (error instanceof TarError) throw new DiskError(error.message);
    throw error;
  }
}

function blockOf(bytes: Buffer): Block {
  const memory = new ArrayBuffer(BLOCK);
  bytes.copy(Buffer.from(memory));
  return new Block(memory, 0, bytes.length);
}
