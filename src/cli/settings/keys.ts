import { datasourceNames } from "../../config/datasources.ts";
import { date, either, type Form, type Keys, keys, list, needs, nothing, text } from "../../config/schema/forms.ts";
import { SEVERITIES } from "../../lint/finding.ts";
import { ruleNamed, ruleNames } from "../../lint/rules/catalogue.ts";
import { lintFormats } from "../../report/formats.ts";
import { didYouMean } from "../output.ts";
import { unknownRule } from "../ruleOf.ts";

/** What a value of the configuration file may be, with the words for mistakes in it. */
export interface SettingForm extends Form {
  /** What is allowed, in words. */
  readonly what?: string;
  /** What is wrong with a string that is not allowed. */
  readonly wrong?: (given: string) => string;
  /** What is wrong with a key that is not allowed. */
  readonly wrongKey?: (given: string) => string;
}

/** A key of the configuration file. */
interface Key {
  readonly form: SettingForm;
  /** What it does, in one or two sentences. */
  readonly about: string;
  /** An example in YAML, of the key and its value. */
  readonly example: string;
}

/** The version of the form of the file. */
export const VERSION = 1;

/** The values of a rule: from hidden to worst. YAML 1.1 reads a plain `off` as false. */
export const RULE_SEVERITIES = ["off", ...SEVERITIES.toReversed()] as const;

const filled = (what: string): SettingForm => ({ type: "string", pattern: "\\S", what });
const glob = (what: string): SettingForm => filled(`a glob ${what}`);
const oneOrMore = (form: SettingForm): Form => either(form, list(form));

const severity: SettingForm = {
  enum: [...RULE_SEVERITIES, false],
  what: '"off", "info", "warning" or "error"',
};

const ruleName: SettingForm = { enum: ruleNames, what: "the id of a rule", wrong: unknownRule };

const formatNames = Object.keys(lintFormats);
const format: SettingForm = {
  type: "string",
  pattern: `^(?:${formatNames.join("|")})(?:=.+)?$`,
  what: "a format or FORMAT=FILE",
  wrong: (given) => {
    const [name = "", ...file] = given.split("=");
    if (formatNames.includes(name) && file.join("=") === "") return `${given}: a file name is missing after "="`;
    return `unknown format "${name}"${didYouMean(name, formatNames)}`;
  },
};

const protectedGlob: SettingForm = {
  type: "string",
  pattern: "^(?:/|\\*\\*)",
  what: 'a glob over paths in the image, which begin with "/", such as /etc/ssh/**',
};

const ignoreKeys = needs(
  keys({
    rule: described(either(ruleName, list(ruleName, 1)), "Id of the rule, or a list of ids."),
    image: described(glob("over image names"), "Glob over the name of the image on the command line."),
    path: described(glob("over paths"), "Glob over paths in the image: of the cause or of what is lost."),
    setting: described(glob("over settings"), "Glob over settings, in which * stands for any string."),
    reason: described({ ...either(text, nothing), what: "a string" }, "Why these findings are ignored."),
    until: described(
      { ...date, what: "a date such as 2030-12-31" },
      "The last day on which this applies, in UTC. After it, the ignore is a finding itself.",
    ),
  }),
  ["rule"],
  ["path"],
  ["setting"],
);
const ignore: SettingForm = { ...ignoreKeys, what: "a mapping" };

