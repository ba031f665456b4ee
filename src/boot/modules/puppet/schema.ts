import { flag, hidingOthers, type Keys, keys, text, texts, values } from "../../../config/schema/forms.ts";

/** cc_puppet (schema of 26.2). */
export const puppetKeys = {
  puppet: keys({
    aio_install_url: text,
    cleanup: flag,
    collection: text,
    conf: keys({
      agent: hidingOthers("password", {}),
      ca_cert: text,
      main: hidingOthers("password", {}),
      server: hidingOthers("password", {}),
      user: hidingOthers("password", {}),
    }),
    conf_file: text,
    csr_attributes: keys({
      custom_attributes: hidingOthers("password", {}),
      extension_requests: hidingOthers("password", {}),
    }),
    csr_attributes_path: text,
    exec: flag,
    exec_args: texts,
    install: flag,
    install_type: values("packages", "aio"),
    package_name: text,
    ssl_dir: text,
    start_service: flag,
    version: text,
  }),
} satisfies Keys;
