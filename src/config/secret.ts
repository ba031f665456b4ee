/** What a value is that reports never show. */
export type SecretKind = "password" | "hash" | "key" | "token" | "userinfo";

/** Stands for a hidden value in reports. */
export function hidden(kind: SecretKind): string {
  return `<<hidden:${kind}>>`;
}
