import { hideInDocument } from "../../src/lint/secrets/document.ts";
import { hideInFile } from "../../src/lint/secrets/files.ts";
import { hideForms } from "../../src/lint/secrets/forms.ts";
import { SecretValues } from "../../src/lint/secrets/values.ts";
import { mutateText } from "./mutate.ts";
import { POSITIONS } from "./secrets.ts";
import type { Target } from "./target.ts";

const KINDS = ["user-data", "network-config", "meta-data", "image-config"] as const;
const PATHS = [
  ..."/etc/shadow /root/.netrc /etc/apt/apt.conf /etc/grub.d/40_custom /etc/cloud/cloud.cfg.d/9.cfg /etc/netplan/a.yaml".split(
    " ",
  ),
  ..."/etc/network/interfaces /etc/yum.repos.d/a.repo /etc/wpa_supplicant.conf /etc/puppet/puppet.conf user-data".split(
    " ",
  ),
];
const WORDS = [
  ..."password: token= --password -p -u user:word@ https://u:p@h/ ?token= Authorization: Bearer Basic chpasswd".split(
    " ",
  ),
  ...[
    "-----BEGIN RSA PRIVATE KEY-----\n",
    "-----END RSA PRIVATE KEY-----\n",
    "$6$a$bbbbbbbb",
    "{SSHA}aaaaaaaa",
    "<<EOF\n",
  ],
  ...["echo 'root:a' | chpasswd", "curl -u a:b", "mysql -pa", "openssl passwd -6 a", "machine a login b password c\n"],
  ...["/etc/a/b.c", "a.b.c", "a_b_c=", "[a, b: c", "- {password: a}", "aGVsbG8gd29ybGQhIGhlbGxv", '\\"auth\\": \\"'],
];

/** What hides secrets in texts that leave the program: lines stay as many, and it ends. */
const hiding: Target = {
  name: "hiding",
  cost: 10,
  make: (random) => {
    const texts = POSITIONS.map(({ lines }) => lines.replaceAll("%s", "S3cretS3cret"));
    return {
      "@path": random.pick(PATHS),
      "@kind": random.pick(KINDS),
      text: mutateText(random.pick(texts), random, { texts, words: WORDS }),
    };
  },
  run: (input, checks) => {
    const text = String(input.text);
    const path = String(input["@path"]);
    const values = new SecretValues();
    const kind = input["@kind"] as (typeof KINDS)[number];
    const shown = [
      hideForms(text),
      hideInFile(path, text),
      hideInDocument(Buffer.from(text), path, kind, (value, what) => values.add(value, what)),
      values.hide(text),
    ];
    const lines = text.split("\n").length;
    for (const one of shown) checks.holds(one.split("\n").length === lines, "hiding changes the number of lines");
    return shown;
  },
};

/** What hides secrets. */
export const hidingTargets: readonly Target[] = [hiding];
