import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { memoryImage } from "../../../src/image/memory.ts";
import { describeReal, programs } from "../describeReal.ts";

describeReal("a list of names", programs("python3"), () => {
  test("is sorted as Python sorts it", () => {
    const names = ["10.cfg", "9.cfg", "B.cfg", "a.cfg", ".cfg", "\uff5e.cfg", "\u{1f600}.cfg", "\u00e4.cfg"];
    const image = memoryImage(Object.fromEntries(names.map((name) => [`/d/${name}`, ""])));
    const program = "import json,sys; print(json.dumps(sorted(json.loads(sys.argv[1]))))";
    const sorted = execFileSync("python3", ["-c", program, JSON.stringify(names)], { encoding: "utf8" });
    expect(image.list("/d")).toEqual(JSON.parse(sorted));
  });
});
