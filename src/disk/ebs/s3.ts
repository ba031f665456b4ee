import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { shownName } from "../remote/https/shownUrl.ts";
import { BLOCK, type RangedFile, rangedSource } from "../remote/ranges.ts";
import { RemoteError, type RemoteOptions, type RemoteSource } from "../remote/source.ts";
import { explainAccess } from "./explain.ts";
import { type AwsError, bodyInto, OutOfAttempts, retrying, told, type Wait } from "./retrying.ts";
import { ANSWER, type Clients, clientsFor } from "./sdk.ts";

/** Names of buckets, those of early ones (255 characters, underscores) included. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;

/** The disk in an object of S3. @throws {RemoteError} */
export async function openObject(source: string, options: RemoteOptions, wait?: Wait): Promise<RemoteSource> {
  const name = shownName(source);
  const wrong = (why: string) => new RemoteError(2, `${name}: ${why}`);
  if (name !== source)
    throw wrong(
      "credentials cannot stand in the name; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or pass --profile",
    );
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/is.exec(source) ?? [];
  if (bucket === undefined || key === undefined)
    throw wrong("not the name of an object; an example is s3://bucket/image.qcow2");
  if (bucket.startsWith("arn:")) throw wrong("the name of a bucket is no ARN; use the alias of an access point");
  if (!BUCKET.test(bucket)) throw wrong(`"${bucket}" is not the name of a bucket`);
  const object = new S3Object({ clients: clientsFor(options), source, bucket, key, options, wait });
  await object.open();
  return rangedSource(object);
}

interface Place {
  readonly clients: Clients;
  readonly source: string;
  readonly bucket: string;
  readonly key: string;
  readonly options: RemoteOptions;
  readonly wait: Wait | undefined;
}

/** An object, read by ranges of the version that was opened. */
class S3Object implements RangedFile {
  size = 0;
  requests = 0;
  readonly #place: Place;
  #etag: string | undefined;
  #head: Uint8Array | undefined;
  #failure: RemoteError | undefined;

  constructor(place: Place) {
    this.#place = place;
  }

  async open(): Promise<void> {
    await this.#get(0, BLOCK, ({ ContentRange, ETag }) => {
      const [, size] = /^bytes 0-\d+\/(\d+)$/.exec(ContentRange ?? "") ?? [];
      if (size === undefined) throw this.#cannot("the server does not send parts of it");
      this.size = Number(size);
      this.#etag = ETag;
      this.#head = new Uint8Array(Math.min(BLOCK, this.size));
      return this.#head;
    });
  }

  async readRange(from: number, into: Uint8Array): Promise<void> {
    const to = from + into.length;
    if (from === 0 && to === this.#head?.length) {
      into.set(this.#head);
      this.#head = undefined;
      return;
    }
    await this.#get(from, to, ({ ContentRange }) => {
      if (ContentRange !== `bytes ${from}-${to - 1}/${this.size}`)
        throw this.#cannot(`the server sends ${ContentRange ?? "all of it"} for bytes ${from}-${to - 1}/${this.size}`);
      return into;
    });
  }

  /** @param place where the body of an answer belongs */
  async #get(from: number, to: number, place: (answer: GetObjectCommandOutput) => Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const { clients, bucket, key, wait } = this.#place;
    const { sdk, s3 } = clients;
    try {
      await retrying(async () => {
        this.requests++;
        const answer = await s3.send(
          new sdk.GetObjectCommand({
            Bucket: bucket,
            Key: key,
            Range: `bytes=${from}-${to - 1}`,
            ...(this.#etag === undefined ? {} : { IfMatch: this.#etag }),
          }),
        );
        await bodyInto(place(answer), answer.Body, { what: "the answer", milliseconds: ANSWER });
      }, wait);
    } catch (error) {
      // What failed after all attempts fails for all that is left: a run would wait for each block.
      this.#failure = error instanceof RemoteError ? error : this.#explained(error as AwsError);
      throw this.#failure;
    }
  }

  #explained(error: AwsError): RemoteError {
    const { source, bucket, key, options } = this.#place;
    const { name, $metadata } = error instanceof OutOfAttempts ? error.last : error;
    const access = explainAccess(error instanceof OutOfAttempts ? error.last : error, source, options);
    if (access !== undefined) return access;
    if (name === "InvalidRange" || $metadata?.httpStatusCode === 416) return new RemoteError(3, `${source} is empty`);
    if (name === "PreconditionFailed" || $metadata?.httpStatusCode === 412)
      return this.#cannot("it changed while it was read; run the lint again");
    if (name === "NoSuchBucket") return new RemoteError(3, `${source}: bucket ${bucket} does not exist`);
    if (name === "NoSuchKey" || name === "NotFound")
      return new RemoteError(3, `${source}: object ${key} does not exist`);
    if (name === "InvalidObjectState")
      return this.#cannot("it is archived; restore it first: aws s3api restore-object");
    if (name === "AccessDenied" || $metadata?.httpStatusCode === 403)
      return this.#cannot(`${told(error)}; allow s3:GetObject, and kms:Decrypt if it is encrypted with a KMS key`);
    return this.#cannot(told(error));
  }

  #cannot(why: string): RemoteError {
    return new RemoteError(4, `${this.#place.source} cannot be read: ${why}`);
  }
}
