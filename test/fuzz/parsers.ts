import { gzipSync } from "node:zlib";
import { azureCloud, completedAzure } from "../../src/boot/cloud/forms/azure.ts";
import { instanceDataIn } from "../../src/boot/cloud/instanceDataFile.ts";
import { readSysconfig } from "../../src/boot/files/sysconfigFile.ts";
import { renderTemplate } from "../../src/boot/files/templater.ts";
import { plainYaml, safeYaml } from "../../src/boot/files/yamlText.ts";
import { fieldsOf } from "../../src/boot/modules/mounts/fstab.ts";
import { readSchedule } from "../../src/boot/schedule.ts";
import { shellCommands } from "../../src/boot/scripts/commands.ts";
import { writtenPaths } from "../../src/boot/scripts/writes.ts";
import { parseSettings } from "../../src/cli/settings/parse.ts";
import { settingsExample } from "../../src/cli/settings/published.ts";
import { imageSchema } from "../../src/config/schema/imageSchema.ts";
import { compilePattern } from "../../src/config/schema/pattern.ts";
import { SeedError } from "../../src/config/seed.ts";
import { parseMessage } from "../../src/config/userData/mime.ts";
import { readParts } from "../../src/config/userData/parts.ts";
import { shellWords } from "../../src/distro/shellWords.ts";
import { expandGlob, matchesGlob } from "../../src/image/glob.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { schemaOfVersion } from "../../src/lint/declaredKeys.ts";
import { ignoreComments } from "../../src/lint/ignores/comments.ts";
import { lintFile } from "../../src/lint/lintFile.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import { CannotTell, Raises } from "../../src/python/errors.ts";
import { shellVariables } from "../../src/python/shlex.ts";
import { readSource } from "../../src/python/source/source.ts";
import { parseYaml } from "../../src/python/yaml/load.ts";
import { lintFormats } from "../../src/report/formats.ts";
import { imageReport } from "../../src/report/imageReport.ts";
import { mergedReport, ReportError } from "../../src/report/mergedReport.ts";
import { handled } from "../config/userData/handled.ts";
import { documentOf } from "../python/yaml/yaml-documents.ts";
import { cloudConfigText } from "./cloudConfig.ts";
import { mutateText } from "./mutate.ts";
import type { Random } from "./random.ts";
import { fileText, textsIn } from "./seeds.ts";
import { type Checks, type Form, once, type Target, textTarget } from "./target.ts";

