import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startAws } from "../../aws/server.ts";
import { AMI, image, SNAPSHOT } from "../../aws/world.ts";
import { describeReal, programs } from "../describeReal.ts";
import { protofile } from "../filesystem/protofile.ts";

const PROGRAM = resolve("bin/cloud-init-lint.js");
const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-aws-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What databases have on a volume of their own, and what is said of it. */
const DATABASES: Readonly<Record<string, { readonly files: readonly string[]; readonly found: string }>> = {
  PostgreSQL: { files: ["15/main/PG_VERSION", "15/main/base/1/112", "15/main/global/pg_control"], found: "/15" },
  MySQL: {
    files: ["auto.cnf", "ibdata1", "mysql.ibd", "mysql/general_log.CSM", "performance_schema/accounts_145.sdi"],
    found: "/auto.cnf, /ibdata1, /mysql and 2 more",
  },
};

const FILESYSTEMS: Readonly<Record<string, (directory: string, disk: string) => void>> = {
  ext4: (directory, disk) => execFileSync("mkfs.ext4", ["-q", "-F", "-d", directory, disk], { stdio: "pipe" }),
  XFS(directory, disk) {
    const prototype = join(scratch, "prototype");
    writeFileSync(prototype, protofile(directory));
    execFileSync("mkfs.xfs", ["-q", "-f", "-p", prototype, disk], { stdio: "pipe" });
  },
};

/** What the program prints, and its exit status. */
function lint(env: NodeJS.ProcessEnv, source: string) {
  return new Promise<{ status: unknown; stdout: string; stderr: string }>((done) =>
    execFile(PROGRAM, [source], { env: { PATH: process.env.PATH, ...env } }, (error, stdout, stderr) =>
      done({ status: error?.code ?? 0, stdout, stderr }),
    ),
  );
}

describeReal("a volume of data", programs("mkfs.ext4", "mkfs.xfs"), () => {
  const cases = Object.keys(DATABASES).flatMap((database) =>
    Object.keys(FILESYSTEMS).map((type) => [database, type] as const),
  );
  test.each(cases)(
    "with the directories of %s on %s is not a root, and the message says what was found",
    async (database, type) => {
      const name = `${database}-${type}`;
      const directory = join(scratch, name);
      const { files, found } = DATABASES[database]!;
      for (const file of files) {
        mkdirSync(join(directory, file, ".."), { recursive: true });
        writeFileSync(join(directory, file), file);
      }
      const disk = join(scratch, `${name}.img`);
      writeFileSync(disk, "");
      truncateSync(disk, 400 * 2 ** 20);
      FILESYSTEMS[type]!(directory, disk);
      const aws = await startAws({ images: { [AMI]: image() }, snapshots: { [SNAPSHOT]: { content: disk } } });
      try {
        for (const source of [`ebs:${SNAPSHOT}`, `ami:${AMI}`]) {
          expect(await lint(aws.environment, source)).toEqual({
            status: 3,
            stdout: "",
            stderr: `cloud-init-lint: ${source} contains no root file system: the disk is ${type.toLowerCase()} without a system, with ${found}\n`,
          });
        }
      } finally {
        await aws.close();
      }
    },
  );
});
