import { type Command, Option } from "commander";
import type { Io } from "./io.ts";
import { datasourceOption, instanceDataOption, seedOption, userDataOption } from "./launchOptions.ts";
import { localOptions } from "./opening.ts";
import { colorOption, OWN_FORMATS, ownFormatOption } from "./options.ts";
import type { VerifyFlags } from "./run/verified.ts";

/** Adds `verify`, which runs the image's own cloud-init and compares. */
export function verifyCommand(program: Command, io: Io, end: (status: number) => void): void {
  const command = program
    .command("verify")
    .description(
      "run the image's own cloud-init as root in a sandbox, and compare what it changes with the plan (Linux, as root)",
    )
    .argument(
      "<image>",
      "root directory of an image, to which nothing is written; a disk image, a tar archive or a container image, which is unpacked for the time of the run; or a file that --save wrote",
    )
    .addOption(ownFormatOption(OWN_FORMATS.verify, "text, json, markdown or html"))
    .addOption(seedOption("that of a config drive"))
    .addOption(userDataOption())
    .addOption(datasourceOption())
    .addOption(instanceDataOption());
  for (const option of localOptions()) command.addOption(option);
  command
    .addOption(
      new Option(
        "--save <file>",
        "write a .tar.gz for a bug report, with secrets masked: verify on this file compares again, without root and the image",
      ),
    )
    .addOption(colorOption())
    .action(async (root: string, flags: VerifyFlags) => {
      const { verifyImage } = await import("./run/verify.ts");
      end(await verifyImage(root, flags, io));
    });
}
