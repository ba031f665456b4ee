import { versionAtLeast } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";
import { CannotTell, Raises } from "../../python/errors.ts";
import { strip } from "../../python/strings.ts";
import { type Mapping, originOf } from "../../python/tree.ts";
import { builtin } from "../builtin.ts";
import { FatalConfigError, mergePart } from "../merge.ts";
import type { PartFacts, PartNote } from "../problems.ts";
import type { Render } from "../rendering.ts";
import { typeOfText } from "./contentTypes.ts";
import { hasInvalidBytes } from "./decode.ts";
import { type Excerpt, originOfExcerpt, parseExcerpt, renderedExcerpt } from "./excerpt.ts";
import { applyPatch } from "./jsonPatch.ts";
import type { Part } from "./parts.ts";
import { sortKeys } from "./sortKeys.ts";

/** When a script from the cloud runs: boothooks immediately, other scripts at the end of the boot. */
type ScriptKind = "boothook" | "script" | "per-boot" | "per-instance" | "per-once";

/** A script that the cloud provides. */
export interface Script {
  readonly kind: ScriptKind;
  /** The name of the file that cloud-init writes it to. */
  readonly name: string;
  readonly content: Excerpt;
}

/** The result of handling the parts of user-data or vendor-data. */
export interface Handled {
  /** The merged cloud-config; without pairs if there is none. */
  readonly config: Mapping;
  readonly scripts: readonly Script[];
  /** What is not applied or not known. */
  readonly notes: readonly PartNote[];
}

/** Settings for handling parts. */
export interface Handling {
  /** Renders a text that begins with a template header. */
  readonly render: Render;
  /** Content types that `disabled_handlers` excludes. */
  readonly isDisabled: (type: string) => boolean;
  /** The launch index of this instance; undefined if it has none. */
  readonly launchIndex: number | undefined;
  /** The version of cloud-init. */
  readonly version: string;
}

/** Handles parts as cloud-init's own handlers do (cloudinit/handlers, 20.4 to 26.2). */
export function handleParts(parts: readonly Part[], path: string, handling: Handling): Handled {
  const handler = new Handler(path, handling);
  for (const part of parts) handler.handle(part);
  return handler.handled;
}

const FREQUENCIES: Readonly<Record<string, ScriptKind>> = {
  "text/x-shellscript-per-boot": "per-boot",
  "text/x-shellscript-per-instance": "per-instance",
  "text/x-shellscript-per-once": "per-once",
};

class Handler {
  readonly #handling: Handling;
  readonly #scripts: Script[] = [];
  readonly #notes: PartNote[] = [];
  #config: Mapping;

  constructor(path: string, handling: Handling) {
    this.#handling = handling;
    this.#config = builtin({}, path) as Mapping;
  }

  get handled(): Handled {
    return { config: sortKeys(this.#config), scripts: this.#scripts, notes: this.#notes };
  }

  handle(part: Part): void {
    const { isDisabled, launchIndex } = this.#handling;
    if (launchIndex !== undefined && part.launchIndex !== undefined && Number(part.launchIndex) !== launchIndex) return;
    if (isDisabled(part.type)) return;
    const frequency = Object.hasOwn(FREQUENCIES, part.type) ? FREQUENCIES[part.type] : undefined;
    if (part.type === "text/cloud-config") this.#cloudConfig(part, part.content);
    else if (part.type === "text/cloud-config-jsonp") this.#patch(part);
    else if (part.type === "text/x-shellscript") this.#script(part, "script", part.content);
    else if (part.type === "text/cloud-boothook") this.#boothook(part, part.content);
    else if (part.type === "text/jinja2") this.#template(part);
    else if (part.type === "text/part-handler") this.#note(part, "part-handler", {});
    else if (frequency !== undefined && this.#since("22.1")) this.#script(part, frequency, part.content);
    else if (part.content.text.trim() !== "") this.#note(part, "type-unknown", { type: part.type });
  }

  #since(version: string): boolean {
    return versionAtLeast(this.#handling.version, version);
  }

  #note<Code extends keyof PartFacts>(
    { name, content }: Part,
    code: Code,
    facts: PartFacts[Code],
    origin: Origin = originOfExcerpt(content),
  ): void {
    // TypeScript does not see that the code goes with its facts.
    this.#notes.push({ code, origin, part: name, ...facts } as unknown as PartNote);
  }

  #cloudConfig(part: Part, content: Excerpt): void {
    const { node, error } = parseExcerpt(content);
    if (error !== undefined) {
      const origin = { path: content.path, line: error.line, column: error.column };
      this.#note(part, "not-yaml", { message: error.reason }, origin);
      return;
    }
    if (node === undefined) return;
    if (node.type !== "mapping") {
      this.#note(part, "not-a-mapping", {});
      return;
    }
    try {
      const header = ["Merge-Type", "X-Merge-Type"].map(
        (name) => part.headers.find((held) => held.name === name)?.value,
      );
      this.#config = mergePart(this.#config, node, header.find((value) => value) ?? "");
    } catch (problem) {
      if (!(problem instanceof FatalConfigError)) throw problem;
      const at = problem.node === undefined ? originOfExcerpt(content) : originOf(problem.node);
      this.#note(part, "merge-fails", { message: problem.message }, at);
    }
  }

  #patch(part: Part): void {
    try {
      this.#config = applyPatch(this.#config, part.content);
    } catch (problem) {
      if (problem instanceof CannotTell) this.#note(part, "patch-not-simulated", { message: problem.message });
      else if (problem instanceof Raises) this.#note(part, "patch-fails", { message: problem.message });
      else throw problem;
    }
  }

  #script(part: Part, kind: ScriptKind, content: Excerpt): void {
    if (hasInvalidBytes(content.text)) {
      this.#note(part, "script-not-utf8", {});
      return;
    }
    const text = content.text.replaceAll("\r\n", "\n");
    const base = kind === "script" || kind === "boothook" ? part.name : part.name.slice(part.name.lastIndexOf("/") + 1);
    const name = base
      .replaceAll("/", "_")
      .replace(/[^\w.()-]/g, "")
      .slice(0, 255);
    if (/^\.{0,2}$/.test(name)) this.#note(part, "script-without-name", {});
    else this.#scripts.push({ kind, name, content: { ...content, text } });
  }

  #boothook(part: Part, content: Excerpt): void {
    const text = strip(content.text.replace(/^#cloud-boothook/, ""), null, "start");
    const skipped = content.text.slice(0, content.text.length - text.length).split("\n").length - 1;
    this.#script(part, "boothook", {
      ...content,
      text,
      line: content.verbatim ? content.line + skipped : content.line,
    });
  }

  #template(part: Part): void {
    const rendered = this.#handling.render(part.content.text);
    if ("problem" in rendered) {
      const { problem } = rendered;
      if (problem.code === "template-limit") this.#note(part, "template-not-simulated", { message: problem.message });
      else this.#note(part, "template-fails", { problem });
      return;
    }
    if (rendered.text === "") return;
    const content = renderedExcerpt(part.content, rendered.text);
    const type = typeOfText(rendered.text);
    // The rendered text is handled under the type of the template, so a patch is treated as a cloud-config.
    if (type === "text/cloud-config" || type === "text/cloud-config-jsonp") this.#cloudConfig(part, content);
    else if (type === "text/x-shellscript") this.#script(part, "script", content);
    else if (type === "text/cloud-boothook" && this.#since("24.4")) this.#boothook(part, content);
    else this.#note(part, "template-of-nothing", {});
  }
}
