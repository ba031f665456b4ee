import {
  command,
  date,
  deprecated,
  either,
  flag,
  type Keys,
  keys,
  list,
  matching,
  named,
  needs,
  nothing,
  openKeys,
  secret,
  since,
  text,
  texts,
  values,
  whole,
} from "./forms.ts";

/** The older spelling of some keys, with dashes. */
function dashed(known: Keys, since: string): Keys {
  return Object.fromEntries(
    Object.entries(known).map(([key, form]) => [
      key.replaceAll("_", "-"),
      deprecated(form, since, `write ${key} instead`),
    ]),
  );
}

const DASHED_SINCE_24_2: Keys = {
  create_groups: flag,
  hashed_passwd: secret("hash", text),
  no_create_home: flag,
  no_log_init: flag,
  no_user_group: flag,
  plain_text_passwd: secret("password", text),
  primary_group: text,
  selinux_user: text,
  ssh_import_id: list(text, 1),
  ssh_redirect_user: flag,
};

/** An entry of `users`. */
export const USER: Keys = {
  ...DASHED_SINCE_24_2,
  ...dashed(DASHED_SINCE_24_2, "24.2"),
  ...dashed({ lock_passwd: flag }, "22.3"),
  ...dashed({ ssh_authorized_keys: list(text, 1) }, "18.3"),
  doas: since("23.3", list(text, 1)),
  expiredate: date,
  gecos: text,
  groups: either(text, list(text, 1), deprecated(named(nothing), "23.1", "write a text or a list instead")),
  homedir: text,
  inactive: text,
  lock_passwd: flag,
  name: text,
  passwd: secret("hash", text),
  shell: text,
  snapuser: text,
  ssh_authorized_keys: list(text, 1),
  sudo: either(
    text,
    nothing,
    list(either(text, nothing)),
    deprecated(flag, "22.2", "leave the key out instead of false, or write null (since 22.3)"),
  ),
  system: flag,
  uid: either(whole, text),
};

const user = needs(keys(USER), ["name"], ["snapuser"]);
const members = either(text, list(text, 1));

/** Accounts, passwords and SSH, as the modules read them (schema of 26.2). */
export const accountKeys: Keys = {
  allow_public_ssh_keys: flag,
  authkey_hash: text,
  chpasswd: keys({
    expire: flag,
    list: secret("password", deprecated(either(text, list(matching("^.+:.+$"))), "22.2", "write users instead")),
    users: list(
      either(
        keys({ name: text, type: values("RANDOM") }, ["name", "type"]),
        keys({ name: text, password: secret("password", text), type: values("hash", "text") }, ["name", "password"]),
      ),
    ),
  }),
  disable_root: flag,
  disable_root_opts: text,
  groups: either(text, named(members), list(either(text, named(members)))),
  no_ssh_fingerprints: flag,
  password: secret("password", text),
  ssh: keys({ emit_keys_to_console: flag }, ["emit_keys_to_console"]),
  ssh_authorized_keys: list(text, 1),
  ssh_deletekeys: flag,
  ssh_fp_console_blacklist: list(text, 0, true),
  ssh_genkeytypes: list(values("ecdsa", "ed25519", "rsa", "dsa"), 1),
  ssh_import_id: texts,
  ssh_key_console_blacklist: list(text, 0, true),
  ssh_keys: {
    type: "object",
    patternProperties: {
      "^(dsa|ecdsa|ed25519|rsa)_(public|certificate)$": text,
      "^(dsa|ecdsa|ed25519|rsa)_private$": secret("key", text),
    },
    additionalProperties: false,
  },
  ssh_publish_hostkeys: keys({ blacklist: texts, enabled: flag }),
  ssh_pwauth: either(flag, deprecated(text, "22.3", "write true or false instead")),
  ssh_quiet_keygen: flag,
  user: either(text, user),
  users: either(text, list(either(text, texts, user)), openKeys({})),
  write_files: list(
    keys(
      {
        append: flag,
        content: text,
        defer: since("21.1", flag),
        encoding: values("gz", "gzip", "gz+base64", "gzip+base64", "gz+b64", "gzip+b64", "b64", "base64", "text/plain"),
        owner: text,
        path: text,
        permissions: text,
        source: since("24.3", keys({ headers: secret("token", named(text)), uri: text }, ["uri"])),
      },
      ["path"],
    ),
    1,
  ),
  bootcmd: list(command, 1),
  runcmd: list(either(command, nothing), 1),
};
