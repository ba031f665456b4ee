import type { BootResult } from "../../src/boot/boot.ts";
import type { FileEdit, Finding, IgnoredFinding } from "../../src/lint/finding.ts";
import type { FileTexts, ImageFacts, LintResult } from "../../src/lint/lintResult.ts";
import type { DocumentedRule } from "../../src/lint/rules/rule.ts";
import { Secrets } from "../../src/lint/secrets/secrets.ts";
import { type ImageReport, imageReport } from "../../src/report/imageReport.ts";
import type { Repository } from "../../src/report/repository.ts";

interface Sample {
  readonly image?: Partial<ImageFacts>;
  readonly findings?: readonly Finding[];
  readonly ignored?: LintResult["ignored"];
  readonly texts?: Readonly<Record<string, Partial<FileTexts>>>;
  readonly booted?: BootResult;
}

/** The content of reports on a result made by hand. */
export function result(sample: Sample, repository?: Repository): ImageReport {
  return imageReport(lintResult(sample), { minSeverity: "info", repository, plan: sample.booted !== undefined });
}

/** A result made by hand. */
function lintResult({ image, findings = [], ignored = [], texts = {}, booted }: Sample): LintResult {
  return {
    image: {
      source: "build/rootfs",
      distro: { id: "debian", version: "12" },
      cloudInit: { version: "22.4.2", enabled: true },
      datasource: "NoCloud",
      ...image,
    },
    findings,
    ignored,
    ignoreUse: { comments: [], matched: [], judged: [], unused: [] },
    caveats: [],
    unread: [],
    texts: (path) => ({ before: undefined, after: undefined, ...texts[path] }),
    booted: booted ?? null,
    secrets: Secrets.none,
  };
}

/** A finding with the parts that matter to a test changed. */
export function finding(changes: Partial<Finding> & { readonly fix?: FileEdit | null } = {}): Finding {
  const { fix = KEEP, ...rest } = changes;
  return {
    rule: "sshd-setting-overwritten",
    severity: "error",
    confidence: "certain",
    message: "sshd's PasswordAuthentication becomes yes, because cloud-init's set_passwords applies ssh_pwauth: true.",
    service: "sshd",
    module: "set_passwords",
    losses: [{ path: "/etc/ssh/sshd_config", line: 4, setting: "PasswordAuthentication", before: "no", after: "yes" }],
    cause: { path: "/etc/cloud/cloud.cfg.d/20-team.cfg", line: 2, column: 1 },
    evidence: "/etc/ssh/sshd_config differs from what openssh-server installed",
    proveFix: () => fix && { safe: true, why: null, edits: [fix] },
    ...rest,
  };
}

const KEEP: FileEdit = {
  path: "/etc/cloud/cloud.cfg.d/99-keep.cfg",
  content: "# Keeps what the image sets.\nssh_pwauth: false\n",
};

const SSHD_CONFIG =
  "Include /etc/ssh/sshd_config.d/*.conf\n\nPermitRootLogin no\nPasswordAuthentication no\nX11Forwarding no\n";

export const TEXTS: Readonly<Record<string, Partial<FileTexts>>> = {
  "/etc/cloud/cloud.cfg.d/20-team.cfg": {
    before: "# The team's defaults.\nssh_pwauth: true\ntimezone: Europe/Berlin\n",
    after: "# The team's defaults.\nssh_pwauth: true\ntimezone: Europe/Berlin\n",
  },
  "/etc/cloud/cloud.cfg": {
    before: "cloud_init_modules:\n - migrator\n - seed_random\n - ssh\n - update_etc_hosts\n",
  },
  "/etc/ssh/sshd_config": { before: SSHD_CONFIG, after: SSHD_CONFIG.replace("cation no", "cation yes") },
  "/etc/ssh/ssh_host_rsa_key": {
    before: "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n",
    after: "<<unknown:a fresh host key>>",
  },
  "/etc/ssh/ssh_host_dsa_key": {
    before: "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n",
  },
  "/etc/hosts": {
    before: `127.0.0.1 localhost\n10.0.0.5 db.internal db\n10.0.0.6 cache.internal cache\n${"10.0.0.9 many\n".repeat(40)}`,
    after:
      "# Written by cloud-init.\n127.0.1.1 <<unknown:the host name that the cloud assigns>>\n127.0.0.1 localhost\n\n::1 ip6-localhost\n",
  },
};

