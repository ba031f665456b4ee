/** Holds what was recorded of PyYAML against that of the real roots. */
import { alike, askRoot, holdRecording, runInRoot } from "../recordings.ts";

interface Given extends Readonly<Record<string, unknown>> {
  readonly yaml: string;
}

// bullseye's PyYAML 5.3.1 reads `._5` as a number.
holdRecording<Given>(
  "python/yaml/yaml-cases.json",
  ({ suite }, cases) => {
    const lines = cases.map(({ yaml }) => `${JSON.stringify(yaml)}\n`).join("");
    const loaded = runInRoot(suite, "../python/yaml/safe_load.py", lines).trimEnd().split("\n");
    return loaded.map((line) => ({ loaded: JSON.parse(line) as string }));
  },
  { form: alike, on: ["bookworm", "trixie", "sid"] },
);

holdRecording<Given>(
  "python/yaml/dumps.json",
  ({ suite }, cases) => {
    const texts = cases.map(({ yaml }) => yaml);
    return askRoot<{ anchored: string; copied: string }[]>(suite, "python/recordDumps.py", texts);
  },
  { form: alike },
);
