import type { Image } from "@aws-sdk/client-ec2";
import { RemoteError } from "../remote/source.ts";

/** @throws {RemoteError} if an AMI has no snapshots that can be read */
export function checkImage(id: string, image: Image, region: string): void {
  const { State, StateReason, RootDeviceType, ImageLocation, Platform } = image;
  const reason = StateReason?.Message ? ` (${StateReason.Message})` : "";
  switch (State) {
    case "pending":
      throw new RemoteError(
        4,
        `${id} is pending; wait until it is available: aws ec2 wait image-available --region ${region} --image-ids ${id}`,
      );
    case "deregistered":
      throw new RemoteError(3, `${id} has been deregistered; lint its snapshot, if it still exists, with ebs:snap-...`);
    case "failed":
    case "error":
    case "invalid":
    case "transient":
      throw new RemoteError(4, `${id} is in the state ${State}${reason}; make the image again`);
  }
  if (Platform?.toLowerCase() === "windows")
    throw new RemoteError(3, `${id} is an image of Windows, which does not run cloud-init`);
  if (RootDeviceType === "instance-store")
    throw new RemoteError(
      3,
      `${id} is an instance-store AMI${ImageLocation ? ` (${ImageLocation})` : ""}, which has no snapshot; make an EBS-backed AMI of it`,
    );
  if (snapshotsOf(image).length === 0)
    throw new RemoteError(4, `${id} has no snapshots that these credentials may see`);
}

/** The snapshots that an instance's disks are made from, that of the root device first. */
export function snapshotsOf({ RootDeviceName, BlockDeviceMappings = [] }: Image): string[] {
  const ids = (isRoot: boolean) =>
    BlockDeviceMappings.flatMap(({ DeviceName, Ebs }) =>
      (DeviceName === RootDeviceName) === isRoot ? (Ebs?.SnapshotId ?? []) : [],
    );
  return [...ids(true), ...ids(false)];
}
