import { flag, type Keys, keys, list, named, secret, since, text, values } from "../../../config/schema/forms.ts";

/** cc_write_files (schema of 26.2). */
export const writeFilesKeys = {
  write_files: list(
    keys(
      {
        append: flag,
        content: text,
        defer: since("21.1", flag),
        encoding: values("gz", "gzip", "gz+base64", "gzip+base64", "gz+b64", "gzip+b64", "b64", "base64", "text/plain"),
        owner: text,
        path: text,
        permissions: text,
        source: since("24.3", keys({ headers: secret("token", named(text)), uri: text }, ["uri"])),
      },
      ["path"],
    ),
    1,
  ),
} satisfies Keys;
