/// <reference path="./raw.d.ts" />
import { createHash } from "node:crypto";
import type { ImageFacts } from "../../lint/lintResult.ts";
import { programOf, systemOf } from "../imageHeading.ts";
import colours from "./colours.css?raw";
import { Html, html, joined } from "./html.ts";
import script from "./page.client.js?raw";
import layout from "./page.css?raw";

const style = `${colours}\n${layout}`;

/** What a page shows. */
interface Page {
  readonly title: string;
  /** Below the title. */
  readonly header: Html;
  /** Links to the sections. */
  readonly sections: readonly Html[];
  readonly main: Html;
}

/** A page: one file, which loads nothing. */
export function framed({ title, header, sections, main }: Page): string {
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title} - cloud-init-lint</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<p class="brand">cloud-init-lint</p>
<h1>${title}</h1>
${header}
</header>
<nav aria-label="Sections">${sections}</nav>
<main id="main">
${main}
</main>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** What is known of an image. */
export function factsHtml(image: ImageFacts): Html {
  if (image.isFile) return html`for ${programOf(image)}`;
  return joined(
    [systemOf(image), programOf(image), `datasource ${image.datasource ?? "unknown"}`].map((fact) => html`${fact}`),
    " · ",
  );
}
