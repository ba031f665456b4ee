"use strict";

// src/action/main.ts
var import_node_child_process = require("node:child_process");
var import_node_fs = require("node:fs");
var import_node_os = require("node:os");
var import_node_path = require("node:path");

// src/python/lazily.ts
function lazily(make) {
  let made;
  return () => {
    made ??= make();
    return made;
  };
}

// src/report/escape.ts
var hazards = lazily(
  () => new RegExp("[\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]|(?! )\\p{Zs}|\\[(?<=##\\w*\\[)|(?<!\\S):(?=:[A-Za-z-]+(?: [^\\n]*?)?::)", "gu")
);
var SUSPECT = /[^\n -~]|##|::/;
var SHORT = { "\n": "\\n", "\r": "\\r", "	": "\\t" };
function escapeText(text, options = {}) {
  if (!SUSPECT.test(text) && (options.keepNewlines === true || !text.includes("\n"))) return text;
  return text.replace(hazards(), (char) => {
    if (char === "\n" && options.keepNewlines === true) return char;
    const code = char.codePointAt(0) ?? 0;
    return SHORT[char] ?? (code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`);
  });
}

// src/cli/exit.ts
var EXIT = {
  clean: 0,
  findings: 1,
  usage: 2,
  /** The image does not exist or contains no cloud-init: a wrong path must never pass. */
  nothing: 3,
  /** The image could not be read completely. */
  incomplete: 4,
  /** A bug in this program. */
  fault: 70
};
var WORST_FIRST = [EXIT.fault, EXIT.usage, EXIT.nothing, EXIT.incomplete, EXIT.findings];

// src/action/inputs.ts
var SINGLE = {
  seed: "--seed",
  "user-data": "--user-data",
  datasource: "--datasource",
  pristine: "--pristine",
  config: "--config",
  baseline: "--baseline",
  anchor: "--anchor",
  "fail-on": "--fail-on"
};
var REPEATED = { protect: "--protect", map: "--map" };
var INPUTS = ["image", ...Object.keys(SINGLE), ...Object.keys(REPEATED), "sarif-file", "formats", "options"];
function requestOf(env, jsonFile) {
  const options = lines(env, "options");
  const images = lines(env, "image");
  if (images.length === 0 && !options.some((option) => option.startsWith("--from")))
    throw new Error("input image: name at least one image, such as image.tar");
  const sarifFile = single(env, "sarif-file");
  const formats = lines(env, "formats").map((format) => ["--format", format]);
  const args = [
    "lint",
    ...["--format", "github"],
    ...sarifFile === void 0 ? [] : ["--format", `sarif=${sarifFile}`],
    ...["--format", `json=${jsonFile}`],
    ...formats.flat(),
    ...Object.entries(SINGLE).flatMap(([name, option]) => {
      const value = single(env, name);
      return value === void 0 ? [] : [option, value];
    }),
    ...Object.entries(REPEATED).flatMap(([name, option]) => lines(env, name).flatMap((value) => [option, value])),
    ...options,
    "--",
    ...images
  ];
  return { args, sarifFile };
}
function lines(env, name) {
  return (env[`INPUT_${name.toUpperCase()}`] ?? "").split("\n").map((line) => line.trim()).filter((line) => line !== "");
}
function single(env, name) {
  const [value, other] = lines(env, name);
  if (other !== void 0) throw new Error(`input ${name}: give one value; there are several lines`);
  return value;
}

// src/action/outputs.ts
var OUTPUTS = {
  error: "errors",
  warning: "warnings",
  info: "notes",
  ignored: "ignored"
};
function countsOf(json) {
  if (json === void 0) return void 0;
  const counts = { error: 0, warning: 0, info: 0, ignored: 0 };
  const { images } = JSON.parse(json);
  for (const { summary } of images) for (const kind of kinds) counts[kind] += summary[kind];
  return counts;
}
var kinds = Object.keys(OUTPUTS);
function outputsOf(counts) {
  return Object.fromEntries(kinds.map((kind) => [OUTPUTS[kind], String(counts[kind])]));
}
function inWords(counts) {
  const found = kinds.filter((kind) => counts[kind] > 0 && kind !== "ignored");
  return found.map((kind) => `${counts[kind]} ${counts[kind] === 1 ? OUTPUTS[kind].slice(0, -1) : OUTPUTS[kind]}`).join(", ");
}

// src/action/main.ts
var PROGRAM = (0, import_node_path.join)(__dirname, "cloud-init-lint.cjs");
async function run() {
  const { env } = process;
  let scratch;
  try {
    if (!(0, import_node_fs.existsSync)(PROGRAM)) throw new Error(`${PROGRAM} is missing; use a release of this action`);
    scratch = (0, import_node_fs.mkdtempSync)((0, import_node_path.join)(env.RUNNER_TEMP || (0, import_node_os.tmpdir)(), "cloud-init-lint-"));
    const json = (0, import_node_path.join)(scratch, "report.json");
    const { args, sarifFile } = requestOf(env, json);
    const { status, messages } = await lint(args);
    const counts = countsOf(readText(json));
    const outputs = counts === void 0 ? {} : { ...outputsOf(counts), ...sarifFile && { "sarif-file": sarifFile } };
    writeOutputs({ ...outputs, ...status !== void 0 && { status: String(status) } });
    const isDone = counts !== void 0 && (status === EXIT.clean || status === EXIT.findings);
    if (!isDone) return fail(messages.trim() || `cloud-init-lint: exit status ${status}`, status || void 0);
    process.stderr.write(messages);
    if (status === EXIT.findings) fail(`cloud-init-lint: ${inWords(counts)}`, status);
  } catch (error) {
    fail(`cloud-init-lint: ${escapeText(error instanceof Error ? error.message : String(error))}`);
  } finally {
    if (scratch !== void 0) (0, import_node_fs.rmSync)(scratch, { recursive: true, force: true });
  }
}
function lint(args) {
  return new Promise((resolve) => {
    const child = (0, import_node_child_process.spawn)(process.execPath, [PROGRAM, ...args], { stdio: ["ignore", "inherit", "pipe"] });
    let messages = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      messages += text;
    });
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
    child.on("error", (error) => resolve({ status: void 0, messages: `cloud-init-lint: ${error.message}` }));
    child.on("close", (code, signal) => {
      const why = signal === null ? "" : `cloud-init-lint: ended by ${signal}
`;
      resolve({ status: code ?? void 0, messages: why + messages });
    });
  });
}
function readText(file) {
  try {
    return (0, import_node_fs.readFileSync)(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return void 0;
    throw error;
  }
}
function writeOutputs(outputs) {
  const file = process.env.GITHUB_OUTPUT;
  if (!file) return;
  const text = Object.entries(outputs).map(([name, value]) => `${name}=${value}
`);
  (0, import_node_fs.appendFileSync)(file, text.join(""));
}
function fail(message, status = 1) {
  const line = message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  process.stdout.write(`::error::${line}
`);
  process.exitCode = status;
}
void run();
