import {
  any,
  deprecated,
  either,
  flag,
  type Keys,
  keys,
  list,
  openKeys,
  since,
  text,
  texts,
  values,
} from "../../../config/schema/forms.ts";

/** cc_rsyslog (schema of 26.2). */
export const rsyslogKeys = {
  rsyslog: keys({
    check_exe: since("23.3", text),
    config_dir: text,
    config_filename: text,
    configs: list(either(text, keys({ content: text, filename: text }, ["content"]))),
    install_rsyslog: since("23.3", flag),
    packages: since("23.3", list(text, 0, true)),
    remotes: openKeys({}),
    service_reload_command: either(values("auto"), texts),
  }),
  rsyslog_dir: deprecated(any, "22.2", "write rsyslog.config_dir instead"),
  rsyslog_filename: deprecated(any, "22.2", "write rsyslog.config_filename instead"),
} satisfies Keys;
