import { expect, test } from "vitest";
import { memoryImage } from "../../../src/image/memory.ts";
import { sshd } from "../../../src/services/sshd.ts";
import { distroWith } from "../../services/distro.ts";
import { LAYOUTS } from "../../services/sshdLayouts.ts";
import { describeReal, realRoots } from "../describeReal.ts";
import { RELEASES, runInRoot } from "./roots.ts";

/** The real sshd's settings of a layout, as "keyword value" lines of `sshd -T`. */
function real(release: string, { files, options = "", main = "/etc/ssh/sshd_config" }: (typeof LAYOUTS)[string]) {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const script = [
    "set -e; rm -rf /etc/ssh/sshd_config /etc/ssh/sshd_config.d",
    ...Object.entries(files).map(([path, file]) => {
      const make = `mkdir -p ${path.slice(0, path.lastIndexOf("/"))}`;
      if (typeof file === "string") return `${make}; printf %s ${quote(file)} > ${path}`;
      return `${make}; ln -sfn ${(file as { link: string }).link} ${path}`;
    }),
    `/usr/sbin/sshd -T -f ${main} ${options}`,
    "",
  ];
  return runInRoot(release, script.join("\n")).toLowerCase();
}

describeReal("layouts of sshd's files", realRoots, () => {
  for (const { release, openssh } of RELEASES)
    test.each(Object.entries(LAYOUTS))(`${release}: %s`, (_, layout) => {
      const printed = real(release, layout);
      const settings = sshd.read(memoryImage(layout.files), distroWith({ "openssh-server": openssh }));
      // Debian's sid has another sshd for GSSAPI.
      const own = settings.filter(({ key, path }) => path !== undefined && !key.startsWith("GSSAPI"));
      expect(own.length).toBeGreaterThan(0);
      for (const { key, value } of own)
        expect(printed, key).toContain(
          `${key} ${value}\n`.toLowerCase().replace("prohibit-password", "without-password"),
        );
    });
});