/** One finding of each sort: a diff, a key that is replaced, one that goes, a rewritten file, a seed to blame. */
export const FINDINGS: readonly Finding[] = [
  finding(),
  finding({
    rule: "ssh-host-keys-replaced",
    message:
      "The host key ssh_host_rsa_key is deleted and made anew on the first boot, since ssh_deletekeys is not set.",
    service: "host-keys",
    module: "ssh",
    losses: [
      {
        path: "/etc/ssh/ssh_host_rsa_key",
        line: null,
        setting: "rsa",
        before: "SHA256:2TrW1bmm",
        after: "<<unknown:a fresh host key>>",
      },
    ],
    cause: { path: "/etc/cloud/cloud.cfg", line: 4, column: 4 },
    evidence: "the key is not the one that the package's first configuration made",
    fix: { path: "/etc/cloud/cloud.cfg.d/99-keep.cfg", content: "ssh_deletekeys: false\n" },
  }),
  finding({
    rule: "ssh-host-keys-replaced",
    severity: "warning",
    message: "The host key ssh_host_dsa_key is deleted on the first boot, since ssh_deletekeys is not set.",
    service: "host-keys",
    module: "ssh",
    losses: [{ path: "/etc/ssh/ssh_host_dsa_key", line: null, setting: "dsa", before: "SHA256:abcdefgh", after: null }],
    cause: { path: "/etc/cloud/cloud.cfg", line: 4, column: 4 },
    evidence: "the key is not the one that the package's first configuration made",
    fix: { path: "/etc/cloud/cloud.cfg.d/99-keep.cfg", content: "ssh_deletekeys: false\n" },
  }),
  finding({
    rule: "hosts-entry-lost",
    severity: "warning",
    confidence: "likely",
    message: "db.internal (10.0.0.5) is no longer in /etc/hosts: update_etc_hosts renders the file from its template.",
    service: "hosts",
    module: "update_etc_hosts",
    losses: [{ path: "/etc/hosts", line: 2, setting: "db.internal", before: "10.0.0.5", after: null }],
    cause: { path: "/seed/user-data", line: 3, column: 1 },
    evidence: "/etc/hosts belongs to no package and names hosts beyond the usual ones",
    fix: null,
  }),
  finding({
    rule: "timezone-reset",
    severity: "info",
    confidence: "possible",
    message: "The time zone is set again.",
    service: "time",
    module: "timezone",
    losses: [],
    cause: { path: "/etc/cloud/cloud.cfg.d/20-team.cfg", line: 3, column: 11 },
    evidence: "",
    fix: null,
  }),
];

/** One that a comment leaves out. */
export const IGNORED: IgnoredFinding = {
  ...finding(),
  ignored: { by: "comment", path: "/etc/cloud/cloud.cfg.d/20-team.cfg", line: 1, reason: "we want it" },
};

/** The rules of the samples. */
export const RULES: readonly DocumentedRule[] = [...new Set(FINDINGS.map((sample) => sample.rule))].map((id) => ({
  id,
  aliases: [],
  title: `Title of ${id}`,
  severity: id === "timezone-reset" ? "info" : "error",
  check: "overwritten",
  parameters: id.startsWith("ssh") ? { service: "sshd", "security-severity": 7.5 } : {},
  since: "0.1.0",
  advice: "Fix it.",
  happens: `\`${id}\` happens\non the first boot.\n\nSecond paragraph.`,
  matters: "It matters.",
  fix: "Fix it.",
  examples: "### Fires: an example",
}));