/** The keys of the file, in the order in which `init` writes them. */
export const KEYS: Readonly<Record<string, Key>> = {
  version: {
    form: { enum: [VERSION], what: `${VERSION}, the version of this file's form` },
    about: "The version of this file's form.",
    example: `version: ${VERSION}`,
  },
  rules: {
    form: {
      ...keys(Object.fromEntries(ruleNames.map((name) => [name, described(severity, ruleNamed(name)!.title)]))),
      what: "a mapping of rules to severities",
      wrongKey: unknownRule,
    },
    about:
      'Severity of all findings of a rule, whatever their evidence, or off. "cloud-init-lint rules" lists the rules.',
    example: "rules:\n  hostname-reset: off\n  ssh-host-keys-replaced: warning",
  },
  ignores: {
    form: list(ignore),
    about:
      "Findings that are not reported: those that match everything that an entry names. Each needs a rule, a path or a setting, and a reason.",
    example: [
      "ignores:",
      "  - rule: sudo-without-password",
      "    image: build/web-*.tar",
      "    path: /etc/sudoers.d/**",
      '    setting: "sudo *"',
      "    reason: The default user of this image may use sudo without a password.",
      "    until: 2030-12-31",
    ].join("\n"),
  },
  protect: {
    form: oneOrMore(protectedGlob),
    about: "Files in the image whose settings always count as customised, as globs.",
    example: "protect:\n  - /etc/ssh/**",
  },
  map: {
    form: either(
      {
        type: "object",
        patternProperties: { "^/": filled("a file or directory") },
        additionalProperties: false,
        what: "a mapping of paths in the image to files or directories",
        wrongKey: (given) => `map: "${given}" must be a path in the image, which begins with "/"`,
      } satisfies SettingForm,
      list({ type: "string", pattern: "^/[^=]*=.*\\S", what: "IMAGEPATH=REPOPATH, such as /etc/hosts=files/hosts" }),
    ),
    about: "Files or directories in the repository that paths in the image come from.",
    example: "map:\n  /etc/cloud/cloud.cfg.d: files/cloud.cfg.d",
  },
  anchor: {
    form: filled("FILE or FILE:LINE"),
    about: "Where to show findings whose file is not in the repository, as FILE or FILE:LINE.",
    example: "anchor: build.sh:1",
  },
  datasource: {
    form: {
      enum: datasourceNames,
      what: "the name of a datasource",
      wrong: (given) => `unknown datasource "${given}"${didYouMean(given, datasourceNames)}`,
    },
    about: "Datasource of the launch, by the name that cloud-init uses.",
    example: "datasource: Ec2",
  },
  seed: {
    form: filled("a directory"),
    about: "Directory of the data that the cloud provides, in NoCloud layout.",
    example: "seed: seed",
  },
  "instance-data": {
    form: filled("a file"),
    about:
      "Data of an instance, in place of seed and datasource: its instance-data.json, or the output of cloud-init query --all.",
    example: "instance-data: instance-data.json",
  },
  "max-temporary": {
    form: {
      type: ["string", "integer"],
      pattern: "^[0-9]{1,9}[KMGTkmgt]?(?:i?B)?$",
      minimum: 0,
      what: "a size in bytes or with K, M, G or T, such as 20G",
    },
    about: "Most space that temporary files for compressed disks may take. The default is 16G.",
    example: "max-temporary: 50G",
  },
  "fail-on": {
    form: { enum: [...SEVERITIES, "never"] },
    about: "Lowest severity that fails the run: error (the default), warning, info or never.",
    example: "fail-on: warning",
  },
  formats: {
    form: oneOrMore(format),
    about: "Reports to make; add =FILE to write one to a file.",
    example: "formats:\n  - text\n  - sarif=cloud-init-lint.sarif",
  },
};

/** Everything that the file may hold. A key without a value is as good as none, so that entries can be commented out. */
export const settingsForm: Form = {
  ...keys({
    $schema: described(text, "The JSON Schema of this file."),
    ...mapped(KEYS, ({ form, about }) => described(either(form, nothing), about)),
  }),
  what: "a mapping of settings",
};

function mapped(all: Readonly<Record<string, Key>>, make: (key: Key) => Form): Keys {
  return Object.fromEntries(Object.entries(all).map(([name, key]) => [name, make(key)]));
}

/** With a description, which editors show. */
function described(form: Form, description: string): Form {
  return { description, ...form };
}
