/** An input that has one value, and the option of `lint` that takes it. */
const SINGLE: Readonly<Record<string, string>> = {
  seed: "--seed",
  "user-data": "--user-data",
  datasource: "--datasource",
  pristine: "--pristine",
  config: "--config",
  baseline: "--baseline",
  anchor: "--anchor",
  "fail-on": "--fail-on",
};

/** An input that has a value in each line, and the option of `lint` that takes one. */
const REPEATED: Readonly<Record<string, string>> = { protect: "--protect", map: "--map" };

/** The names of all inputs, as action.yml has them. */
export const INPUTS = ["image", ...Object.keys(SINGLE), ...Object.keys(REPEATED), "sarif-file", "formats", "options"];

/** What the inputs ask for. */
export interface Request {
  /** The arguments of `cloud-init-lint`. */
  readonly args: readonly string[];
  /** The file of the SARIF log; undefined if none is wanted. */
  readonly sarifFile: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the inputs, which the runner hands over as INPUT_NAME.
 * @param jsonFile the file for the report that the outputs are made from
 * @throws Error with one line for an input that cannot be used
 */
export function requestOf(env: Env, jsonFile: string): Request {
  const options = lines(env, "options");
  const images = lines(env, "image");
  if (images.length === 0 && !options.some((option) => option.startsWith("--from")))
    throw new Error("input image: name at least one image, such as image.tar");
  const sarifFile = single(env, "sarif-file");
  const formats = lines(env, "formats").map((format) => ["--format", format]);
  const args = [
    "lint",
    ...["--format", "github"],
    ...(sarifFile === undefined ? [] : ["--format", `sarif=${sarifFile}`]),
    ...["--format", `json=${jsonFile}`],
    ...formats.flat(),
    ...Object.entries(SINGLE).flatMap(([name, option]) => {
      const value = single(env, name);
      return value === undefined ? [] : [option, value];
    }),
    ...Object.entries(REPEATED).flatMap(([name, option]) => lines(env, name).flatMap((value) => [option, value])),
    ...options,
    "--",
    ...images,
  ];
  return { args, sarifFile };
}

/** The lines of an input, without blanks around them and without empty ones. */
function lines(env: Env, name: string): string[] {
  return (env[`INPUT_${name.toUpperCase()}`] ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The value of an input; undefined if it is empty. */
function single(env: Env, name: string): string | undefined {
  const [value, other] = lines(env, name);
  if (other !== undefined) throw new Error(`input ${name}: give one value; there are several lines`);
  return value;
}
