import type { Image, Snapshot } from "@aws-sdk/client-ec2";
import { RemoteError, type RemoteOptions } from "../remote/source.ts";
import { type AwsError, OutOfAttempts, told } from "./retrying.ts";

const EXPIRED = /^(ExpiredToken|RequestExpired)/;
const REJECTED =
  /^(UnrecognizedClient|InvalidClientTokenId|AuthFailure|InvalidSignature|SignatureDoesNotMatch|InvalidAccessKeyId|InvalidToken|MissingAuthenticationToken)/;

/**
 * Why AWS cannot be asked at all, whatever the question: region, credentials, network. Undefined for another reason.
 * @param source the image
 */
export function explainAccess(
  error: AwsError,
  source: string,
  { profile, region }: RemoteOptions,
): RemoteError | undefined {
  const { name, message, code } = error;
  const cannot = (status: 2 | 4, why: string) => new RemoteError(status, `${source}: ${why}`);
  if (/^Region is missing/.test(message))
    return cannot(2, "no AWS region is set; pass --region, or set AWS_REGION or the profile's region");
  if (/^Invalid (region|hostname)/i.test(message) || /not a valid hostname component/.test(message))
    return cannot(
      2,
      region === undefined
        ? "the AWS region of the environment or the profile is not the name of one; set AWS_REGION or pass --region, such as eu-central-1"
        : `--region ${region}: not the name of an AWS region; an example is eu-central-1`,
    );
  if (code === "ERR_INVALID_URL" || message === "Invalid URL")
    return cannot(2, "the endpoint in the environment (AWS_ENDPOINT_URL) or the profile is not a valid URL");
  if (/^(Credentials|Token)?ProviderError$/.test(name)) {
    const why = message.trim().split("\n")[0];
    if (/expired|sso login|aws login/i.test(message))
      return cannot(4, `the AWS credentials have expired; log in again (${why})`);
    if (profile !== undefined) return cannot(2, `--profile ${profile}: no credentials (${why})`);
    return cannot(
      4,
      `no AWS credentials were found (${why}); set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or pass --profile`,
    );
  }
  if (EXPIRED.test(name))
    return cannot(4, "the AWS credentials have expired; log in again, or renew AWS_SESSION_TOKEN");
  if (REJECTED.test(name))
    return cannot(
      4,
      `AWS rejects the credentials (${/Signature|Token/.test(name) ? name : told(error)}); check AWS_PROFILE, --profile or the keys in the environment`,
    );
  if (code === "ENOTFOUND") return cannot(4, `${message}; check the region and the network`);
  return undefined;
}

/** What is known of what could not be read. */
export interface Known {
  readonly region: string;
  /** The AMI that the snapshot belongs to. */
  readonly image?: Image | undefined;
  /** What DescribeSnapshots says; undefined where it may not be asked. */
  readonly snapshot?: Snapshot | undefined;
}

/** Why a snapshot cannot be read, and what to do. */
export function explainSnapshot(error: AwsError, id: string, { region, image, snapshot }: Known): RemoteError {
  const cannot = (why: string) => new RemoteError(4, `${id} cannot be read: ${why}`);
  if (error instanceof OutOfAttempts) return cannot(error.message);
  const { name, Reason } = error;
  const state = snapshot && ofState(id, snapshot);
  if (state !== undefined) return new RemoteError(4, `${id} ${state}`);
  if (Reason === "DEPENDENCY_ACCESS_DENIED" || (snapshot?.Encrypted === true && name === "AccessDeniedException")) {
    const key = snapshot?.KmsKeyId ?? "its KMS key";
    return cannot(`it is encrypted; allow these credentials kms:Decrypt on ${key}`);
  }
  if (Reason === "DEPENDENCY_RESOURCE_NOT_FOUND")
    return cannot(`it is encrypted, and its KMS key does not exist or is disabled (${told(error)})`);
  if (/is not authorized to perform/.test(error.message))
    return cannot(`${told(error)}; allow ebs:ListSnapshotBlocks and ebs:GetSnapshotBlock`);
  const { ImageId: ami, Public: isPublic, ImageOwnerAlias, ProductCodes = [] } = image ?? {};
  const copy = `aws ec2 copy-image --source-image-id ${ami} --source-region ${region} --region ${region} --name copy-of-${ami}`;
  if (ProductCodes.length > 0)
    return cannot(
      `${ami} is of the Marketplace or has a billing code, and EBS does not give the blocks of such images; lint a copy, if it may be copied (${copy}), or lint in an instance of it`,
    );
  if (isPublic === true || ImageOwnerAlias !== undefined)
    return cannot(
      `${ami} is public, and EBS does not give the blocks of public images; copy it first, and lint the copy: ${copy}`,
    );
  if (name === "ResourceNotFoundException")
    return new RemoteError(
      3,
      `${id} does not exist in ${region}, or this account may not see it; choose another region with --region`,
    );
  if (name === "AccessDeniedException" || name === "ValidationException")
    return cannot(
      `${told(error)}; if it is public or another account's, copy it first, and lint the copy: aws ec2 copy-snapshot --source-snapshot-id ${id} --source-region ${region} --region ${region}`,
    );
  return cannot(told(error));
}

function ofState(id: string, { State, StateMessage, Progress, StorageTier }: Snapshot): string | undefined {
  switch (State) {
    case "pending":
      return `is pending${Progress ? ` (${Progress})` : ""}; wait until it is complete: aws ec2 wait snapshot-completed --snapshot-ids ${id}`;
    case "error":
      return `is in the state error${StateMessage ? ` (${StateMessage})` : ""}; make a new snapshot`;
    case "recoverable":
    case "recovering":
      return `is in the Recycle Bin; restore it first: aws ec2 restore-snapshot-from-recycle-bin --snapshot-id ${id}`;
  }
  if (StorageTier === "archive")
    return `is archived; restore it first: aws ec2 restore-snapshot-tier --snapshot-id ${id} --temporary-restore-days 1`;
  return undefined;
}
