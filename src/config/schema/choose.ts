import type { ConfigNode } from "../../python/tree.ts";
import type { Schema, SchemaProblem } from "./schema.ts";

/** One of several forms that a value may have, and why the value does not match it. */
interface Branch {
  readonly schema: Schema;
  readonly problems: readonly SchemaProblem[];
}

/**
 * The problems to report for a value that matches none of several forms: that it is of another type than all of them,
 * which keys it lacks, or the problems of the nearest form.
 */
export function chooseProblems(branches: readonly Branch[], node: ConfigNode): readonly SchemaProblem[] {
  const fitting = branches.filter(({ problems }) => !problems.some(isAbout(node)));
  if (fitting.length === 0) {
    const schemas = branches.map(({ schema }) => schema);
    return [{ kind: "type", path: [], node, pair: undefined, schemas, keys: [] }];
  }
  const wrong = wrongName(fitting);
  if (wrong !== undefined) return [wrong];
  const meant = named(fitting);
  const lacking = meant.filter(({ problems }) => problems.every(({ kind, path }) => isLack(kind) && path.length === 0));
  if (lacking.length === meant.length && meant.length > 1) {
    const keys = meant.map(({ problems }) => problems.flatMap((problem) => problem.keys).join(" and "));
    return [{ ...meant[0]!.problems[0]!, keys: [...new Set(keys)] }];
  }
  return meant.reduce((best, branch) => (isNearer(branch, best) ? branch : best)).problems;
}

function isLack(kind: SchemaProblem["kind"]): boolean {
  return kind === "missing-key";
}

/** Whether a problem is that the value itself has the wrong type. */
function isAbout(node: ConfigNode): (problem: SchemaProblem) => boolean {
  return (problem) => problem.kind === "type" && problem.path.length === 0 && problem.node === node;
}

/** The forms whose distinguishing key (one with fixed values, such as `type`) has the right value. */
function named(branches: readonly Branch[]): readonly Branch[] {
  const keys = new Set(branches.flatMap(({ problems }) => problems.filter(isWrongName).map(({ path }) => path[0])));
  const isRight = ({ problems }: Branch) =>
    !problems.some((problem) => isWrongName(problem) || (problem.kind === "unknown-key" && keys.has(problem.path[0])));
  const right = branches.filter(isRight);
  return right.length === 0 ? branches : right;
}

/** That the distinguishing key has a value of none of the forms, with the values of all. */
function wrongName(branches: readonly Branch[]): SchemaProblem | undefined {
  if (branches.length < 2) return undefined;
  const [first] = branches[0]!.problems.filter(isWrongName);
  if (first === undefined) return undefined;
  const all = branches.map(({ problems }) =>
    problems.find((problem) => isWrongName(problem) && problem.path[0] === first.path[0]),
  );
  if (!all.every((problem) => problem !== undefined)) return undefined;
  return { ...first, schemas: all.flatMap(({ schemas }) => schemas) };
}

function isWrongName({ kind, path, schemas }: SchemaProblem): boolean {
  return kind === "type" && path.length === 1 && typeof path[0] === "string" && schemas.some((schema) => schema.enum);
}

function isNearer(a: Branch, b: Branch): boolean {
  const count = (branch: Branch) => branch.problems.filter(({ path }) => path.length <= 1).length;
  const depth = (branch: Branch) => Math.max(...branch.problems.map(({ path }) => path.length));
  return (
    count(a) - count(b) < 0 ||
    (count(a) === count(b) && a.problems.length < b.problems.length) ||
    (count(a) === count(b) && a.problems.length === b.problems.length && depth(a) > depth(b))
  );
}
