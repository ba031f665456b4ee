// Builds the playground of the site: one page, which lints user-data in the browser with the program's own code, and
// sends nothing.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { noticesOf } from "../../release/notices.mjs";

const SOURCE = "src/playground";

/** What the code uses of Node, as a browser has it. A module that is not here fails the build. */
const builtins = Object.fromEntries(
  readdirSync(join(SOURCE, "browser"))
    .filter((name) => name !== "globals.ts")
    .map((name) => [`node:${name.replace(".ts", "")}`, `./${SOURCE}/browser/${name}`]),
);

/** Writes the page and the notices of what is in it. The rules are those of dist/, which is built before. */
export async function buildPlayground(directory) {
  const {
    outputFiles: [{ text: code }],
    metafile,
  } = await build({
    entryPoints: [join(SOURCE, "playground.ts")],
    outfile: "playground.js",
    bundle: true,
    platform: "browser",
    target: "es2022",
    format: "iife",
    globalName: "playground",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    loader: { ".css": "text", ".client.js": "text" },
    alias: { ...builtins, yaml: "./node_modules/yaml/browser/dist/parse/parser.js" },
    inject: [join(SOURCE, "browser/globals.ts")],
    write: false,
    metafile: true,
  });
  // The code runs here as well, to name the images.
  const { nameOf, VERSIONS } = new Function(`${code}\nreturn playground;`)();
  const systems = readdirSync("fixtures", { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith("-hardened"))
    .map(({ name }) => {
      const files = filesIn(join("fixtures", name));
      const { title, version } = nameOf(files);
      // It says that it is Debian.
      return { name, title: name === "raspberry-pi-os-12" ? "Raspberry Pi OS 12" : title, version, files };
    })
    .toSorted((one, other) => one.title.localeCompare(other.title, "en", { numeric: true }));
  const script = `${code}\n${read("page.client.js")}`;
  const styles = ["src/report/html/colours.css", "src/report/html/page.css", join(SOURCE, "page.css")];
  const style = styles.map((file) => readFileSync(file, "utf8")).join("\n");
  const stored = systems.map(({ name, title, files }) => [name, { title, files }]);
  const parts = {
    POLICY: `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`,
    STYLE: style,
    SYSTEMS: systems.map(({ name, title, version }) => option(name, `${title}, cloud-init ${version}`)).join("\n"),
    VERSIONS: VERSIONS.map((version) => option(version, version)).join("\n"),
    DATA: JSON.stringify(Object.fromEntries(stored)).replaceAll("<", "\\u003c"),
    SCRIPT: script,
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, "index.html"),
    read("page.html").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]),
  );
  writeFileSync(join(directory, "THIRD-PARTY-NOTICES.txt"), noticesOf([metafile]));
}

const read = (name) => readFileSync(join(SOURCE, name), "utf8");
const hashOf = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
const option = (value, text) => `<option value="${value}">${text}</option>`;

/** The files of a directory as `Files` of playground.ts. */
export function filesIn(root) {
  const files = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const at = join(entry.parentPath, entry.name);
    const path = at.slice(root.length).replaceAll("\\", "/");
    if (entry.isSymbolicLink()) files[path] = { link: readlinkSync(at) };
    else if (entry.isFile()) files[path] = contentOf(readFileSync(at));
  }
  return files;
}

function contentOf(bytes) {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : { base64: bytes.toString("base64") };
}
