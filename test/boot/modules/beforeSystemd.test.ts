import { expect, test } from "vitest";
import { boot } from "../../../src/boot/boot.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { memoryImage } from "../../../src/image/memory.ts";

// What the class writes is that of the real one, asked without systemd (test/real/distro/facts.test.ts).
test("Amazon Linux 1 and RHEL 6 keep name, locale and time zone in /etc/sysconfig", () => {
  const image = memoryImage({
    "/etc/os-release": 'ID="amzn"\nVERSION_ID="2018.03"\n',
    "/etc/rc.d/rc.sysinit": "#!/bin/bash\n",
    "/etc/cloud/cloud.cfg":
      "system_info: {distro: amazon}\nfqdn: web1.corp.internal\ntimezone: Asia/Tokyo\nlocale: de_DE.UTF-8\n" +
      "cloud_init_modules: [set_hostname, update_hostname]\ncloud_config_modules: [locale, timezone]\n",
    "/etc/sysconfig/network": "NETWORKING=yes\nHOSTNAME=localhost.localdomain\nNOZEROCONF=yes\n",
    "/etc/sysconfig/i18n": 'LANG="en_US.UTF-8"\n',
    "/etc/sysconfig/clock": 'ZONE="UTC"\nUTC=true\n',
    "/etc/localtime": "TZif2 UTC",
    "/usr/share/zoneinfo/Asia/Tokyo": "TZif2 Tokyo",
    "/usr/lib/python3.6/site-packages/cloudinit/version.py": '__VERSION__ = "19.3"\n',
  });
  const { after, changes } = boot(image, { distro: detectDistro(image) });
  const text = (path: string) => after.read(path)?.toString();
  expect(text("/etc/sysconfig/network")).toBe("NETWORKING=yes\nHOSTNAME=web1.corp.internal\nNOZEROCONF=yes\n");
  expect(text("/etc/sysconfig/i18n")).toBe("LANG=de_DE.UTF-8\n");
  expect(text("/etc/sysconfig/clock")).toBe("ZONE=Asia/Tokyo\nUTC=true\n");
  expect(text("/etc/localtime")).toBe("TZif2 Tokyo");
  expect(text("/var/lib/cloud/data/previous-hostname")).toContain("HOSTNAME=web1.corp.internal\n");
  expect(changes.map(({ path }) => path)).not.toContain("/etc/hostname");
  expect(changes.map(({ path }) => path)).not.toContain("/etc/locale.conf");
});
