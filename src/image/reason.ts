/** The system's error message without its code: "permission denied", "no such file or directory". */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EPERM") return "permission denied";
  if (code === "EIO") return "input/output error";
  // Node's own: "EACCES: permission denied, open '/etc/shadow'".
  return /^[A-Z0-9]+: (.+?)(?:, \w+(?: '.*)?)?$/s.exec(message)?.[1] ?? message;
}
