import { existsSync } from "node:fs";

/** The real Debian roots that test/first-boot/make-roots.sh makes, with the version of cloud-init in each. */
export const ROOTS = [
  { suite: "bullseye", version: "20.4.1" },
  { suite: "bookworm", version: "22.4.2" },
  { suite: "trixie", version: "25.1.4" },
  { suite: "sid", version: "26.2" },
].map(({ suite, version }) => ({
  suite,
  version,
  root: `${process.env.CLOUD_INIT_LINT_ROOTS ?? "/var/cache/cloud-init-lint/roots"}/${suite}`,
}));

/** Whether the roots are here and may be entered. */
export const canUseRoots = process.getuid?.() === 0 && ROOTS.every(({ root }) => existsSync(`${root}/etc/cloud`));
