import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRepository } from "../../src/cli/repository.ts";
import { lineHashes } from "../../src/report/lineHash.ts";
import { sarifReport } from "../../src/report/sarif.ts";
import { finding, RULES, result, TEXTS } from "../report/samples.ts";

const TEAM = "/etc/cloud/cloud.cfg.d/20-team.cfg";
const TEAM_TEXT = TEXTS[TEAM]!.before!;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  mkdirSync(join(root, ".git"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

describe("the repository's file for a file of the image", () => {
  test("by content, the one whose path ends alike", () => {
    write("a/other.txt", TEAM_TEXT);
    write("packer/files/20-team.cfg", TEAM_TEXT);
    write("node_modules/x/20-team.cfg", TEAM_TEXT);
    expect(openRepository({}, root).file(TEAM, TEAM_TEXT)).toEqual({
      path: "packer/files/20-team.cfg",
      text: TEAM_TEXT,
    });
    expect(openRepository({}, root).file(TEAM, `${TEAM_TEXT}x`)).toBeUndefined();
    expect(openRepository({}, root).file("/etc/empty", "")).toBeUndefined();
  });

  test("from a directory below the root paths are still the root's", () => {
    write("packer/files/20-team.cfg", TEAM_TEXT);
    expect(openRepository({}, join(root, "packer")).file(TEAM, TEAM_TEXT)?.path).toBe("packer/files/20-team.cfg");
    const flags = { map: [`${TEAM}=files/20-team.cfg`] };
    expect(openRepository(flags, join(root, "packer")).file(TEAM, undefined)?.path).toBe("packer/files/20-team.cfg");
  });

  test("by --map, before its content, for a file or a directory", () => {
    write("equal.cfg", TEAM_TEXT);
    write("templates/20-team.cfg", "# a template\n");
    const byFile = openRepository({ map: [`${TEAM}=templates/20-team.cfg`] }, root);
    expect(byFile.file(TEAM, TEAM_TEXT)?.path).toBe("templates/20-team.cfg");
    const byDirectory = openRepository({ map: ["/etc/cloud/cloud.cfg.d/=templates"] }, root);
    expect(byDirectory.file(TEAM, TEAM_TEXT)?.path).toBe("templates/20-team.cfg");
    expect(byDirectory.file("/etc/cloud/cloud.cfg.d2/20-team.cfg", "x")).toBeUndefined();
  });

  test("by the most specific --map, wherever it stands; / is the whole image, . the whole repository", () => {
    write("files/20-team.cfg", "# a directory\n");
    write("team.cfg", "# a file\n");
    write("root/etc/hosts", "127.0.0.1 localhost\n");
    write("etc/motd", "hello\n");
    const repository = openRepository(
      { map: ["/=root", "/etc/ssh/../cloud//cloud.cfg.d/=files", `${TEAM}=team.cfg`, "/=."] },
      root,
    );
    expect(repository.file(TEAM, TEAM_TEXT)?.path).toBe("team.cfg");
    expect(repository.file("/etc/hosts", "x")?.path).toBe("root/etc/hosts");
    expect(repository.file("/etc/motd", "x")?.path).toBe("etc/motd");
    expect(repository.file("/etc/cloud/cloud.cfg.d2/20-team.cfg", "x")).toBeUndefined();
  });

  test("under its own name, not that of a link, and never outside", () => {
    write("files/20-team.cfg", TEAM_TEXT);
    symlinkSync("files", join(root, "link"));
    symlinkSync("/etc", join(root, "files/out"));
    const repository = openRepository({ map: ["/etc=link"], anchor: "link/20-team.cfg:2" }, root);
    expect(repository.file("/etc/20-team.cfg", "x")?.path).toBe("files/20-team.cfg");
    expect(repository.file("/etc/out/passwd", "x")).toBeUndefined();
    expect(repository.anchor?.path).toBe("files/20-team.cfg");
    expect(() => openRepository({ anchor: "files/out/passwd" }, root)).toThrow("outside the repository");
  });

  test("without a repository nothing is searched, and what the user names is found all the same", () => {
    rmSync(join(root, ".git"), { recursive: true });
    write("files/20-team.cfg", TEAM_TEXT);
    write("seed/user-data", "#cloud-config\n");
    const repository = openRepository({ anchor: "files/20-team.cfg:2" }, root);
    expect(repository.file(TEAM, TEAM_TEXT)).toBeUndefined();
    expect(repository.file(join(root, "files/20-team.cfg"), TEAM_TEXT)).toBeUndefined();
    expect(repository.file("seed/user-data", "#cloud-config\n")?.path).toBe("seed/user-data");
    expect(repository.anchor?.path).toBe("files/20-team.cfg");
    expect(openRepository({ map: [`${TEAM}=files/20-team.cfg`] }, root).file(TEAM, TEAM_TEXT)?.text).toBe(TEAM_TEXT);
  });

  test("a file's name may end in a number", () => {
    write("build:2", "a\nb\n");
    expect(openRepository({ anchor: "build:2" }, root).anchor).toMatchObject({ path: "build:2", line: 1 });
    expect(openRepository({ anchor: "build:2:2" }, root).anchor).toMatchObject({ path: "build:2", line: 2 });
  });

  test.each([
    [{ map: ["etc=files"] }, 'paths in the image begin with "/", such as /etc'],
    [{ map: ["=files"] }, "write IMAGEPATH=REPOPATH"],
    [{ map: ["/etc"] }, "write IMAGEPATH=REPOPATH"],
    [{ map: ["/etc=missing"] }, "missing does not exist"],
    [{ map: ["/etc=.."] }, "outside the repository"],
    [{ anchor: "missing.pkr.hcl" }, "missing.pkr.hcl does not exist"],
    [{ anchor: "image.pkr.hcl:9" }, "has no line 9"],
    [{ anchor: "image.pkr.hcl:2" }, "has no line 2; its last line is 1"],
    [{ anchor: "image.pkr.hcl:0" }, "has no line 0"],
    [{ anchor: ".git" }, "is not a text file"],
    [{ anchor: "." }, "is not a text file"],
    [{ anchor: "binary" }, "is not a text file"],
    [{ anchor: "" }, "missing file name"],
  ])("%j is refused", (flags, message) => {
    write("image.pkr.hcl", "source {}\n");
    write("binary", "a\0b\n");
    expect(() => openRepository(flags, root)).toThrow(message);
  });
});

describe("SARIF", () => {
  const report = (flags: Parameters<typeof openRepository>[0], findings = [finding()]) => {
    const repository = openRepository(flags, root);
    const options = { toolVersion: "0.1.0", minSeverity: "info", anchor: repository.anchor } as const;
    return sarifReport([result({ findings, texts: TEXTS }, repository)], RULES, options);
  };
  const resultsOf = (text: string) => JSON.parse(text).runs[0].results;

  test("what is in the repository is shown there, with the hash of its line", () => {
    write("files/team ä.cfg", TEAM_TEXT);
    const [found] = resultsOf(report({}));
    const { artifactLocation, region } = found.locations[0].physicalLocation;
    expect(artifactLocation.uri).toBe("files/team%20%C3%A4.cfg");
    expect(region).toEqual({ startLine: 2, startColumn: 1, endLine: 2, endColumn: 17 });
    expect(found.locations[0].logicalLocations[0].fullyQualifiedName).toBe(TEAM);
    expect(found.partialFingerprints.primaryLocationLineHash).toBe(lineHashes(TEAM_TEXT)(2));
  });

  test("all else at the anchor, each finding with a hash of its own", () => {
    write("image.pkr.hcl", "source {\n}\nbuild {\n}\n");
    const other = finding({ losses: [{ ...finding().losses[0]!, setting: "PermitRootLogin" }] });
    const found = resultsOf(report({ anchor: "image.pkr.hcl:3" }, [finding(), other]));
    for (const { locations, message, relatedLocations } of found) {
      expect(locations[0].physicalLocation).toEqual({
        artifactLocation: { uri: "image.pkr.hcl" },
        region: { startLine: 3, startColumn: 1, endLine: 3, endColumn: 8 },
      });
      expect(locations[0].logicalLocations[0].fullyQualifiedName).toBe(TEAM);
      expect(message.text).toContain(`${TEAM}:2`);
      expect(relatedLocations).toHaveLength(2);
    }
    const hashes = found.map((one: { partialFingerprints: object }) => JSON.stringify(one.partialFingerprints));
    expect(new Set(hashes).size).toBe(2);
  });

  test("at an empty line a region has a length all the same", () => {
    write("image.pkr.hcl", "source {\n\n}\n");
    const [found] = resultsOf(report({ anchor: "image.pkr.hcl:2" }));
    expect(found.locations[0].physicalLocation.region).toMatchObject({ startColumn: 1, endColumn: 2 });
  });

  test("a file of another directory leads to no URI that leaves the repository", () => {
    const cause = { path: "../../seed/user-data", line: 1, column: 1 };
    const [found] = resultsOf(report({}, [finding({ losses: [], cause })]));
    expect(found.locations[0].physicalLocation.artifactLocation.uri).toBe("seed/user-data");
  });

  test("a line that the mapped file has not is its first", () => {
    write("short.cfg", "# one line");
    const [found] = resultsOf(report({ map: [`${TEAM}=short.cfg`] }));
    expect(found.locations[0].physicalLocation.region).toEqual({
      startLine: 1,
      startColumn: 1,
      endLine: 1,
      endColumn: 11,
    });
  });
});
