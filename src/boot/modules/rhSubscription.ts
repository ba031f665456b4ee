import { configList } from "../../config/options.ts";
import { mapping } from "../../python/checked.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { defineModule } from "../module.ts";
import { rhSubscriptionKeys } from "./rhSubscription/schema.ts";

/** What subscription-manager writes when a machine registers. */
const FILES = ["/etc/rhsm/rhsm.conf", "/etc/yum.repos.d/redhat.repo"];

/** cc_rh_subscription: registers the machine with Red Hat unless it is registered already (18.5 to 26.2). */
export const rhSubscription = defineModule({
  name: "rh_subscription",
  frequency: "once-per-instance",
  distros: (since) => ["fedora", "rhel", ...(since("23.3") && !since("26.1") ? ["openeuler"] : [])],
  activatedBy: ["rh_subscription"],
  keys: rhSubscriptionKeys,
  run(boot) {
    const given = boot.config.get("rh_subscription");
    if (given === undefined) return;
    const config = mapping(given, "rh_subscription");
    const option = (name: string) => config[name] ?? config[name.replaceAll("_", "-")] ?? null;
    const byKey = option("activation_key") !== null && option("org") !== null;
    if (!byKey && (option("username") === null || option("password") === null)) return;
    boot.command(`subscription-manager register --${byKey ? "activationkey" : "username"}`);
    if (truthy(option("auto_attach"))) boot.command("subscription-manager attach --auto");
    for (const pool of configList(option("add_pool"))) boot.command(`subscription-manager attach --pool=${pool}`);
    for (const [key, verb] of [
      ["disable_repo", "disable"],
      ["enable_repo", "enable"],
    ] as const)
      for (const name of configList(option(key))) boot.command(`subscription-manager repos --${verb}=${name}`);
    const release = option("release_version");
    if (truthy(release)) boot.command(`subscription-manager release --set=${pyStr(release)}`);
    for (const file of FILES) boot.mayChange(file, "subscription-manager writes it", boot.because("rh_subscription"));
  },
});
