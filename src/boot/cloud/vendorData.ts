import { typeOfText } from "../../config/userData/contentTypes.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import type { ConfigValue } from "../../python/tree.ts";

/**
 * Vendor-data that are a string or a list, as a file; undefined for anything else. Each item of a list is a part; what does
 * not begin as a part does is of no type that cloud-init handles.
 */
export function vendorDataOf(path: string, value: ConfigValue | undefined): SeedFile | undefined {
  if (typeof value === "string") return { path, bytes: Buffer.from(value) };
  if (!isList(value) || !value.every((item) => typeof item === "string" && !/mime-version:/i.test(item)))
    return undefined;
  const parts = value.map((content) => ({ type: typeOfText(String(content)) ?? "text/x-not-multipart", content }));
  return { path, bytes: Buffer.from(`#cloud-config-archive\n${JSON.stringify(parts)}`) };
}

/** A list that counts; an empty one is as none. */
export function isList(value: ConfigValue | undefined): value is ConfigValue[] {
  return Array.isArray(value) && value.length > 0;
}
