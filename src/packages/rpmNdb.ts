import { DatabaseError, StoredBlob, Usage } from "./storedBlob.ts";

/*
 * A reader of rpm's own database, ndb (`Packages.db`, on SUSE). All numbers are little-endian. The first pages contain
 * slots of 16 bytes: a magic number, the number of a package, and the start and length of its blob in blocks of 16 bytes.
 * The database header takes the place of the first two slots. A blob has a header of 16 bytes (magic number, package,
 * generation, length) and a tail of 12 (checksum, length, magic number).
 */

const MAGIC = Buffer.from("RpmP").readUInt32LE();
const SLOT_MAGIC = Buffer.from("Slot").readUInt32LE();
const BLOB_MAGIC = Buffer.from("BlbS").readUInt32LE();
const TAIL_MAGIC = Buffer.from("BlbE").readUInt32LE();
const PAGE = 4096;
const SLOT = 16;
const BLOCK = 16;
const TAIL = 12;

/**
 * The header blobs in the bytes of a `Packages.db`.
 * @throws {DatabaseError} if it is damaged.
 */
export function* ndbHeaders(database: Buffer): Generator<StoredBlob> {
  if (database.length < 32 || database.readUInt32LE(0) !== MAGIC)
    throw new DatabaseError("damaged: it is not an rpm package database");
  if (database.readUInt32LE(4) !== 0) throw new DatabaseError("its version is unknown");
  const end = database.readUInt32LE(12) * PAGE;
  if (end === 0 || end > database.length) throw new DatabaseError("truncated: slots are missing");
  const usage = new Usage(database.length);
  for (let slot = 2 * SLOT; slot < end; slot += SLOT) {
    if (database.readUInt32LE(slot) !== SLOT_MAGIC) throw new DatabaseError("damaged: invalid slot");
    const number = database.readUInt32LE(slot + 4);
    if (number === 0) continue;
    const start = database.readUInt32LE(slot + 8) * BLOCK;
    const size = database.readUInt32LE(slot + 12) * BLOCK;
    if (start < end || start + size > database.length)
      throw new DatabaseError(`truncated: package ${number} is missing`);
    usage.take(size);
    const isWhole =
      size >= 2 * BLOCK &&
      database.readUInt32LE(start) === BLOB_MAGIC &&
      database.readUInt32LE(start + 4) === number &&
      database.readUInt32LE(start + size - 4) === TAIL_MAGIC;
    const length = isWhole ? database.readUInt32LE(start + 12) : 0;
    if (!isWhole || BLOCK + length + TAIL > size || database.readUInt32LE(start + size - 8) !== length)
      throw new DatabaseError(`damaged: package ${number} is invalid`);
    yield new StoredBlob([{ bytes: database, start: start + BLOCK, end: start + BLOCK + length }]);
  }
}
