/** What the playground does in the browser: the lint of user-data as the command line does it, with the same code. */

import { detectDistro } from "../distro/detect.ts";
import { ASSUMED_VERSION } from "../distro/version.ts";
import type { Image } from "../image/image.ts";
import { type MemoryFile, memoryImage } from "../image/memory.ts";
import type { FixOptions } from "../lint/fixes/fixImage.ts";
import { lint } from "../lint/lint.ts";
import { lintFile } from "../lint/lintFile.ts";
import type { LintResult } from "../lint/lintResult.ts";
import { catalogue } from "../lint/rules/catalogue.ts";
import { configText } from "../report/configText.ts";
import { htmlParts } from "../report/html/page.ts";
import { systemOf } from "../report/imageHeading.ts";
import { imageReport } from "../report/imageReport.ts";

/** The releases of cloud-init, the newest first. */
export const VERSIONS: readonly string[] = [
  ..."26.2 26.1 25.3 25.2 25.1 24.4 24.3 24.2 24.1 23.4 23.3 23.2 23.1 22.4 22.3 22.2 22.1".split(" "),
  ..."21.4 21.3 21.2 21.1 20.4 20.3 20.2 20.1 19.4 19.3 19.2 19.1 18.5".split(" "),
];

/** A stock image, as the page stores it: the text of each file, or its bytes as base64, or the target of a link. */
export interface System {
  readonly title: string;
  readonly files: Files;
}

type Files = Readonly<Record<string, string | { readonly base64: string } | { readonly link: string }>>;

/** What a check shows. */
export interface Checked {
  /** The number of findings of each severity, as a list. */
  readonly tiles: string;
  /** The findings and, on an image, its first boot. */
  readonly sections: string;
  /** The merged configuration with the line of each value; null without an image. */
  readonly config: string | null;
}

/** The distribution of a stock image with its version, and the version of its cloud-init: "Debian 12", "22.4.2". */
export function nameOf(files: Files): { title: string; version: string } {
  const { id, version, cloudInit } = detectDistro(imageOf({ title: "", files }, ""));
  return { title: systemOf({ distro: { id, version } }), version: cloudInit.version ?? "" };
}

/** The largest user-data that is checked, in characters: a cloud takes 16 to 64 KB. */
const LARGEST = 1_000_000;

/**
 * Lints user-data: for a machine that boots with it, or on its own if there is none.
 * @param version the version of cloud-init; that of the system, otherwise the newest known one, if it is empty
 * @throws RangeError for user-data that is too large
 */
export function check(text: string, system: System | undefined, version: string): Checked {
  if (text.length > LARGEST) throw new RangeError("the user-data has more than 1 MB; clouds take 16 to 64 KB");
  const file = { path: "user-data", bytes: Buffer.from(text) };
  const result =
    system === undefined
      ? lintFile(file, { rules: catalogue, version: version || ASSUMED_VERSION })
      : lintOn(system, version, file);
  const report = imageReport(result, { minSeverity: "info", plan: true });
  const { booted, secrets } = result;
  return {
    ...htmlParts(report, catalogue),
    config: booted === null ? null : configText(booted.config, secrets),
  };
}

function lintOn(system: System, version: string, userData: { path: string; bytes: Buffer }): LintResult {
  const image = imageOf(system, version);
  const detected = detectDistro(image);
  const { cloudInit } = detected;
  const distro = version === "" ? detected : { ...detected, cloudInit: { ...cloudInit, version } };
  const options: FixOptions = { distro, rules: catalogue, datasource: "NoCloud", userData };
  return lint(image, options);
}

/** cloud-init's own library, which says what a distribution changed in its version. */
const LIBRARY = /\/(?:dist|site)-packages\/cloudinit\//;

function imageOf({ title, files }: System, version: string): Image {
  const kept = Object.entries(files).filter(([path]) => version === "" || !LIBRARY.test(path));
  const entries = kept.map(([path, file]): [string, MemoryFile] => [
    path,
    typeof file === "object" && "base64" in file ? Buffer.from(file.base64, "base64") : file,
  ]);
  return memoryImage(Object.fromEntries(entries), title);
}
