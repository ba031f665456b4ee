import { expect, test } from "vitest";
import { LAYOUTS } from "../../services/chronyLayouts.ts";
import { describeReal, realRoots } from "../describeReal.ts";
import { runInRoot } from "./roots.ts";

describeReal("layouts of chrony's files", realRoots, () => {
  for (const release of ["bullseye", "bookworm", "trixie", "sid"])
    test.each(Object.entries(LAYOUTS))(`${release}: %s`, (_, { files, servers }) => {
      const script = Object.entries(files).map(
        ([path, text]) => `mkdir -p ${path.slice(0, path.lastIndexOf("/"))}; printf '%s' '${text}' > ${path}`,
      );
      const printed = runInRoot(release, [...script, "/usr/sbin/chronyd -p -f /etc/chrony.conf", ""].join("\n"));
      const real = printed.split("\n").filter((line) => /^(server|pool|peer) /.test(line));
      expect(real).toEqual(servers);
    });
});
