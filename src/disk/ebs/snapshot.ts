import { createHash } from "node:crypto";
import type { ListSnapshotBlocksCommandOutput } from "@aws-sdk/client-ebs";
import { MEMORY } from "../remote/messages.ts";
import { type RemoteBlocks, RemoteError } from "../remote/source.ts";
import { type AwsError, BrokenAnswer, bodyInto, OutOfAttempts, retrying, type Wait } from "./retrying.ts";
import { ANSWER, type Clients } from "./sdk.ts";

/**
 * How many blocks are listed at a time (100 to 10,000 are allowed), and where a list begins: at multiples of it. 2 GiB of
 * a disk that is full.
 */
const PAGE = 4096;
/** How many lists are kept; of a very large disk, few parts are read at a time. */
const MOST_LISTS = 64;
/** How many pages without a block may follow each other. */
const MOST_EMPTY = 1000;
/** How often tokens of one block are renewed. */
const MOST_RENEWALS = 3;

const GIB = 2 ** 30;
/** The size of a volume is at most 64 TiB. */
const LARGEST = 65_536;
/** AWS documents blocks of 512 KiB, and gives their size with each list. */
const BLOCK_SIZES = { least: 4096, most: MEMORY };

/** Requests that cost something, and what they gave. */
export interface Counted {
  lists: number;
  gets: number;
  /** Requests of other kinds. */
  others: number;
  blocks: number;
  bytes: number;
}

/** What reading a snapshot takes. */
export interface SnapshotReader {
  readonly clients: Pick<Clients, "sdk" | "ebs">;
  readonly counted: Counted;
  /** Why a request failed that nothing can be done about, for people. */
  explain(error: unknown, id: string): Promise<RemoteError>;
  readonly wait?: Wait | undefined;
}

/** The written blocks of a part of the disk, with their tokens. */
interface List {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly tokens: ReadonlyMap<number, string>;
}

interface Geometry {
  readonly blockSize: number;
  readonly count: number;
}

/**
 * The blocks of an EBS snapshot, from the EBS direct APIs (version 2019-11-02): written blocks are listed with tokens,
 * and read by them. Lists are read for the parts of the disk that are needed.
 */
export class SnapshotBlocks implements RemoteBlocks {
  readonly id: string;
  readonly #reader: SnapshotReader;
  #failure: RemoteError | undefined;
  #geometry: Geometry | undefined;
  #lists: List[] = [];
  /** Lists that are being read, by where they begin. */
  readonly #listing = new Map<number, Promise<List>>();

  private constructor(id: string, reader: SnapshotReader) {
    this.id = id;
    this.#reader = reader;
  }

  /** @throws {RemoteError} */
  static async open(id: string, reader: SnapshotReader): Promise<SnapshotBlocks> {
    const blocks = new SnapshotBlocks(id, reader);
    await blocks.#explained(() => blocks.#listOf(0));
    return blocks;
  }

  get blockSize(): number {
    return this.#geometry!.blockSize;
  }

  get size(): number {
    return this.#geometry!.count * this.#geometry!.blockSize;
  }

