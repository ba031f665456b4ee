import { splitLines } from "../splitLines.ts";
import { NetworkFailure } from "./pyValue.ts";

const OPTIONS = ["nameserver", "domain", "search", "sortlist", "options"];
/** What Python takes for white space. */
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const BLANK = new RegExp(`^${SPACE}*$`);
const WORD_AND_REST = new RegExp(`^${SPACE}*((?!${SPACE})[^]+?)${SPACE}+((?!${SPACE})[^]*)$`);

/** A line as it is, or an option with its value. */
type Line = string | { readonly option: string; readonly value: string; readonly comment: string };

/**
 * The text of a resolv.conf with more name servers and search domains, as cloud-init adds them
 * (distros/parsers/resolv_conf.py, 18.5 to 26.2): those it knows already stay as they are; new ones and all of their
 * kind go to the end.
 * @param onlyThree until 23.1 a fourth name server is left out
 * @throws NetworkFailure where cloud-init raises
 */
export function addNameservers(
  text: string,
  nameservers: readonly string[],
  domains: readonly string[],
  onlyThree: boolean,
): string {
  let lines = parse(text);
  for (const nameserver of nameservers) {
    const known = valuesOf(lines, "nameserver");
    const wanted = [...new Set([...known, nameserver])];
    // Where a known one is there twice, its place counts.
    if (wanted.length === known.length || (onlyThree && known.length >= 3)) continue;
    lines = [...without(lines, "nameserver"), ...wanted.map((value) => ({ option: "nameserver", value, comment: "" }))];
  }
  for (const domain of domains) {
    const known = valuesOf(lines, "search").flatMap(wordsOf);
    const wanted = [...new Set([...known, domain])];
    if (wanted.length === known.length) continue;
    const value = wanted.join(" ");
    if (known.length >= 6) throw new NetworkFailure(`${domain} would be one search domain too many`);
    if ([...value].length > 256) throw new NetworkFailure(`with ${domain} the search domains would be too long`);
    lines = [...without(lines, "search"), { option: "search", value, comment: "" }];
  }
  return lines
    .map((line) => `${typeof line === "string" ? line : `${line.option} ${line.value}${line.comment}`}\n`)
    .join("");
}

function parse(text: string): Line[] {
  return splitLines(text).map((line) => {
    if (BLANK.test(line)) return "";
    const [head = ""] = line.split(/[;#]/, 1);
    if (BLANK.test(head)) return line;
    const [, option = "", value = ""] = WORD_AND_REST.exec(head) ?? [];
    if (!OPTIONS.includes(option)) throw new NetworkFailure(`/etc/resolv.conf has a line of no known form: ${line}`);
    return { option, value, comment: line.slice(head.length) };
  });
}

function valuesOf(lines: readonly Line[], option: string): string[] {
  return lines.flatMap((line) => (typeof line !== "string" && line.option === option ? [line.value] : []));
}

function without(lines: readonly Line[], option: string): Line[] {
  return lines.filter((line) => typeof line === "string" || line.option !== option);
}

function wordsOf(text: string): string[] {
  return text.split(new RegExp(`${SPACE}+`)).filter((word) => word !== "");
}
