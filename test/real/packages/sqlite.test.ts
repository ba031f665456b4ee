import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDirectory } from "../../../src/image/directory.ts";
import { openPackages } from "../../../src/packages/open.ts";
import { headerOf } from "../../packages/rpmDatabases.ts";
import { describeReal, pythonModule } from "../describeReal.ts";

/** Tables that SQLite itself wrote, of all sizes of pages. */
describeReal("with the real SQLite", pythonModule("sqlite3"), () => {
  const SCRIPT = `
import random, sqlite3, sys
path, size, vacuum = sys.argv[1], int(sys.argv[2]), sys.argv[3]
random.seed(size)
db = sqlite3.connect(path)
db.execute(f"pragma page_size={size}")
db.execute(f"pragma auto_vacuum={vacuum}")
db.execute("create table 'Other' (a text, b integer)")
db.execute("create table 'Packages' (hnum integer primary key autoincrement, blob blob not null)")
for line in sys.stdin.read().split():
    db.execute("insert into Packages values (null, ?)", (bytes.fromhex(line),))
    if random.random() < 0.3:
        db.execute("insert into Packages values (null, ?)", (bytes.fromhex(line) + bytes(random.randrange(9000)),))
        db.execute("delete from Packages where hnum = (select max(hnum) from Packages)")
db.commit()
db.close()
`;
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "cloud-init-lint-sqlite-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test.each([512, 1024, 4096, 32768, 65536].flatMap((size) => ["none", "full"].map((vacuum) => [size, vacuum])))(
    "pages of %d bytes, auto_vacuum %s",
    (size, vacuum) => {
      const path = join(directory, "rpmdb.sqlite");
      // Of lengths around all limits between what stands in a page and what overflows.
      const headers = Array.from({ length: 400 }, (_, i) => {
        const files = Array.from({ length: i % 37 === 0 ? 3000 : i }, (_file, k) => `file-${k}-${i}`);
        return headerOf({
          1000: `p-${i}`,
          1001: `${i}`,
          1002: "1",
          1117: files,
          1116: files.map(() => 0),
          1118: ["/"],
        });
      });
      const input = headers.map((header) => header.toString("hex")).join("\n");
      execFileSync("python3", ["-c", SCRIPT, path, String(size), String(vacuum)], { input });
      mkdirSync(join(directory, "var/lib/rpm"), { recursive: true });
      renameSync(path, join(directory, "var/lib/rpm/rpmdb.sqlite"));
      const packages = openPackages(openDirectory(directory));
      for (const i of headers.keys()) {
        expect(packages.version(`p-${i}`)).toBe(`${i}-1`);
        if (i > 0) expect(packages.owner(`/file-${i - 1}-${i}`)).toBe(`p-${i}`);
      }
      expect(packages.owner("/file-2999-37")).toBe("p-37");
      expect(packages.problems).toEqual([]);
    },
  );
});
