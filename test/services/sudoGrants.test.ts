import { describe, expect, test } from "vitest";
import { memoryImage } from "../../src/image/memory.ts";
import { readSudoers, type SudoAccount, sudoAnswer } from "../../src/services/accounts/sudoGrants.ts";

const DEBIAN: SudoAccount = { name: "debian", uid: "1000", groups: ["debian", "#1000", "ops", "#1002"] };

function answer(sudoers: string, command = "ALL", account = DEBIAN): string {
  const found = sudoAnswer(readSudoers(memoryImage({ "/etc/sudoers": sudoers })), account, command);
  if (found === undefined) return "refused";
  return found.asksPassword ? "asks" : "free";
}

describe("what sudo makes of an account (sudo 1.9.13 and 1.9.17 do the same)", () => {
  test.each([
    ["debian ALL=(ALL) NOPASSWD:ALL\n", "free"],
    ["debian ALL=(ALL) NOPASSWD:ALL\ndebian ALL=(ALL) ALL\n", "asks"],
    ["debian ALL=(ALL) PASSWD: ALL\ndebian ALL=(ALL) NOPASSWD:ALL\n", "free"],
    ["debian ALL=(ALL) NOPASSWD:ALL\n%ops ALL=(ALL) ALL\n", "asks"],
    ["debian ALL=(ALL) NOPASSWD:ALL\n%other ALL=(ALL) ALL\n", "free"],
    ["debian ALL=(ALL) NOPASSWD:ALL\nUser_Alias OPS = debian, bob\nOPS ALL=(ALL) ALL\n", "asks"],
    ["debian ALL=(ALL) NOPASSWD:ALL\n#1000 ALL=(ALL) ALL\n", "asks"],
    ["debian ALL=(ALL) NOPASSWD:ALL\nALL ALL=(ALL) ALL\n", "asks"],
    ["debian ALL=(ALL) NOPASSWD:ALL\n%ops ALL=(ALL) /bin/ls\n", "free"],
    ["Defaults timestamp_timeout=0\ndebian ALL=(ALL) NOPASSWD:ALL\n", "free"],
    ["Defaults !authenticate\ndebian ALL=(ALL) ALL\n", "free"],
    ["Defaults:debian !authenticate\nDefaults authenticate\ndebian ALL=(ALL) ALL\n", "asks"],
    ["Defaults:bob !authenticate\ndebian ALL=(ALL) ALL\n", "asks"],
    ["debian ALL=(www-data) NOPASSWD:ALL\n", "refused"],
    ["debian ALL=ALL, !ALL\n", "refused"],
    ["", "refused"],
    ["%#1002 ALL=(ALL) ALL\n", "asks"],
    ["%#1003 ALL=(ALL) ALL\n", "refused"],
    ["ALL, !debian ALL=(ALL) ALL\n", "refused"],
    ["!debian, ALL ALL=(ALL) ALL\n", "asks"],
    ["!ann ALL=(ALL) ALL\n", "refused"],
    ["!!debian ALL=(ALL) ALL\n", "asks"],
    ["User_Alias A = ALL, !debian\nA ALL=(ALL) ALL\n", "refused"],
    ["User_Alias A = ALL, !debian\nALL, !A ALL=(ALL) ALL\n", "asks"],
    ["User_Alias A = ALL, !debian\n!A ALL=(ALL) ALL\n", "asks"],
    ["User_Alias A = B, ann\nUser_Alias B = debian\nA ALL=(ALL) ALL\n", "asks"],
    ["Defaults:bob, debian !authenticate\ndebian ALL=(ALL) ALL\n", "free"],
    ["Defaults:ALL, !debian !authenticate\ndebian ALL=(ALL) ALL\n", "asks"],
  ])("%j: %s", (sudoers, expected) => expect(answer(sudoers)).toBe(expected));

  test("aliases that name each other many times end", () => {
    const aliases = Array.from({ length: 30 }, (_, n) => `User_Alias A${n} = A${n + 1}, A${n + 1}, A${(n * 7) % 30}\n`);
    expect(answer(`${aliases.join("")}A0 ALL=(ALL) ALL\n`)).toBe("refused");
  });

  test("a long chain of aliases ends", () => {
    const aliases = Array.from({ length: 20_000 }, (_, n) => `User_Alias A${n} = A${n + 1}, ann\n`);
    expect(answer(`${aliases.join("")}A0 ALL=(ALL) ALL\n`)).toBe("refused");
  });

  test("a tag and the user to run as hold for the commands behind them", () => {
    const rule =
      "debian ALL=(root) NOPASSWD: /bin/a, /bin/b, PASSWD: /bin/c, (www-data) /bin/d : other = NOPASSWD : /bin/e\n";
    const answers = ["a", "b", "c", "d", "e", "f"].map((name) => answer(rule, `/bin/${name}`));
    expect(answers).toEqual(["free", "free", "asks", "refused", "free", "refused"]);
  });

  test("hostile rules end", () => {
    const long = `debian ALL=${"(".repeat(20_000)}${"\\,".repeat(20_000)}NOPASSWD:\n`;
    expect(answer(`${long}Defaults ${"x,".repeat(50_000)}\n`)).toBe("refused");
  });
});
