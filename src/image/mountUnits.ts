import { type FstabMount, tidy } from "./fstab.ts";

/** What is read of a root file system to find its mount units. Paths need not exist. */
export interface UnitSource {
  list(path: string): readonly string[];
  /** A regular file's text; undefined for anything else, such as the link of a masked unit. */
  text(path: string): string | undefined;
}

/** Where units are enabled, and where their files are: what the administrator has comes first. */
const DIRECTORIES = ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

/** Units of the kernel's own file systems. */
const PSEUDO = /^(dev|proc|run|sys)-/;

/** How many units are read; a system has a handful. */
const MOST = 1000;

/** What the enabled mount and automount units mount, as lines of fstab would (systemd.mount(5)). */
export function mountUnits(source: UnitSource): FstabMount[] {
  const enabled = DIRECTORIES.flatMap((directory) =>
    source
      .list(directory)
      .filter((name) => /\.(wants|requires)$/.test(name))
      .flatMap((name) => source.list(`${directory}/${name}`)),
  );
  const names = enabled.flatMap((name) => /^(.+)\.(?:auto)?mount$/.exec(name)?.[1] ?? []);
  const units = [...new Set(names)].filter((name) => !PSEUDO.test(name)).sort();
  return units.slice(0, MOST).flatMap((name) => {
    for (const directory of DIRECTORIES) {
      const path = `${directory}/${name}.mount`;
      const text = source.text(path);
      if (text !== undefined) return mountOf(text, path);
    }
    return [];
  });
}

function mountOf(text: string, path: string): FstabMount[] {
  const settings = new Map<string, { readonly value: string; readonly line: number }>();
  for (const [index, line] of text.split("\n").entries()) {
    const [, key, value] = /^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) settings.set(key, { value, line: index + 1 });
  }
  const what = settings.get("What");
  const where = settings.get("Where")?.value ?? "";
  // Specifiers, such as the name of an instance, stand for what the image does not say.
  if (what === undefined || !where.startsWith("/") || /%/.test(what.value + where)) return [];
  const options = (settings.get("Options")?.value || "defaults").split(",");
  const isConditional = [...settings.keys()].some((key) => /^(Condition|Assert)/.test(key));
  return [
    {
      device: what.value,
      point: tidy(where),
      type: settings.get("Type")?.value || "auto",
      options: isConditional ? [...options, "nofail"] : options,
      origin: { path, line: what.line, column: 1 },
      optionsColumn: 1,
    },
  ];
}
