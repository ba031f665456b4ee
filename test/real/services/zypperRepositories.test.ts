import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { memoryImage } from "../../../src/image/memory.ts";
import { zypperRepositories } from "../../../src/services/zypperRepositories.ts";
import { tree } from "../../image/tree.ts";
import { distroWith } from "../../services/distro.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";

const REPO = "/etc/zypp/repos.d/ours.repo";

/** What zypper says of a repository that is not set. */
const DEFAULTS = { autorefresh: "0", enabled: "1", priority: "99" };

describeReal("zypper's repositories", { ...asRoot, ...programs("zypper") }, () => {
  test.each([
    "[a]\nname=x\nbaseurl=http://a/\n",
    "[a]\nname=x\nbaseurl=http://a/\nbaseurl=http://b/\n",
    "[a]\nname=x\nbaseurl=http://a/\n[a]\nname=y\nbaseurl=http://b/\n",
    "  [c]\n  name = ind \n baseurl = http://c/\n mirrorlist=http://m/\n",
    "[a]\nname=x\nbaseurl=http://a/\nEnabled=0\n",
    "[a]\nname=x\nbaseurl=http://a/\nenabled=off\npriority=90\nautorefresh=yes\n",
    "; c\n[a]\nname=x\nbaseurl=http://a/\nenabled=maybe\n",
    "[a]\nname=x\nbaseurl=http://a/\nenabled=Yes\nenabled=ALWAYS",
    "[a]\nname=x\nenabled=1\nbaseurl=\nmirrorlist=http://m/\n",
    "[a]\nname=x\nbaseurl=http://a/\npriority=3\npriority=4\n[b]\nname=q\nbaseurl=http://b/\nenabled=0\n",
  ])("as the real zypper reads %j", (text) => {
    const root = tree({ [REPO]: text });
    const { stdout } = spawnSync("zypper", ["--root", root, "--non-interactive", "-x", "lr", "-d"], {
      encoding: "utf8",
    });
    const real = [...stdout.matchAll(/<repo ([^>]*)>([\s\S]*?)<\/repo>/g)].map(([, attributes = "", urls = ""]) => ({
      ...Object.fromEntries([...attributes.matchAll(/([\w_]+)="([^"]*)"/g)].map(([, name, value]) => [name, value])),
      baseurl: [...urls.matchAll(/<url>([^<]*)</g)].map(([, url]) => url).join(" "),
    })) as Record<string, string>[];
    expect(real.length).toBeGreaterThan(0);
    const said = zypperRepositories.read(memoryImage({ [REPO]: text }), distroWith());
    const settings = new Map(said.map(({ key, value }) => [key, value]));
    for (const { alias, name, autorefresh, enabled, priority, baseurl, mirrorlist = "" } of real)
      expect({
        name: settings.get(`${alias} name`),
        baseurl: settings.get(`${alias} baseurl`) ?? "",
        mirrorlist: settings.get(`${alias} mirrorlist`) ?? "",
        ...Object.fromEntries(
          Object.entries(DEFAULTS).map(([option, absent]) => [option, settings.get(`${alias} ${option}`) ?? absent]),
        ),
      }).toEqual({ name, baseurl, mirrorlist, autorefresh, enabled, priority });
  });
});
