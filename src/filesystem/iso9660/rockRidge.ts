import { type Disk, DiskError } from "../../disk/disk.ts";

/** What Rock Ridge adds to a record (RRIP 1.12, in the fields of SUSP 1.12). */
export interface RockRidge {
  readonly name: string | undefined;
  readonly owner: { readonly mode: number; readonly uid: number; readonly gid: number } | undefined;
  readonly target: string | undefined;
  /** The block of the directory that stands elsewhere because it is too deep. */
  readonly child: number | undefined;
  /** Whether the record is that of such a directory where it stands. */
  readonly isMoved: boolean;
  readonly isCompressed: boolean;
}

/** How often fields go on elsewhere, for one record. */
const MOST_AREAS = 16;
const MOST_AREA = 2048;

/** How many bytes of fields elsewhere may be read, so that few records do not make a directory endless. */
export interface Budget {
  left: number;
}

const ONE_RECORD = (): Budget => ({ left: (MOST_AREAS + 1) * MOST_AREA });

/** The kinds of fields that are read. */
const KINDS: ReadonlySet<string> = new Set(["CL", "NM", "PX", "RE", "RR", "SL", "ZF"]);

interface Field {
  readonly kind: string;
  readonly bytes: Buffer;
}

/** How many bytes of each system area are not fields, by the root's own record; undefined if it has no Rock Ridge. */
export function skippedIn(disk: Disk, system: Buffer, blockSize: number): number | undefined {
  // CD-ROM XA puts 14 bytes in front.
  for (const start of [0, 14]) {
    const area = system.subarray(start);
    if (area.length < 7 || area.toString("latin1", 0, 2) !== "SP" || area.readUInt16BE(4) !== 0xbeef) continue;
    const isRockRidge = fieldsOf(disk, area, blockSize, ONE_RECORD()).some(({ kind }) =>
      ["PX", "RR", "NM"].includes(kind),
    );
    return isRockRidge ? area[6] : undefined;
  }
  return undefined;
}

/** @param system the fields of a record @throws {DiskError} */
export function readRockRidge(disk: Disk, system: Buffer, blockSize: number, budget: Budget = ONE_RECORD()): RockRidge {
  const fields = fieldsOf(disk, system, blockSize, budget);
  const find = (kind: string, length: number) => {
    const field = fields.find((one) => one.kind === kind)?.bytes;
    if (field !== undefined && field.length < length) throw damaged();
    return field;
  };
  const names = fields.filter(({ kind, bytes }) => kind === "NM" && bytes.length > 5);
  const owner = find("PX", 36);
  const links = fields.filter(({ kind, bytes }) => kind === "SL" && bytes.length > 5);
  return {
    name: names.length === 0 ? undefined : names.map(({ bytes }) => bytes.toString("latin1", 5)).join(""),
    owner: owner && { mode: owner.readUInt32LE(4), uid: owner.readUInt32LE(20), gid: owner.readUInt32LE(28) },
    target: links.length === 0 ? undefined : targetOf(links.map(({ bytes }) => bytes.subarray(5))),
    child: find("CL", 12)?.readUInt32LE(4),
    isMoved: find("RE", 4) !== undefined,
    isCompressed: find("ZF", 4) !== undefined,
  };
}

/** The fields of an area and of those that it goes on in. */
function fieldsOf(disk: Disk, area: Buffer, blockSize: number, budget: Budget): Field[] {
  const fields: Field[] = [];
  let bytes: Buffer | undefined = area;
  for (let count = 0; bytes !== undefined; count++) {
    if (count > MOST_AREAS) throw damaged();
    let next: Buffer | undefined;
    for (let at = 0; at + 4 <= bytes.length; ) {
      const length = bytes[at + 2]!;
      const kind = bytes.toString("latin1", at, at + 2);
      // Padding, or what is not of SUSP.
      if (length < 4 || at + length > bytes.length || kind === "ST") break;
      const field = bytes.subarray(at, at + length);
      if (kind === "CE" && length >= 28) {
        const size = field.readUInt32LE(20);
        budget.left -= size;
        if (size > MOST_AREA || budget.left < 0) throw damaged();
        next = disk.read(field.readUInt32LE(4) * blockSize + field.readUInt32LE(12), size);
      } else if (KINDS.has(kind)) fields.push({ kind, bytes: field });
      at += length;
    }
    bytes = next;
  }
  return fields;
}

/** Kinds of a link's components. */
const PART = { continues: 1, current: 2, parent: 4, root: 8 };

/** A link's target from its components, which may go on in the next field. */
function targetOf(fields: readonly Buffer[]): string {
  let target = "";
  let isJoined = true;
  for (const field of fields)
    for (let at = 0; at + 2 <= field.length; at += 2 + field[at + 1]!) {
      const flags = field[at]!;
      if (!isJoined) target += "/";
      if (flags & PART.root) target = "/";
      else if (flags & PART.current) target += ".";
      else if (flags & PART.parent) target += "..";
      else target += field.toString("latin1", at + 2, at + 2 + field[at + 1]!);
      isJoined = (flags & (PART.continues | PART.root)) !== 0;
    }
  return target;
}

function damaged(): DiskError {
  return new DiskError("it is damaged: its Rock Ridge fields are invalid");
}
