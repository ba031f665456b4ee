import { roots } from "../describeReal.ts";

/** The real Debian roots that test/real/make-roots.sh makes, with the version of cloud-init in each. */
export const ROOTS = [
  { suite: "bullseye", version: "20.4.1" },
  { suite: "bookworm", version: "22.4.2" },
  { suite: "trixie", version: "25.1.4" },
  { suite: "sid", version: "26.2" },
].map(({ suite, version }) => ({
  suite,
  version,
  root: `${roots}/${suite}`,
}));
