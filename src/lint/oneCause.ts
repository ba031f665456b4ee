import { type Finding, type Fix, SEVERITIES } from "./finding.ts";

/** Two rules that report the same line for the same reason. */
interface Pair {
  /** The rule that says what is lost, or says it everywhere: in user-data alone, in a seed, in an image. */
  readonly kept: string;
  readonly dropped: string;
  /** Whether the message and the fix of the other finding are taken over, since it says more. */
  readonly isAdded?: true;
}

/** Pairs of rules of whose findings for one cause only one remains. */
export const PAIRS: readonly Pair[] = [
  { kept: "cloud-init-cannot-start", dropped: "schema-value-invalid" },
  { kept: "config-key-without-module", dropped: "module-fails" },
  { kept: "config-key-without-module", dropped: "schema-key-deprecated" },
  { kept: "default-user-not-made", dropped: "config-list-replaced", isAdded: true },
  { kept: "module-fails", dropped: "schema-key-deprecated", isAdded: true },
  { kept: "module-list-incomplete", dropped: "hostname-set-before-modules" },
  { kept: "nobody-can-become-root", dropped: "config-list-replaced", isAdded: true },
  { kept: "nobody-can-log-in", dropped: "cloud-init-disabled" },
  { kept: "nobody-can-log-in", dropped: "config-list-replaced", isAdded: true },
  { kept: "package-source-lost", dropped: "module-fails" },
  { kept: "package-source-lost", dropped: "schema-key-deprecated" },
  { kept: "schema-value-invalid", dropped: "config-value-loses-to-earlier-file", isAdded: true },
  { kept: "schema-value-invalid", dropped: "config-value-misread", isAdded: true },
  { kept: "ssh-host-keys-missing", dropped: "config-value-misread" },
  { kept: "ssh-host-keys-missing", dropped: "schema-value-invalid" },
];

/** Makes one finding of those that several rules have for the same cause. None takes the place of a more severe one. */
export function oneOfEachCause(findings: readonly Finding[]): Finding[] {
  const byPlace = new Map<string, Finding[]>();
  for (const finding of findings) {
    const place = placeOf(finding);
    const others = byPlace.get(place);
    if (others === undefined) byPlace.set(place, [finding]);
    else others.push(finding);
  }
  return [...byPlace.values()].flatMap((group) => (group.length < 2 ? group : PAIRS.reduce(joined, group)));
}

/** The findings of one place after one pair of rules. */
function joined(group: Finding[], { kept, dropped, isAdded }: Pair): Finding[] {
  const keeper = group.find(({ rule }) => rule === kept);
  if (keeper === undefined) return group;
  const others = group.filter((one) => one.rule === dropped && rank(one) >= rank(keeper));
  if (others.length === 0) return group;
  const prove = () => keeper.proveFix() ?? others.reduce<Fix | null>((fix, one) => fix ?? one.proveFix(), null);
  const whole: Finding = isAdded
    ? { ...keeper, message: [keeper.message, ...others.map(({ message }) => message)].join(" "), proveFix: prove }
    : keeper;
  return group.filter((one) => !others.includes(one)).map((one) => (one === keeper ? whole : one));
}

function rank({ severity }: Finding): number {
  return SEVERITIES.indexOf(severity);
}

function placeOf({ cause }: Finding): string {
  return cause === null ? "" : `${cause.path}:${cause.line}:${cause.column}`;
}
