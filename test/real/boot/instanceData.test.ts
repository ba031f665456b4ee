import { join } from "node:path";
import { expect, test } from "vitest";
import { type BootResult, boot } from "../../../src/boot/boot.ts";
import { readInstanceData } from "../../../src/boot/cloud/instanceDataFile.ts";
import { readSeed } from "../../../src/config/seedOfHost.ts";
import { openImage } from "../../../src/lint/openImage.ts";
import { roots } from "../describeReal.ts";
import { onEachSuite } from "./onEachSuite.ts";
import { realBoot } from "./realBoot.ts";
import { keys, type Scenario } from "./scenario.ts";

const saved = "/var/log/saved";
const query = (name: string) => `cloud-init query --all > ${saved}-${name}.json`;

/** An instance that saves what cloud-init says of it. */
const scenario: Scenario = {
  name: "instance-data",
  seed: {
    "meta-data": `instance-id: i-7\nlocal-hostname: web-7.example.com\npublic-keys: ["${keys.alice}"]\n`,
    "vendor-data": "#cloud-config\ntimezone: Asia/Tokyo\n",
    "user-data": [
      "#cloud-config",
      "write_files: [{path: /etc/motd, content: hello}]",
      "runcmd:",
      `- ${query("root")}`,
      `- cp /run/cloud-init/instance-data.json ${saved}-public.json`,
      `- chmod a+w /var/log; su nobody -s /bin/sh -c '${query("nobody")}'`,
      "",
    ].join("\n"),
  },
};

onEachSuite("instance data of %s", (suite) => {
  /** What the boot writes, without the network's files: a seed's network is not among the data. */
  const written = ({ changes, after }: BootResult) =>
    changes
      .filter(({ blames }) => !blames.some(({ module }) => module === "network"))
      .map(({ path, op }) => [path, op, after.read(path)?.toString()]);

  test("give the plan that the seed gives", async () => {
    const { directory } = await realBoot(suite, scenario);
    const image = await openImage(join(roots, suite));
    const { distro } = image;
    const given = (name: string) => readInstanceData(join(directory, "boot", `${saved}-${name}.json`));
    const of = (cloud: ReturnType<typeof readSeed>) => boot(image, { distro, cloud });
    const seed = readSeed(join(directory, "seed"));
    const expected = of(seed);
    expect(written(of(given("root")))).toEqual(written(expected));
    for (const name of ["public", "nobody"]) {
      const cloud = given(name);
      expect([cloud.datasource, cloud.userData, cloud.vendorData]).toEqual(["NoCloud", undefined, undefined]);
      const { userData, vendorData } = seed;
      expect(written(of({ ...cloud, userData, vendorData }))).toEqual(written(expected));
    }
  }, 120_000);
});
