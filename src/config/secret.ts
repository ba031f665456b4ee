/** The kind of a value that reports never show. */
export type SecretKind = "password" | "hash" | "key" | "token" | "userinfo";

/** Stands for a hidden value in reports. */
export function hidden(kind: SecretKind): string {
  return `<<hidden:${kind}>>`;
}
