import type { Entry, Scenario } from "./scenario.ts";

/** Where NoCloud looks for the data of the launch. */
const SEED = "/var/lib/cloud/seed/nocloud";

/** A word for a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The shell commands that put the files of a scenario into its image, with the data of the launch, and run its commands. */
export function customisation({ files = {}, commands = [], seed }: Omit<Scenario, "name">): string {
  return [
    ...Object.entries(files).map(([path, entry]) => put(path, entry)),
    `mkdir -p ${SEED.slice(0, SEED.lastIndexOf("/"))}`,
    `mkdir ${SEED}`,
    ...Object.entries(seed).map(([name, content]) => put(`${SEED}/${name}`, content)),
    ...commands.map((command) => `sh -ec ${quoted(command)} 2>&1 3>&-`),
    "echo customised >&3",
    "",
  ].join("\n");
}

/** Makes one entry of a scenario's files. */
function put(at: string, entry: string | Entry): string {
  if (typeof entry === "string") return put(at, { content: entry });
  const path = quoted(at);
  if ("remove" in entry) return `rm -rf ${path}`;
  const parent = `mkdir -p ${quoted(at.slice(0, at.lastIndexOf("/")) || "/")}`;
  if ("link" in entry) return `${parent}; rm -f ${path}; ln -s ${quoted(entry.link)} ${path}`;
  const isDirectory = "directory" in entry;
  const mode = entry.mode ?? (isDirectory ? "755" : "644");
  const attributes = `chmod ${mode} ${path}; chown ${entry.owner ?? "root:root"} ${path}`;
  if (isDirectory) return `mkdir -p ${path}; ${attributes}`;
  const base64 = "base64" in entry ? entry.base64 : Buffer.from(entry.content).toString("base64");
  return `${parent}; base64 -d >${path} <<'END'; ${attributes}\n${base64.replace(/.{76}/g, "$&\n")}\nEND`;
}
