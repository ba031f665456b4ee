import type { Colors } from "picocolors/types.js";
import type { ImageFacts } from "../lint/lintResult.ts";
import { escapeText } from "./escape.ts";
import { hanging } from "./width.ts";

/** The facts of the image, as the first lines of a report. */
export function imageHeader(image: ImageFacts, style: Colors, width: number): string[] {
  const { distro, cloudInit, datasource, isFile } = image;
  const program = `cloud-init ${cloudInit.version ?? "unknown"}${cloudInit.enabled ? "" : " (disabled: it does not run)"}`;
  const facts = isFile
    ? [`for ${program}`]
    : [
        [distro.id ?? "unknown distro", distro.version].filter(Boolean).join(" "),
        program,
        `datasource ${datasource ?? "unknown"}`,
      ];
  return hanging(`${escapeText(image.source)}: `, escapeText(facts.join(", ")), width, style.bold);
}
