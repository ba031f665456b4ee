import {
  any,
  deprecated,
  either,
  flag,
  hidingOthers,
  type Keys,
  keys,
  nothing,
  secret,
  since,
  text,
  texts,
} from "../../../config/schema/forms.ts";

const proxy = either(text, nothing);
const pro = keys({
  config: hidingOthers("token", {
    global_apt_http_proxy: proxy,
    global_apt_https_proxy: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    ua_apt_http_proxy: proxy,
    ua_apt_https_proxy: proxy,
  }),
  enable: texts,
  enable_beta: since("22.4", texts),
  features: since("22.4", keys({ disable_auto_attach: flag })),
  token: secret("token", text),
});

/** cc_ubuntu_pro, before 24.1 cc_ubuntu_advantage (schema of 26.2). */
export const ubuntuProKeys = {
  "ubuntu-advantage": deprecated(any, "19.1", "write ubuntu_pro instead (ubuntu_advantage before 24.1)"),
  ubuntu_advantage: since("19.1", deprecated(pro, "24.1", "write ubuntu_pro instead")),
  ubuntu_pro: since("24.1", pro),
} satisfies Keys;
