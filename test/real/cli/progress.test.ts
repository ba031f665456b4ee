import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tree } from "../../image/tree.ts";
import { describeReal, programs } from "../describeReal.ts";

const PROGRAM = `${process.execPath} ${join(process.cwd(), "bin/cloud-init-lint.js")}`;
const [CLEAR, STATUS] = ["\r\x1b[K", /status (\d+)\r\n$/];

describeReal("progress on a terminal", programs("bash", "script", "tar", "mkfifo"), () => {
  /** What a terminal shows of a shell script whose standard output goes elsewhere. */
  const terminal = (script: string) => {
    const { stdout } = spawnSync("script", ["-qec", `bash -c '${script}'`, "/dev/null"], {
      encoding: "utf8",
      input: "",
      timeout: 60_000,
    });
    return stdout;
  };
  const slowTar = "(sleep 2; tar -C fixtures/debian-12 -cf - .)";

  test("a list is not waited for from a terminal", () => {
    for (const args of ["--from -", "merge -"])
      expect(terminal(`${PROGRAM} ${args}; echo status $?`)).toMatch(
        /^cloud-init-lint: standard input is a terminal; pipe in a file\r?\nstatus 2\r?\n$/,
      );
  });

  test("an archive that takes more than a second is named, then the line is removed", () => {
    const shown = terminal(`${slowTar} | ${PROGRAM} - >/dev/null; echo status $?`);
    expect(shown).toMatch(/^\rlinting standard input\x1b\[K/);
    expect(shown).toContain(`${CLEAR}status 0`);
  });

  test("nothing with --quiet, without a terminal, or in less than a second", () => {
    expect(terminal(`${slowTar} | ${PROGRAM} -q - >/dev/null; echo status $?`)).toBe("status 0\r\n");
    expect(terminal(`${slowTar} | ${PROGRAM} - 2>&1 >/dev/null | cat; echo status $?`)).toBe("status 0\r\n");
  });

  test("Ctrl-C among several images: the line is removed, no report appears, the status is that of the signal", () => {
    const directory = tree({});
    const report = join(directory, "lint.json");
    // An archive that never ends.
    const endless = "while tar -C fixtures/debian-12 -cf - etc | head -c 10240; do sleep 1; done";
    const fifo = join(directory, "pipe");
    const script = `mkfifo ${fifo}; (${endless}) >${fifo} 2>/dev/null & writer=$!
      ${PROGRAM} fixtures/debian-12 - fixtures/debian-12-hardened -f json=${report} <${fifo} & lint=$!
      sleep 3; kill -INT $lint; wait $lint; echo status $?; kill $writer`;
    const shown = terminal(script);
    expect(shown).toMatch(/^\r\d of 3 images done; linting .*\x1b\[K/);
    expect(shown).toContain(CLEAR);
    expect(STATUS.exec(shown)?.[1]).toBe("130");
    expect(existsSync(report)).toBe(false);
  });
});
