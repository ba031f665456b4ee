import { imageJson } from "./json.ts";
import { jsonText } from "./jsonText.ts";
import type { ReportedVerification } from "./reportedVerification.ts";

const SCHEMA_VERSION = 1;

/** A verification as JSON (schemas/verify-v1.schema.json). */
export function verifyJson({ image, ...verification }: ReportedVerification): string {
  return jsonText({ schemaVersion: SCHEMA_VERSION, image: imageJson(image), ...verification });
}
