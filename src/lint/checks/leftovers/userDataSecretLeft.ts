import { expandGlob } from "../../../image/glob.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import type { CheckContext } from "../check.ts";
import { leftover } from "./leftover.ts";

/** Where cloud-init keeps the data of a launch (18.5 to 26.2), and the pickled datasource, which contains all of it. */
const CACHES = ["user-data*", "vendor-data*", "*cloud-config.txt", "scripts/*", "handlers/*", "obj.pkl"];

/** The number of bytes of a file that are searched: more than clouds supply. */
const LIMIT = 4 * 1024 * 1024;

/** Patterns of secrets, with their names. */
const SECRETS: readonly (readonly [name: string, expression: RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----/],
  [
    "a password",
    /(?:^|[\s"'{,])(?:chpasswd|password|passwd|hashed_passwd|plain_text_passwd|PASSWORD)["']?\s{0,9}[:=]\s{0,9}["']?[^\s"']/m,
  ],
  ["an access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[opsu]_[0-9A-Za-z]{36}|\bglpat-[\w-]{20}|\bhvs\.\w{24}/],
  [
    "a token",
    /(?:^|[\s"'{,_-])(?:token|secret|api[_-]?key|access[_-]?key|validation_cert)["']?\s{0,9}[:=]\s{0,9}["']?[\w+/.-]{6}/im,
  ],
];

/** Finds data of the launch of the machine that built the image, if it contains secrets, which are never shown. */
export function userDataSecretLeft(rule: Rule, context: CheckContext): Finding[] {
  const { image } = context;
  const kinds = new Set<string>();
  const paths: string[] = [];
  for (const path of CACHES.flatMap((name) => expandGlob(image, `/var/lib/cloud/instances/*/${name}`))) {
    const text = image.read(path)?.toString("latin1", 0, LIMIT) ?? "";
    const secrets = SECRETS.filter(([, expression]) => expression.test(text)).map(([name]) => name);
    if (secrets.length > 0) paths.push(path);
    for (const secret of secrets) kinds.add(secret);
  }
  const [path] = paths;
  if (path === undefined) return [];
  const message = `The image still contains the launch data of the machine that built it, with ${[...kinds].join(" and ")}: ${shortList(paths)}.`;
  const cause = { path, line: 1, column: 1 };
  return [leftover(rule, context, { message, cause, evidence: `${path} contains ${[...kinds].join(" and ")}` })];
}
