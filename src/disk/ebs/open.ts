import type { Image } from "@aws-sdk/client-ec2";
import { RemoteError, type RemoteOptions, type RemoteSource } from "../remote/source.ts";
import { checkImage, snapshotsOf } from "./ami.ts";
import { explainAccess, explainSnapshot } from "./explain.ts";
import { type AwsError, OutOfAttempts, retrying, told, type Wait } from "./retrying.ts";
import { type Clients, clientsFor } from "./sdk.ts";
import { type Counted, SnapshotBlocks } from "./snapshot.ts";

/** US dollars for a request that lists blocks, and for a block: most regions' prices in 2026. */
const PRICE = { list: 0.0006 / 1000, block: 0.003 / 1000 };

/** The datasource of instances in EC2, by cloud-init's name. */
const EC2 = "Ec2";

const AMI = /^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;
const SNAPSHOT = /^snap-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/** The disks of an AMI: its snapshots, the root's first. @throws {RemoteError} */
export async function openAmi(source: string, options: RemoteOptions, wait?: Wait): Promise<RemoteSource> {
  const id = source.slice("ami:".length);
  if (!AMI.test(id))
    throw new RemoteError(2, `${source}: not the id of an AMI; an example is ami:ami-0abcdef1234567890`);
  return new Reading(source, options, wait).ofImage(id);
}

/** The disks of one machine, each a snapshot. @throws {RemoteError} */
export async function openSnapshots(source: string, options: RemoteOptions, wait?: Wait): Promise<RemoteSource> {
  const ids = source.split("+").map((part) => part.replace(/^ebs:/, ""));
  if (!ids.every((id) => SNAPSHOT.test(id)))
    throw new RemoteError(2, `${source}: not the id of a snapshot; an example is ebs:snap-0abcdef1234567890`);
  return new Reading(source, options, wait).ofSnapshots(ids);
}

/** What reading from EC2 and EBS has in common. */
class Reading {
  readonly #clients: Clients;
  readonly #source: string;
  readonly #options: RemoteOptions;
  readonly #wait: Wait | undefined;
  readonly #counted: Counted = { lists: 0, gets: 0, others: 0, blocks: 0, bytes: 0 };

  constructor(source: string, options: RemoteOptions, wait: Wait | undefined) {
    this.#clients = clientsFor(options);
    this.#source = source;
    this.#options = options;
    this.#wait = wait;
  }

  async ofImage(id: string): Promise<RemoteSource> {
    const image = await this.#describe(id);
    checkImage(id, image, await this.#region());
    return this.ofSnapshots(snapshotsOf(image), image);
  }

  async ofSnapshots(ids: readonly string[], image?: Image): Promise<RemoteSource> {
    const reader = {
      clients: this.#clients,
      counted: this.#counted,
      explain: (error: unknown, id: string) => this.#explain(error as AwsError, id, image),
      wait: this.#wait,
    };
    const disks = await Promise.all(ids.map((id) => SnapshotBlocks.open(id, reader)));
    return { disks, datasource: EC2, usage: () => this.#usage() };
  }

  /** @throws {RemoteError} if it does not exist or may not be described */
  async #describe(id: string): Promise<Image> {
    const { sdk, ec2 } = this.#clients;
    try {
      const { Images = [] } = await retrying(() => {
        this.#counted.others++;
        const all = { IncludeDeprecated: true, IncludeDisabled: true };
        return ec2.send(new sdk.DescribeImagesCommand({ ImageIds: [id], ...all }));
      }, this.#wait);
      const image = Images.find(({ ImageId }) => ImageId === id);
      if (image !== undefined) return image;
    } catch (error) {
      const { name } = error as AwsError;
      if (!name.startsWith("InvalidAMIID")) throw await this.#explainImage(error as AwsError, id);
      if (name === "InvalidAMIID.Unavailable")
        throw new RemoteError(
          3,
          `${id} has been deregistered; lint its snapshot, if it still exists, with ebs:snap-...`,
        );
    }
    throw new RemoteError(
      3,
      `${id} does not exist in ${await this.#region()}, or this account may not see it; choose another region with --region`,
    );
  }

  async #explainImage(error: AwsError, id: string): Promise<RemoteError> {
    const access = explainAccess(last(error), this.#source, this.#options);
    if (access !== undefined) return access;
    const advice = error.name === "UnauthorizedOperation" ? "; allow ec2:DescribeImages" : "";
    return new RemoteError(4, `${id} cannot be read: ${told(error)}${advice}`);
  }

  async #explain(error: AwsError, id: string, image: Image | undefined): Promise<RemoteError> {
    const access = explainAccess(last(error), this.#source, this.#options);
    if (access !== undefined) return access;
    const known = { region: await this.#region(), image };
    if (error instanceof OutOfAttempts) return explainSnapshot(error, id, known);
    return explainSnapshot(error, id, { ...known, snapshot: await this.#snapshot(id) });
  }

  /** What EC2 says of a snapshot; undefined where it may not be asked, since reading one does not take that. */
  async #snapshot(id: string) {
    const { sdk, ec2 } = this.#clients;
    try {
      this.#counted.others++;
      const { Snapshots = [] } = await ec2.send(new sdk.DescribeSnapshotsCommand({ SnapshotIds: [id] }));
      return Snapshots.find(({ SnapshotId }) => SnapshotId === id);
    } catch {
      return undefined;
    }
  }

  async #region(): Promise<string> {
    return this.#clients.ec2.config.region();
  }

  #usage() {
    const { lists, gets, others, blocks, bytes } = this.#counted;
    const price = lists * PRICE.list + blocks * PRICE.block;
    return { blocks, bytes, requests: lists + gets + others, price };
  }
}

function last(error: AwsError): AwsError {
  return error instanceof OutOfAttempts ? error.last : error;
}
