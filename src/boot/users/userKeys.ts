import {
  date,
  deprecated,
  either,
  flag,
  type Keys,
  keys,
  list,
  named,
  needs,
  nothing,
  openKeys,
  secret,
  since,
  text,
  texts,
  whole,
} from "../../config/schema/forms.ts";

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
  groups: either(text, list(text, 1), deprecated(named(nothing), "23.1", "write a string or a list instead")),
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
    deprecated(flag, "22.2", "omit the key instead of false, or write null (since 22.3)"),
  ),
  system: flag,
  uid: either(whole, text),
};

const user = needs(keys(USER), ["name"], ["snapuser"]);

/** Accounts, which several modules read (schema of 26.2). */
export const userKeys = {
  user: either(text, user),
  users: either(text, list(either(text, texts, user)), openKeys({})),
} satisfies Keys;
