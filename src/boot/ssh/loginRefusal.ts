import type { ModuleRun } from "../moduleRun.ts";

/**
 * The options before a key that refuse its login (ssh_util.DISABLE_USER_OPTS); $USER and $DISABLE_USER stand for names.
 */
export function refusalTemplate(boot: ModuleRun): string {
  const command = `echo 'Please login as the user \\"$USER\\" rather than the user \\"$DISABLE_USER\\".';echo;sleep 10`;
  const exit = boot.since("20.3") ? ";exit 142" : "";
  return `no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="${command}${exit}"`;
}

/** A template with its names: the user to log in as, and the one whose logins are refused. */
export function refusal(template: string, loginAs: string, refused: string): string {
  return template.replaceAll("$USER", () => loginAs).replaceAll("$DISABLE_USER", () => refused);
}
