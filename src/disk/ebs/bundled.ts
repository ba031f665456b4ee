/** What is used of the AWS SDK: the build puts it into a file of its own, dist/aws.cjs. */
export { EBSClient, GetSnapshotBlockCommand, ListSnapshotBlocksCommand } from "@aws-sdk/client-ebs";
export { DescribeImagesCommand, DescribeSnapshotsCommand, EC2Client } from "@aws-sdk/client-ec2";
export { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