  read(index: number, into: Uint8Array): Promise<boolean> {
    return this.#explained(async () => {
      for (let renewals = 0; ; renewals++) {
        const list = await this.#listOf(index);
        const token = list.tokens.get(index);
        if (token === undefined) return false;
        try {
          await retrying(() => this.#get(index, token, into), this.#reader.wait);
          return true;
        } catch (error) {
          if (!isInvalid(error, "INVALID_BLOCK_TOKEN") || renewals === MOST_RENEWALS) throw error;
          this.#lists = this.#lists.filter((one) => one !== list);
        }
      }
    });
  }

  /** What failed after all attempts fails for all that is left: a run would wait for each block. */
  async #explained<T>(action: () => Promise<T>): Promise<T> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return await action();
    } catch (error) {
      this.#failure ??= error instanceof RemoteError ? error : await this.#reader.explain(error, this.id);
      throw this.#failure;
    }
  }

  async #get(index: number, token: string, into: Uint8Array): Promise<void> {
    const { clients, counted } = this.#reader;
    const { sdk, ebs } = clients;
    counted.gets++;
    const command = new sdk.GetSnapshotBlockCommand({ SnapshotId: this.id, BlockIndex: index, BlockToken: token });
    const { BlockData, DataLength, Checksum, ChecksumAlgorithm } = await ebs.send(command);
    await bodyInto(into, BlockData, { what: `block ${index}`, milliseconds: ANSWER });
    if (DataLength !== undefined && DataLength !== into.length)
      throw new BrokenAnswer(`block ${index} has ${DataLength} bytes instead of ${into.length}`);
    if (ChecksumAlgorithm !== "SHA256" || Checksum === undefined)
      throw new BrokenAnswer(`block ${index} comes without a SHA-256 checksum`);
    if (createHash("sha256").update(into).digest("base64") !== Checksum)
      throw new BrokenAnswer(`block ${index} does not match its checksum`);
    counted.blocks++;
    counted.bytes += into.length;
  }

  /** The list that tells whether a block is written. */
  #listOf(index: number): Promise<List> {
    const known = this.#lists.find(({ from, to }) => from <= index && index < to);
    if (known !== undefined) return Promise.resolve(known);
    const from = index - (index % PAGE);
    const listing = this.#listing.get(from) ?? this.#read(from).finally(() => this.#listing.delete(from));
    this.#listing.set(from, listing);
    return listing;
  }

  async #read(from: number): Promise<List> {
    const tokens = new Map<number, string>();
    const wanted = from + PAGE - 1;
    let next = from;
    let pageToken: string | undefined;
    for (let empty = 0, renewals = 0; ; ) {
      let page: ListSnapshotBlocksCommandOutput;
      try {
        page = await this.#page(next, pageToken);
      } catch (error) {
        if (pageToken === undefined || !isInvalid(error, "INVALID_PAGE_TOKEN") || renewals++ === MOST_RENEWALS)
          throw error;
        pageToken = undefined;
        continue;
      }
      const { Blocks = [], NextToken } = page;
      const { count } = this.#check(page);
      for (const { BlockIndex: index = -1, BlockToken = "" } of Blocks) {
        if (!Number.isSafeInteger(index) || index < next || index >= count || BlockToken === "")
          throw this.#nonsense(`block ${index} after ${next - 1} of ${count}`);
        tokens.set(index, BlockToken);
        next = index + 1;
      }
      empty = Blocks.length === 0 ? empty + 1 : 0;
      if (empty > MOST_EMPTY) throw this.#nonsense(`${empty} pages without a block follow each other`);
      const isEnd = NextToken === undefined || NextToken === "";
      if (isEnd || next > wanted) {
        const list = { from, to: isEnd ? count : next, tokens };
        this.#lists = [...this.#lists.slice(-(MOST_LISTS - 1)), list];
        return list;
      }
      pageToken = NextToken;
    }
  }

  #page(startingBlockIndex: number, pageToken: string | undefined): Promise<ListSnapshotBlocksCommandOutput> {
    const { clients, counted, wait } = this.#reader;
    const { sdk, ebs } = clients;
    return retrying(() => {
      counted.lists++;
      const command = new sdk.ListSnapshotBlocksCommand({
        SnapshotId: this.id,
        MaxResults: PAGE,
        ...(pageToken === undefined ? { StartingBlockIndex: startingBlockIndex } : { NextToken: pageToken }),
      });
      return ebs.send(command);
    }, wait);
  }

  /** The sizes in a list, which are those of the first one. */
  #check({ BlockSize = 0, VolumeSize = 0 }: ListSnapshotBlocksCommandOutput): Geometry {
    const known = this.#geometry;
    const isBlock = Number.isInteger(Math.log2(BlockSize)) && BlockSize >= BLOCK_SIZES.least;
    if (!isBlock || BlockSize > BLOCK_SIZES.most) throw this.#nonsense(`blocks of ${BlockSize} bytes`);
    if (!Number.isSafeInteger(VolumeSize) || VolumeSize < 1 || VolumeSize > LARGEST)
      throw this.#nonsense(`a volume of ${VolumeSize} GiB`);
    const count = (VolumeSize * GIB) / BlockSize;
    if (known !== undefined && (known.blockSize !== BlockSize || known.count !== count))
      throw this.#nonsense("its sizes are others than before");
    this.#geometry = { blockSize: BlockSize, count };
    return this.#geometry;
  }

  #nonsense(what: string): RemoteError {
    return new RemoteError(4, `${this.id}: AWS gives an invalid list of its blocks (${what}); try again later`);
  }
}

function isInvalid(error: unknown, reason: string): boolean {
  const { name, Reason } = (error instanceof OutOfAttempts ? error.last : error) as AwsError;
  return name === "ValidationException" && Reason === reason;
}
