/** The fields of a line of /etc/passwd and similar files. A colon inside an `<<unknown:REASON>>` separates nothing. */
export function splitFields(line: string): string[] {
  const fields: string[] = [];
  let open = false;
  for (const part of line.split(":")) {
    if (open) fields.push(`${fields.pop()}:${part}`);
    else fields.push(part);
    open = open ? !part.includes(">>") : part.endsWith("<<unknown");
  }
  return fields;
}

/** The members that a field of /etc/group lists. */
export function splitMembers(field: string | undefined): string[] {
  return field === undefined || field === "" ? [] : field.split(",");
}
