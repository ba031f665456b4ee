import { expect, test } from "vitest";
import { apkRepositories } from "../../src/services/apkRepositories.ts";
import { settingsOf } from "./read.ts";

test("repositories and tags, in the file and its directory", () => {
  const path = "/etc/apk/repositories";
  expect(
    settingsOf(apkRepositories, {
      [path]:
        "# ours\nhttp://mirror.internal/alpine/v3.20/main/\n@edge http://mirror.internal/edge\n#http://off\n/media/cdrom\n",
      "/etc/apk/repositories.d/team.list": "http://team.internal\n",
      "/etc/apk/repositories.d/team.txt": "http://never.example\n",
    }),
  ).toEqual({
    "http://mirror.internal/alpine/v3.20/main": `enabled @ ${path}:2`,
    "http://mirror.internal/edge": `@edge @ ${path}:3`,
    "/media/cdrom": `enabled @ ${path}:5`,
    "http://team.internal": "enabled @ /etc/apk/repositories.d/team.list:1",
  });
});
