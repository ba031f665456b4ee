/**
 * What is read from another machine: a file behind a URL, the snapshots of an AMI. Everything here is asynchronous and
 * runs in a thread of its own (`serve.ts`); the disks that readers see are synchronous (`disk.ts`).
 */
export interface RemoteSource {
  readonly disks: readonly RemoteBlocks[];
  /** The only disk, if it can be read only once, from beginning to end. */
  readonly stream?: RemoteStream;
  /** What makes them doubtful though they can be read. Each completes a sentence that begins with the source's name. */
  readonly warnings?: readonly string[];
  /** The datasource, by cloud-init's name, of the machines that are made from it. */
  readonly datasource?: string;
  /** What was read of all of them so far. */
  usage(): RemoteUsage;
  /** Says that it is read no more. */
  close?(): void;
}

/** The blocks of one disk, numbered from 0. All have the same size; the last may be shorter. */
export interface RemoteBlocks {
  /** In bytes. */
  readonly size: number;
  /** The size of a block, in bytes. */
  readonly blockSize: number;
  /**
   * Fills `into`, which is as long as the block, with it. Returns false for a block of zeros that is not stored. Called for
   * several blocks at a time. An error completes a sentence that begins with what needed the block.
   * @throws {RemoteError} if it cannot be had, after all retries
   */
  read(index: number, into: Uint8Array): Promise<boolean>;
  /** How many blocks that follow each other `readRun` may be asked for; without it, each is read on its own. */
  readonly together?: number;
  /** Fills `into` with blocks that follow each other, with one request. @throws as `read` */
  readRun?(first: number, into: Uint8Array): Promise<void>;
}

/** A disk that comes as it is downloaded. */
export interface RemoteStream {
  /** In bytes, if the server says it. */
  readonly size: number | undefined;
  /** Fills `into` with the next bytes. Returns how many they are, at the end 0. @throws {RemoteError} */
  next(into: Uint8Array): Promise<number>;
  /** Ends the download. */
  close(): void;
}

/** What was read from another machine. */
export interface RemoteUsage {
  readonly blocks: number;
  readonly bytes: number;
  readonly requests: number;
  /** An estimate in US dollars; undefined where nothing is known of the price. */
  readonly price?: number;
}

/** What a user can choose of a remote source. */
export interface RemoteOptions {
  /** The AWS region. */
  readonly region?: string;
  /** The profile in the configuration of AWS. */
  readonly profile?: string;
  /** Allows a file to be read from beginning to end where no part of it can be read on its own. */
  readonly download?: boolean;
}

/**
 * Why something remote cannot be read, for people: it says what to do. `status` is the exit status: 2 for wrong usage, 3
 * if there is no such image, 4 if it cannot be read.
 */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  readonly status: 2 | 3 | 4;

  constructor(status: 2 | 3 | 4, message: string) {
    super(message);
    this.status = status;
  }
}
