import { Raises } from "../../../python/errors.ts";
import { SPACE, split, splitLines, strip } from "../../../python/strings.ts";

const OPTIONS = ["nameserver", "domain", "search", "sortlist", "options"];
/** Python's white space. */

/** A line as it is, or an option with its value. */
type Line = string | { readonly option: string; readonly value: string; readonly comment: string };

/**
 * The text of a resolv.conf with more name servers and search domains, as cloud-init adds them
 * (distros/parsers/resolv_conf.py, 18.5 to 26.2): known ones do not change; new ones and all of their
 * kind go to the end.
 * @param onlyThree until 23.1 a fourth name server is omitted
 * @throws Raises if cloud-init raises
 */
export function addNameservers(
  text: string,
  nameservers: readonly string[],
  domains: readonly string[],
  onlyThree: boolean,
): string {
  const lines = parse(text);
  const servers = withServers(valuesOf(lines, "nameserver"), nameservers, onlyThree);
  const search = withDomains(
    valuesOf(lines, "search").flatMap((text) => split(text)),
    domains,
  );
  return [
    ...lines.filter(
      (line) =>
        typeof line === "string" ||
        (line.option === "nameserver" ? servers : line.option === "search" ? search : undefined) === undefined,
    ),
    ...(servers ?? []).map((value) => ({ option: "nameserver", value, comment: "" })),
    ...(search === undefined ? [] : [{ option: "search", value: search, comment: "" }]),
  ]
    .map((line) => `${typeof line === "string" ? line : `${line.option} ${line.value}${line.comment}`}\n`)
    .join("");
}

/** Undefined if nothing is to change, as with the search domains. */
function withServers(known: readonly string[], more: readonly string[], onlyThree: boolean): string[] | undefined {
  const wanted = new Set(known);
  let count = known.length;
  let isChanged = false;
  for (const server of more) {
    const size = wanted.size + (wanted.has(server) ? 0 : 1);
    // Only the count is compared: if a known one occurs twice, a new one may be lost.
    if (size === count || (onlyThree && count >= 3)) continue;
    wanted.add(server);
    count = size;
    isChanged = true;
  }
  return isChanged ? [...wanted] : undefined;
}

function withDomains(known: readonly string[], more: readonly string[]): string | undefined {
  let others = new Set(known);
  let count = known.length;
  let text: string | undefined;
  for (const domain of more) {
    if (others.size + (others.has(domain) ? 0 : 1) === count) continue;
    if (count >= 6) throw new Raises(`${domain} exceeds the limit of six search domains`);
    text = [...others.add(domain)].join(" ");
    if ([...text].length > 256) throw new Raises(`with ${domain} the search domains are longer than 256 characters`);
    const words = split(text);
    others = new Set(words);
    count = words.length;
  }
  return text;
}

function parse(text: string): Line[] {
  return splitLines(text).map((line, index) => {
    if (strip(line, null, "start") === "") return "";
    const [head = ""] = line.split(/[;#]/, 1);
    const words = strip(head, null, "start");
    if (words === "") return line;
    const end = words.search(SPACE);
    const option = words.slice(0, Math.max(0, end));
    const value = strip(words.slice(end), null, "start");
    if (!OPTIONS.includes(option) || value === "")
      throw new Raises(`line ${index + 1} of /etc/resolv.conf has an unknown form`);
    return { option, value, comment: line.slice(head.length) };
  });
}

function valuesOf(lines: readonly Line[], option: string): string[] {
  return lines.flatMap((line) => (typeof line !== "string" && line.option === option ? [line.value] : []));
}
