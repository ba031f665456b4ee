import { strip } from "../../python/strings.ts";

/** Content types that cloud-init recognises by their first characters; longest first (handlers/__init__.py, 18.5 to 26.2). */
const BEGINNINGS: readonly (readonly [beginning: string, type: string])[] = [
  ["#cloud-config-archive", "text/cloud-config-archive"],
  ["#cloud-config-jsonp", "text/cloud-config-jsonp"],
  ["## template: jinja", "text/jinja2"],
  ["#cloud-boothook", "text/cloud-boothook"],
  ["#include-once", "text/x-include-once-url"],
  ["#part-handler", "text/part-handler"],
  ["#cloud-config", "text/cloud-config"],
  ["#include", "text/x-include-url"],
  ["#!", "text/x-shellscript"],
];

/** The content type that the beginning of a text indicates; undefined if it indicates none. */
export function typeOfText(text: string): string | undefined {
  const start = strip(text, null, "start").slice(0, 40).toLowerCase();
  return BEGINNINGS.find(([beginning]) => start.startsWith(beginning))?.[1];
}
