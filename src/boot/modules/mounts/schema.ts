import {
  either,
  type Keys,
  keys,
  list,
  matching,
  named,
  nothing,
  since,
  text,
  tuple,
  values,
  whole,
} from "../../../config/schema/forms.ts";

const size = matching("^([0-9]+)?\\.?[0-9]+[BKMGT]$");

/** cc_mounts (schema of 26.2). */
export const mountKeys = {
  device_aliases: since("21.3", named(text)),
  mount_default_fields: tuple(either(text, nothing), 6, 6),
  mounts: list(tuple(text, 1, 6), 1),
  swap: keys({ filename: text, maxsize: either(whole, size), size: either(values("auto"), whole, size) }),
} satisfies Keys;