/** What a call gives, undefined for an error that it is documented to throw. */
export function unless<T>(expected: readonly (new (...args: never[]) => Error)[], call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (expected.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}

const yamlTexts = [
  ...textsIn("test/python/yaml/yaml-cases.json", "yaml"),
  fileText("fixtures/debian-12/etc/cloud/cloud.cfg"),
  fileText("fixtures/rocky-9/etc/cloud/cloud.cfg"),
];

function tape(random: Random): number[] {
  return Array.from({ length: random.between(10, 150) }, () => random.below(10_000));
}

const yaml = textTarget("yaml", { cost: 3, texts: yamlTexts, make: (random) => documentOf(tape(random)) }, (text) => {
  const { node, error } = parseYaml(text, "x.yaml");
  if (node?.type !== "mapping") return error;
  return unless([Raises], () => [safeYaml(node), plainYaml(node)]);
});

const SCRIPTS = [
  "#!/bin/sh\nset -e\ncat > /etc/motd <<EOF\nhello $USER\nEOF\nsed -i 's/^#\\?Port.*/Port 22/' /etc/ssh/sshd_config\n",
  'if [ -f "/etc/x" ]; then echo "a b" >> /etc/x || true; else tee /etc/y <<< "$(date)"; fi\nexport A=1 B=\'2 3\'\n',
  'for f in /etc/*.conf; do cp "$f" /etc/bak/; done; rm -rf /etc/a{b,c} && ln -sf ../usr/share/zoneinfo/UTC /etc/localtime\n',
  "curl -fsSL https://a.example/x | sudo tee /etc/apt/x.gpg > /dev/null; case $1 in a) b ;; *) c ;; esac\n",
  "cat <<-'A' <<B > /etc/z\n\t$a\nA\n$b\nB\nf() { echo `date` 2>&1; }; (cd / && dd of=/etc/w) & wait\n",
];
const SHELL_WORDS =
  "; & && || | |& > >> >| < << <<- <<< 2>&1 ( ) { } $( ${ ` ' \" \\ # if then fi for do done EOF tee sed -i =".split(
    " ",
  );

const shell = textTarget("shell", { texts: SCRIPTS, words: SHELL_WORDS }, (text) => {
  const image = memoryImage({ "/etc/x": "echo a > /etc/y\n", "/etc/z": { link: "x" } });
  return [shellCommands(text), writtenPaths(image, text)];
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the shell
const ASSIGNMENTS = ['A=1\nB=\'2 3\' # c\nC="$A\\"x"\nexport D=e\\ f\n', 'GRUB_CMDLINE_LINUX="quiet ${A} ip=dhcp"\n'];

const shellAssignments = textTarget("shell-assignments", { texts: ASSIGNMENTS, words: SHELL_WORDS }, (text) => [
  unless([Raises], () => [...shellVariables(text)]),
  text.split("\n").map((line) => shellWords(line, (name) => `(${name})`)),
  unless([Raises], () => readSysconfig(text)?.toString()),
]);

const TEMPLATES = [
  "## template: jinja\n{% if a is defined and b.c[0] != 'x' %}{{ a | upper | replace('A', 'b') }}{% elif d %}{{ d|default('e') }}{% else %}-{% endif %}\n",
  "## template: jinja\n{% for x in l if x is not none %}{{ loop.index }}:{{ x ~ '-' ~ loop.last }}{{ '\\n' }}{% else %}no{% endfor %}\n",
  "## template: jinja\n{%- set y = l | join(',') -%}{{ y[1:3] }} {{ '%s=%d' | format('a', 3) }} {{ (1 + 2) * 3 // 2 ** 2 }}{# c #}\n",
  "## template: jinja\n{% macro m(a, b=2) %}{{ a * b }}{% endmacro %}{{ m('x', b=3) }}{% raw %}{{ }}{% endraw %}{{ d.keys() | list | sort | first }}\n",
  "## template: jinja\n{{ b.c | map('upper') | join }} {{ {'a': [1, 2.5, none, true]} }} {{ a.split('b')[-1].strip().startswith('x') }} {{ 1 if a else 2 }}\n",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the template's own way to name a variable
  "## template: basic\n$a ${b.c} $$ ${nope}\n",
  fileText("fixtures/debian-12/etc/cloud/templates/sources.list.debian.tmpl"),
  fileText("fixtures/debian-12/etc/cloud/templates/chrony.conf.debian.tmpl"),
];
const TEMPLATE_WORDS = [
  ..."{{ }} {% %} {%- -%} {# #} | ~ == ** // is in not and or if else for endfor endif set raw endraw macro call filter".split(
    " ",
  ),
  ..."|length |join |sort |reverse |list |first |last |map |replace |default |format |center |indent |wordwrap |tojson".split(
    " ",
  ),
  ...[".keys()", ".split()", ".format()", ".join(l)", "[1:]", "[-1]", "range(9)", "loop.index", "'a' * 99", "10 ** 9"],
];

const jinja = textTarget("jinja", { cost: 2, texts: TEMPLATES, words: TEMPLATE_WORDS }, (text) =>
  unless([Raises, CannotTell], () =>
    renderTemplate(
      text,
      { a: "abx", b: { c: ["x", "y"] }, d: { k: 1, j: null }, l: [1, "2", null, 4.5, [true]] },
      { do: true },
    ),
  ),
);

const USER_DATA = [
  "#cloud-config\nusers: [default, {name: a, sudo: null}]\nssh_pwauth: true\nwrite_files:\n- {path: /etc/x, content: y}\n",
  "#!/bin/sh\necho a > /etc/motd\n",
  "#include\nhttps://a.example/x\n",
  "#include-once\nfile:///etc/x\n",
  "#cloud-boothook\n#!/bin/sh\necho a\n",
  "#part-handler\ndef list_types(): return ['text/x']\n",
  "#upstart-job\nstart on x\n",
  "#cloud-config-archive\n- type: text/cloud-config\n  content: |\n    a: 1\n- '#!/bin/sh\\necho b'\n- {filename: x, content: '#cloud-boothook\\n'}\n",
  '#cloud-config-jsonp\n[{"op": "add", "path": "/users", "value": ["default"]}, {"op": "test", "path": "/a/~1b", "value": 1}]\n',
  "## template: jinja\n#cloud-config\nhostname: {{ v1.local_hostname }}\n{% if ds.meta_data %}a: 1\n{% endif %}\n",
  'Content-Type: multipart/mixed; boundary="=b="\nMIME-Version: 1.0\n\n--=b=\nContent-Type: text/cloud-config; charset="us-ascii"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="a.cfg"\nMerge-Type: list(append)+dict(recurse_array)+str()\n\nI2Nsb3VkLWNvbmZpZwphOiAxCg==\n\n--=b=\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: quoted-printable\nLaunch-Index: 1\n\n#!/bin/sh\necho =41=\n\n--=b=--\n',
  "From a@b\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/digest; boundary*0=a; boundary*1=b\n\n--ab\n\n#cloud-config\n--ab--\n",
  "password: x\nchpasswd: {expire: false}\n",
  "{}",
];
const USER_DATA_WORDS = [
  ..."#cloud-config #cloud-config-archive #cloud-config-jsonp #include #include-once #cloud-boothook #part-handler".split(
    " ",
  ),
  ...[
    "## template: jinja\n",
    "Content-Type: ",
    "multipart/mixed; boundary=x",
    "--x\n",
    "--x--\n",
    "MIME-Version: 1.0\n",
  ],
  ...[
    "Content-Transfer-Encoding: base64\n",
    "quoted-printable",
    "x-gzip",
    "charset=utf-16",
    "merge_how: ",
    "=41",
    "=\n",
  ],
  ...["text/cloud-config", "text/jinja2", "text/x-include-url", "message/rfc822", "application/octet-stream"],
];

const mime = textTarget("mime", { texts: USER_DATA, words: USER_DATA_WORDS }, (text) =>
  parseMessage(text, { parts: 1000 }),
);

/** Forms in which a launch hands user-data over. */
const PACKINGS: readonly ((bytes: Buffer) => Buffer)[] = [
  (bytes) => bytes,
  (bytes) => bytes,
  (bytes) => gzipSync(bytes, { level: 1 }),
  (bytes) => Buffer.from(bytes.toString("base64")),
  (bytes) => Buffer.from(gzipSync(bytes, { level: 1 }).toString("base64")),
];
const FILE_NAMES = [
  "user-data",
  "x.yaml",
  "user-data.tmpl",
  "network-config",
  "meta-data",
  "99-x.cfg",
  "vendor-data2.j2",
];

/** A target that is given user-data in every form. */
function userDataTarget(
  name: string,
  cost: number,
  run: (path: string, bytes: Buffer, checks: Checks) => unknown,
): Target {
  const material = { texts: USER_DATA, words: USER_DATA_WORDS };
  return {
    name,
    cost,
    make: (random) => {
      const made = random.chance(2) ? cloudConfigText(random) : random.pick(USER_DATA);
      const text = random.chance(3) ? made : mutateText(made, random, material);
      return {
        "@packing": String(random.below(PACKINGS.length)),
        "@name": random.pick(FILE_NAMES),
        "@version": random.pick(["20.4", "22.4", "25.1", "26.2"]),
        text,
      };
    },
    run: (input, checks) => {
      const bytes = PACKINGS[Number(input["@packing"])]!(Buffer.from(input.text as string));
      return run(String(input["@name"]), bytes, checks);
    },
  };
}

const userData = userDataTarget("user-data", 3, (_path, bytes) => {
  const result = handled(bytes);
  return [readParts({ path: "user-data", bytes }).notes, result.notes, result.fatal, result.scripts.length];
});

const reports = once(() =>
  Promise.all(Object.entries(lintFormats).map(async ([name, format]) => [name, await format.load()] as const)),
);

/** A file linted on its own, in every report. */
const loose = userDataTarget("loose-file", 40, async (path, bytes, checks) => {
  const result = lintFile({ path, bytes }, { rules: catalogue, version: "26.2" });
  for (const [name, report] of await reports())
    checks.printed(
      (name === "json" ? "lint" : name) as Form,
      report([imageReport(result, { minSeverity: "info" })], {
        color: false,
        width: 80,
        minSeverity: "info",
        quiet: false,
        rules: catalogue,
      }),
    );
  return result.findings.length;
});

const MERGED = [
  '{"schemaVersion": 2, "images": [{"image": {"source": "a", "distro": null, "cloudInit": {"version": "26.2", "enabled": true}, "datasource": null}, "complete": false, "problems": [{"path": "/x", "message": "b"}, {"path": "a", "message": "c"}], "findings": [], "ignored": [], "summary": {"error": 1, "warning": 0, "info": 0, "ignored": 0}}]}',
  '{"schemaVersion": 2, "images": [{"image": {"source": "a", "distro": {"id": "debian", "version": null}, "cloudInit": {"version": null, "enabled": false}, "datasource": "Ec2"}, "complete": true, "problems": [], "findings": [{"rule": "r", "severity": "info", "confidence": "likely", "message": "m", "service": null, "module": "ssh", "cause": {"path": "/a", "line": 1, "column": 2}, "losses": [{"path": "/b", "line": null, "setting": "s", "before": null, "after": "x"}], "evidence": "", "fix": {"safe": true, "why": null, "edits": [{"path": "/c", "diff": "--- /c\\n+++ /dev/null\\n@@ -1,1 +0,0 @@\\n-a\\n"}, {"path": "/d", "diff": "--- /dev/null\\n+++ /d\\n@@ -0,0 +1,1 @@\\n+a\\n"}]}}], "ignored": [], "summary": {"error": 0, "warning": 0, "info": 1, "ignored": 0}}]}',
];

/** A report of lint -f json, merged into every report. */
const merged = textTarget("merged-report", { cost: 3, texts: MERGED }, async (text, checks) => {
  const images = unless([SyntaxError, ReportError], () => mergedReport(JSON.parse(text)));
  if (!Array.isArray(images)) return images;
  for (const [name, report] of await reports())
    checks.printed(
      (name === "json" ? "lint" : name) as Form,
      report(images, { color: false, width: 80, minSeverity: "info", quiet: false, rules: catalogue }),
    );
  return images.length;
});

const PATTERNS = ["^[\\w.-]+$", "^\\+?[0-9]{1,4}$", "(?:a|b)*c", "^(now|[+]?\\d+)$", "[^a-z\\]]{2,5}?", "a{3}.*\\.b$"];

const pattern: Target = {
  name: "pattern",
  cost: 1,
  make: (random) => {
    const words = "( ) (?: | * + ? {2} {1,} {0,99} [ ] [^ a-z \\d \\w \\S . ^ $ \\ \\1 (?= .* (a*)*".split(" ");
    return {
      pattern: mutateText(random.pick(PATTERNS), random, { texts: PATTERNS, words }),
      text: mutateText("abc-12.now", random, { texts: ["aaaaab", "+15", "ab\n"] }),
    };
  },
  run: ({ pattern, text }) => compilePattern(String(pattern))?.search(String(text)),
};

const schemaTexts = once(() => [
  JSON.stringify(schemaOfVersion("cloud-config", { version: "26.2", vendor: undefined })),
  JSON.stringify({
    $defs: {
      a: { oneOf: [{ type: "string", pattern: "^a+$" }, { $ref: "#/$defs/b" }] },
      b: { type: ["object", "null"] },
    },
    properties: { users: { type: "array", items: { $ref: "#/$defs/a" }, minItems: 1, uniqueItems: true } },
    patternProperties: { "^x-": { enum: [1, "2", null] } },
    additionalProperties: false,
    allOf: [{ not: { required: ["a"] } }, { dependencies: { a: ["b"] } }],
    deprecated: true,
  }),
]);

const library = "/usr/lib/python3/dist-packages/cloudinit";

/** The schema that an image brings along, and a configuration. */
const schema: Target = {
  name: "schema",
  cost: 6,
  make: (random) => {
    const words = '"$ref" "#/$defs/a" "#" "pattern": "type": "anyOf": "items": "enum": {} [] 1e99 true null'.split(" ");
    const made = random.pick(schemaTexts());
    return {
      schema: random.chance(6) ? made : mutateText(made, random, { texts: schemaTexts(), words }),
      config: cloudConfigText(random),
    };
  },
  run: ({ schema, config }) => {
    const path = `${library}/config/schemas/schema-cloud-config-v1.json`;
    const validator = imageSchema(memoryImage({ [path]: schema! }), library, "cloud-config");
    const { node } = parseYaml(String(config), "x.cfg");
    return node === undefined ? undefined : validator?.validate(node).problems.length;
  },
};

const GLOBS = ["/etc/*/[a-c]*.conf", "/etc/ssh/sshd_config.d/*.conf", "/*/../etc/?", "/etc/[!x]*\\*"];

const globs: Target = {
  name: "glob",
  cost: 1,
  make: (random) => ({
    pattern: mutateText(random.pick(GLOBS), random, {
      texts: GLOBS,
      words: ["*", "**", "?", "[", "]", "[!", "[a-", "\\", "/"],
    }),
    name: mutateText("sshd.conf", random, { texts: ["a.conf", ".b", "etc"] }),
  }),
  run: ({ pattern, name }) => {
    const image = memoryImage({
      "/etc/ssh/a.conf": "",
      "/etc/b/c.conf": "",
      "/etc/l": { link: "." },
      "/etc/m": { link: "l" },
    });
    return [matchesGlob(String(pattern), String(name)), expandGlob(image, `/${pattern}`)];
  },
};

const fields = textTarget("fstab-fields", { texts: ["UUID=a\t/ ext4  defaults,x=y 0 1", "a\\040b /x none"] }, (text) =>
  text.split("\n").map(fieldsOf),
);

const settings = textTarget(
  "settings",
  {
    texts: [settingsExample().replaceAll(/^#(?=\S| {2})/gm, "")],
    words: ["off", "ignores: ", "until: 2026-02-30", "<<: ", "&a ", "*a"],
  },
  (text, checks) => {
    const result = parseSettings({ path: "x.yaml", text, directory: "" });
    for (const { line, column } of "mistakes" in result ? result.mistakes : [])
      checks.holds(line > 0 && column > 0, "a mistake has a place");
    return result;
  },
);

/** Comments that ignore findings, in YAML and in other files. */
const ignores = textTarget(
  "ignore-comments",
  {
    texts: [
      "#cloud-config\n# cloud-init-lint: ignore-file[hostname-reset, a-b] why\na: 'x' # cloud-init-lint: ignore[locale-reset]\n",
      "a b ; cloud-init-lint: ignore[hostname-reset] why\r\n\t// cloud-init-lint: ignore\n",
    ],
    words: ["# cloud-init-lint: ", "cloud-init-lint:", "ignore[", "ignore-file[", "]", "|\n  ", "---\n", "\u2028"],
  },
  (text, checks) =>
    (["yaml", "other"] as const).flatMap((language) => {
      const whole = { path: "x", line: 1, indent: 0, verbatim: true, end: Number.POSITIVE_INFINITY };
      const found = ignoreComments({ text, language, ...whole });
      for (const { line, column, from, to, isWide } of found) {
        checks.holds(line > 0 && column > 0, "a comment has a place");
        checks.holds(isWide || to - from === 1, "a comment is about one line");
      }
      return found;
    }),
);

const LAUNCH_DATA = [
  '{"base64_encoded_keys": ["ds/meta_data/random_seed"], "ds": {"meta_data": {"instance-id": "i-1", "random_seed": "/wA="}}, "v1": {"platform": "ec2", "instance_id": "i-1", "public_ssh_keys": ["a"]}, "userdata": "#cloud-config\\n{}", "vendordata": "ci-b64:AA=="}',
  '{"ds": {"id": "o", "displayName": "d", "metadata": {"user_data": "AA==", "ssh_authorized_keys": "k"}}, "v1": {"platform": "oracle"}}',
  '{"ds": {"meta-data": "instance-id: i", "config": {"user.user-data": "x"}, "network-config": "{version: 2}"}, "v1": {"platform": "lxd"}}',
  '<e:E xmlns:e="a"><w:ProvisioningSection><w:LinuxProvisioningConfigurationSet><w:HostName>a&amp;b</w:HostName><w:UserPassword><![CDATA[x]]></w:UserPassword><w:SSH><PublicKeys><PublicKey><Value>k</Value></PublicKey></PublicKeys></w:SSH><w:CustomData>AA==</w:CustomData></w:LinuxProvisioningConfigurationSet></w:ProvisioningSection></e:E>',
];

const LAUNCH_WORDS = [
  "redacted for non-root user",
  "ci-b64:",
  "<!--",
  "]]>",
  "&#x41;",
  "__proto__",
  "azure",
  "scaleway",
];

const launchData = textTarget("launch-data", { texts: LAUNCH_DATA, words: LAUNCH_WORDS }, (text) => {
  const file = { path: "x", bytes: Buffer.from(text) };
  return [
    unless([SeedError], () => instanceDataIn(file)),
    unless([SeedError], () => completedAzure(azureCloud(file, undefined), "25.1")),
  ];
});

/** What reads texts of a language. */
const PYTHON_WORDS =
  `" ' """ ''' ( ) [ ] { } = == + , : ; . * ** -> := @ # \\ if else: try: for in with as def class async lambda match case global
  import from return f" rb' 0x1 1e5 True None dict( tuple([ frozenset(( .keys() .append( meta CFG_BUILTIN`.split(/\s+/);
const PYTHON = [
  'meta: MetaSchema = {\n    "distros": distros,\n    "frequency": PER_ALWAYS,\n    "activate_by_schema_keys": ["a"] + list(B.keys()),\n}\n',
  'CFG_BUILTIN = {\n    "syslog_fix_perms": [],  # c\n    "system_info": {"distro": "rhel", "paths": dict(a=1)},\n}\nCFG_BUILTIN.update(x)\n',
  "try:\n    from a import *\nexcept ImportError as e:\n    A = {'b': 1}\nclass C(D):\n    E = (A, 0o644, u'\\u00e9')\n    def f(self, g=1, *h):\n        return i.get('enabled', True)\n",
];

/** Reads everything in Python source that can be asked for. */
const python = textTarget("python", { texts: PYTHON, words: PYTHON_WORDS }, (text) => {
  const source = readSource(text);
  const names = ["meta", "CFG_BUILTIN", "A", "B", "C.E", "C.f.i", "missing"];
  return [
    names.map((name) => source?.value(name)),
    source?.calls("", "get"),
    source?.strings("C"),
    source?.parameter("C.f", "g"),
    source && readSchedule(source, (since) => since < "22.3"),
  ];
});

export const parserTargets: readonly Target[] = [
  yaml,
  shell,
  shellAssignments,
  jinja,
  mime,
  userData,
  loose,
  merged,
  pattern,
  python,
  schema,
  globs,
  fields,
  settings,
  ignores,
  launchData,
];
