import { expect, test } from "vitest";
import { zypperRepositories } from "../../src/services/zypperRepositories.ts";
import { settingsOf } from "./read.ts";

const REPO = "/etc/zypp/repos.d/ours.repo";

test("repositories, services and zypp.conf", () => {
  expect(
    settingsOf(zypperRepositories, {
      [REPO]:
        "# ours\n[repo-oss]\nname = Main\n baseurl = http://mirror.internal/oss\nbaseurl=http://second/\nenabled=yes\n",
      "/etc/zypp/services.d/rmt.service": "[rmt]\nurl=https://rmt.internal/\nenabled=1\n",
      "/etc/zypp/zypp.conf":
        "[main]\n# solver.onlyRequires = false\nsolver.onlyRequires = true\nsolver.onlyRequires=false\n",
    }),
  ).toEqual({
    "repo-oss name": `Main @ ${REPO}:3`,
    "repo-oss baseurl": `http://mirror.internal/oss http://second/ @ ${REPO}:4`,
    "repo-oss enabled": `1 @ ${REPO}:6`,
    "rmt url": "https://rmt.internal/ @ /etc/zypp/services.d/rmt.service:2",
    "rmt enabled": "1 @ /etc/zypp/services.d/rmt.service:3",
    "zypp.conf solver.onlyRequires": "false @ /etc/zypp/zypp.conf:4",
  });
});
