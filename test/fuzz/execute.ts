import { isDeepStrictEqual } from "node:util";
import { withoutWrites } from "./guard.ts";
import { wrongWith } from "./printed.ts";
import type { Checks, Form, Input, Target } from "./target.ts";

/** What went wrong in one execution. */
export interface Fault {
  readonly kind: "exception" | "output" | "secret" | "nondeterminism" | "hang" | "memory" | "crash";
  /** In one line. */
  readonly what: string;
  /** What tells faults of one kind apart: where it was thrown, or what. */
  readonly id: string;
  readonly stack?: string;
}

/** One execution, twice where asked: what it gives must be the same. */
export async function execute(target: Target, input: Input, twice: boolean): Promise<Fault | undefined> {
  const first = await once(target, input);
  if (first.fault !== undefined || !twice) return first.fault;
  const second = await once(target, input);
  if (isDeepStrictEqual([first.value, first.texts], [second.value, second.texts])) return undefined;
  return { kind: "nondeterminism", what: "the same input gave something else", id: "nondeterminism" };
}

interface Outcome {
  readonly value: unknown;
  readonly texts: readonly string[];
  readonly fault: Fault | undefined;
}

async function once(target: Target, input: Input): Promise<Outcome> {
  const texts: string[] = [];
  const secrets: [secret: string, position: string][] = [];
  let fault: Fault | undefined;
  const report = (kind: Fault["kind"], what: string, id = what.replace(/".*|\d+/gs, "")) => {
    fault ??= { kind, what, id: `${kind} ${id}` };
  };
  const checks: Checks = {
    printed: (form: Form, text: string) => {
      texts.push(text);
      const wrong = wrongWith(form, text);
      if (wrong !== undefined) report("output", wrong);
      for (const [secret, position] of secrets)
        if (text.includes(secret)) report("secret", `${form} shows the secret in ${position}`, position);
    },
    holds: (condition, what) => {
      if (!condition) report("output", what);
    },
    secret: (text, position) => void secrets.push([text, position]),
  };
  try {
    const value = await withoutWrites(() => target.run(input, checks));
    return { value, texts, fault };
  } catch (error) {
    return { value: undefined, texts, fault: faultOf(error) };
  }
}

function faultOf(error: unknown): Fault {
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const frame = /\(?([^\s()]+\.ts):\d+/.exec(stack)?.[1] ?? "";
  const place = frame.slice(Math.max(frame.lastIndexOf("/src/"), frame.lastIndexOf("/test/")));
  const what = `${name}: ${message}`.split("\n", 1)[0]!.slice(0, 300);
  return { kind: "exception", what, id: `exception ${place} ${name} ${what.replace(/[\d"'`].*/s, "")}`, stack };
}
