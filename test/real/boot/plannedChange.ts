import type { Change } from "../../../src/image/overlay.ts";

/** A change of a plan as a line of JSON can hold it: content is in base64. */
export type PlannedChange = Omit<Change, "after" | "blames"> & {
  readonly after:
    | {
        readonly kind: "file";
        readonly content: string;
        readonly mode: number;
        readonly uid: number;
        readonly gid: number;
      }
    | { readonly kind: "symlink"; readonly target: string; readonly uid: number; readonly gid: number }
    | undefined;
};

/** What `readPlanned` reads again; undefined for a directory. */
export function plannedChange({ blames: _, after, ...change }: Change): PlannedChange | undefined {
  if (after === undefined || after.kind === "symlink") return { ...change, after };
  if (after.kind === "directory") return undefined;
  const { kind, content, mode, uid, gid } = after;
  return { ...change, after: { kind, content: content.toString("base64"), mode, uid, gid } };
}

/** The change of a plan, without what is to blame for it. */
export function readPlanned({ after, ...change }: PlannedChange): Change {
  if (after?.kind !== "file") return { ...change, after, blames: [] };
  const content = Buffer.from(after.content, "base64");
  return { ...change, after: { ...after, content, source: content }, blames: [] };
}
