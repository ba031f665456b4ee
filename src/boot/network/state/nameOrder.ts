import type { PyKey } from "../../../python/dataModel.ts";
import { CannotTell } from "../../../python/errors.ts";
import { pyStr } from "../../../python/value.ts";
import { isUnknown } from "./names.ts";

/**
 * Checks that names can be sorted. If several contain a placeholder, they must begin with the same one, as VLANs of one
 * interface do.
 * @throws CannotTell if they cannot be sorted
 */
export function checkOrder(names: Iterable<PyKey>): void {
  const all = [...names];
  const starts = new Set(all.map((name) => (isUnknown(name) ? pyStr(name).split(">>", 1)[0] : undefined)));
  if (starts.size > 1)
    throw new CannotTell(
      "the network configuration, because the order of its interfaces depends on their names on the machine",
    );
}
