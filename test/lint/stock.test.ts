import { expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { lint } from "../../src/lint/lint.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import { STOCK_CONFIGURATIONS } from "./stockFacts.ts";

// There is no package database, so that no line is known to be shipped; --protect makes all of it somebody's own.
test.each(STOCK_CONFIGURATIONS)("the stock cloud.cfg of $id with cloud-init $version", (stock) => {
  const { id, version, distro, keys, lists } = stock;
  const [init, config, final] = lists;
  const content = {
    users: ["default"],
    preserve_hostname: false,
    ...keys,
    cloud_init_modules: init,
    cloud_config_modules: config,
    cloud_final_modules: final,
    system_info: {
      distro,
      default_user: { name: distro.toLowerCase(), lock_passwd: true, gecos: "Cloud User", shell: "/bin/bash" },
      paths: { cloud_dir: "/var/lib/cloud/", templates_dir: "/etc/cloud/templates/" },
      ssh_svcname: "sshd",
    },
  };
  const image = memoryImage({
    "/etc/os-release": `ID="${id}"\nVERSION_ID="1"\n`,
    "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nsyslog:x:100:4:::\n",
    "/etc/group": "root:x:0:\nadm:x:4:\n",
    "/etc/shadow": "root:*:20000:0:99999:7:::\n",
    "/etc/ssh/sshd_config": "UsePAM yes\n",
    "/usr/lib/python3/dist-packages/cloudinit/version.py": `__VERSION__ = "${version}"\n`,
    "/etc/cloud/cloud.cfg": Object.entries(content)
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
      .join(""),
  });
  const options = { distro: detectDistro(image), rules: catalogue, protect: ["/etc/cloud/**"] };
  const found = lint(image, options).findings.filter(({ severity }) => severity !== "info");
  expect(found.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
});
