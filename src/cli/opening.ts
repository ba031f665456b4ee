import { type Command, Option } from "commander";
import type { OpenOptions } from "../image/open.ts";
import { CommandError, EXIT } from "./exit.ts";

/** What `<image>` may be. */
export const IMAGE_ARGUMENT =
  "root directory of an image (/ on a live machine), a tar archive of it, a disk image (raw, qcow2, vmdk, vhd, vhdx, vdi, ova; one.img+two.img for the disks of one machine), a container image (docker save, OCI layout), an https: URL of a disk image, ami:ID, ebs:SNAPSHOT, or - to read one from standard input";

/** The flags that choose what is opened of an image. */
export type OpenFlags = OpenOptions;

const rootOption = (): Option =>
  new Option(
    "--root <number>",
    "number of the root file system if a disk contains several, or of the image if an archive does",
  ).argParser(parseRoot);

const platformOption = (): Option =>
  new Option("--platform <os/arch>", "platform of a container image, such as linux/arm64");

const maxTemporaryOption = (): Option =>
  new Option(
    "--max-temporary <size>",
    "largest total size of temporary files for compressed disks and what verify unpacks, such as 50G (default: 16G)",
  ).argParser(parseSize);

const regionOption = (): Option => new Option("--region <name>", "AWS region of ami:, ebs: and s3: images");

const profileOption = (): Option =>
  new Option("--profile <name>", "profile in the AWS configuration, for ami:, ebs: and s3: images");

const downloadOption = (): Option =>
  new Option("--download", "download an https: or s3: image as a whole where its parts cannot be read on their own");

/** The options that say how a file on this machine is opened. */
export const localOptions = (): Option[] => [rootOption(), platformOption(), maxTemporaryOption()];

/** Adds the options that say how an image is opened, which are the same wherever one is. */
export function withOpenOptions(command: Command): Command {
  for (const option of [...localOptions(), regionOption(), profileOption(), downloadOption()])
    command.addOption(option);
  return command;
}

export function openOptions({ root, platform, maxTemporary, region, profile, download }: OpenFlags): OpenOptions {
  return {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(download === undefined ? {} : { download }),
    ...(root === undefined ? {} : { root }),
    ...(platform === undefined ? {} : { platform }),
    ...(maxTemporary === undefined ? {} : { maxTemporary }),
  };
}

/** @throws CommandError if it is not the number of a root */
function parseRoot(value: string): number {
  if (!/^0*[1-9][0-9]{0,8}$/.test(value))
    throw new CommandError(EXIT.usage, `--root ${value || '""'}: the number of a root must be a whole number from 1`);
  return Number(value);
}

const UNITS = ["", "K", "M", "G", "T"];

/** A size in bytes; undefined if it is none. */
export function sizeOf(value: string): number | undefined {
  const [, digits = "", unit = ""] = /^(\d{1,9})([KMGT]?)(?:i?B)?$/i.exec(value) ?? [];
  return digits === "" ? undefined : Number(digits) * 1024 ** UNITS.indexOf(unit.toUpperCase());
}

/** @throws CommandError if it is not a size */
function parseSize(value: string): number {
  const size = sizeOf(value);
  if (size === undefined)
    throw new CommandError(
      EXIT.usage,
      `--max-temporary ${value || '""'}: write a size in bytes or with K, M, G or T, such as 20G`,
    );
  return size;
}
