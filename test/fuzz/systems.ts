import type { boot } from "../../src/boot/boot.ts";
import { modules } from "../../src/boot/modules/modules.ts";
import { detectDistro } from "../../src/distro/detect.ts";
import { commandLineParts } from "../../src/distro/kernelCommandLine.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { imageFacts } from "../../src/lint/imageFacts.ts";
import { openPackages } from "../../src/packages/open.ts";
import { configText } from "../../src/report/configText.ts";
import { configJson, planJson } from "../../src/report/json.ts";
import { planText } from "../../src/report/planText.ts";
import type { Service } from "../../src/services/service.ts";
import { services } from "../../src/services/services.ts";
import { firstBoot } from "../boot/firstBoot.ts";
import { distroWith } from "../services/distro.ts";
import { cloudConfigText } from "./cloudConfig.ts";
import { mutateText } from "./mutate.ts";
import { filesRead } from "./seeds.ts";
import { type Checks, filesOf, filesTarget, type Target } from "./target.ts";

/** What the files of a service are made of. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  sshd: [
    "Match all\n",
    "Match User a,!b Address 10.0.0.0/8\n",
    "Include *.conf\n",
    "Port 0\n",
    "=",
    "AcceptEnv A* B\n",
    '"',
  ],
  accounts: [
    "root:x:0:0::/:/bin/sh\n",
    "::",
    ":!:",
    "ALL=(ALL) NOPASSWD:ALL",
    "%",
    "Defaults",
    "#includedir ",
    "@include ",
    "\\\n",
  ],
  "apt-sources": [
    "deb [a=b ] http://a sid main\n",
    "Types: deb\n",
    "URIs: ",
    "Suites: ",
    "Signed-By:\n .\n",
    "#clear A;\n",
    "{ };",
    "//",
  ],
  "yum-repositories": ["[a]\n", "baseurl=", "$releasever", "${a:-b}", "\n continued", "%(a)s", "enabled=0\n"],
  "zypper-repositories": ["[a]\n", "baseurl=", "name=x;y"],
  "time-sync": [
    "pool a iburst\n",
    "server ",
    "sourcedir /etc\n",
    "include ",
    "confdir ",
    "[Time]\nNTP=a b\n",
    "restrict ",
  ],
  network: [
    "network:\n",
    "ethernets:\n",
    "iface a inet dhcp\n",
    "source /etc/*\n",
    "[Match]\nName=*\n",
    "[connection]\n",
  ],
  mounts: ["UUID=a / ext4 defaults 0 1\n", "\\040", "\t"],
};

/** Files beside those of the fixtures. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  timezone: { "/etc/timezone": "Europe/Berlin\n", "/etc/sysconfig/clock": 'ZONE="UTC"\n', "/etc/localtime": "TZif2" },
  "host-keys": {
    "/etc/ssh/sshd_config": "HostKey /etc/ssh/x\n",
    "/etc/ssh/x": "-----BEGIN OPENSSH PRIVATE KEY-----\n",
  },
  grub: {
    "/var/cache/debconf/config.dat":
      "Name: a/b\nValue: c\n\nName: grub-pc/install_devices\nValue: /dev/sda, /dev/sdb\n",
  },
  hostname: { "/etc/conf.d/hostname": 'hostname="a"\n', "/etc/HOSTNAME": "a.b\n", "/etc/hostname": "a\n" },
};

/** A service over the files that it reads in any fixture. */
function serviceTarget(service: Service): Target {
  return filesTarget(
    `service-${service.name}`,
    {
      seeds: () => [...filesRead((image) => service.read(image, distroWith())), filesOf(FILES[service.name] ?? {})],
      words: WORDS[service.name] ?? [],
      cost: 4,
    },
    (files, checks) => {
      const image = memoryImage(files);
      const settings = service.read(image, distroWith({ "openssh-server": "9.2p1" }));
      checks.holds(new Set(settings.map(({ key }) => key)).size === settings.length, "a key is given twice");
      for (const { key, value, path } of settings) {
        checks.holds(!/\n/.test(key + value), "a setting has more than one line");
        checks.holds(path === undefined || image.lstat(path) !== undefined, "a setting of a file that is missing");
      }
      return settings;
    },
  );
}

const PATHS = ["/etc/ssh/sshd_config", "/etc/cloud/cloud.cfg", "/usr/bin/apt-get", "/etc/passwd"];

/** What an image is: os-release, packages, units, boot loaders. */
const distro = filesTarget(
  "distro",
  {
    seeds: () => filesRead((image) => askDistro(image)),
    words: ["ID=", "VERSION_ID=", "cloud-init=disabled", "[Unit]\n", "Package: a\n"],
    cost: 6,
  },
  (files) => askDistro(memoryImage(files)),
);

function askDistro(image: Parameters<typeof detectDistro>[0]): unknown {
  const { id, version, codename, cloudInit, packages } = detectDistro(image);
  return [id, version, codename, cloudInit, commandLineParts(image), packages.kind];
}

/** Package databases that are text. */
const packages = filesTarget(
  "packages",
  {
    seeds: () => filesRead((image) => askPackages(image)),
    words: ["Package: ", "Version: ", "Conffiles:\n", "P:", "V:", "F:", "R:", "%NAME%\n", "/set type=file\n"],
    cost: 6,
  },
  (files) => askPackages(memoryImage(files)),
);

function askPackages(image: Parameters<typeof openPackages>[0]): unknown {
  const opened = openPackages(image);
  const answers = PATHS.map((path) => [opened.owner(path), opened.shipped(path)]);
  return [opened.version("cloud-init"), answers, opened.problems];
}

const ALL_MODULES = JSON.stringify(modules.map(({ name }) => name));
const MODULE_LISTS = `cloud_init_modules: ${ALL_MODULES}\nsystem_info: {distro: debian, default_user: {name: debian}}\n`;

/** Configuration through every module of a small image. */
const modulesTarget: Target = {
  name: "modules",
  cost: 50,
  make: (random) => {
    const made = cloudConfigText(random);
    return {
      "@version": random.pick(["18.5", "20.4", "22.4", "23.4", "25.1", "26.2"]),
      text: random.chance(2) ? made : mutateText(made, random, { texts: [made] }),
      "/etc/fstab": "UUID=a / ext4 defaults 0 1\n",
      "/etc/ssh/sshd_config": mutateText("Include x\nPasswordAuthentication no\n", random, { texts: ["Match all\n"] }),
    };
  },
  run: (input, checks) => {
    const files = Object.fromEntries(Object.entries(input).filter(([name]) => name.startsWith("/")));
    const result = firstBoot({
      version: String(input["@version"]),
      config: MODULE_LISTS,
      files: { ...files, "/etc/cloud/cloud.cfg.d/90-own.cfg": input.text! },
      metaData: "instance-id: i-1\nlocal-hostname: web-1\n",
      userData: "",
    });
    printAll(result, checks);
    return result.changes.map(({ path }) => path);
  },
};

function printAll(result: ReturnType<typeof boot>, checks: Checks): void {
  const facts = imageFacts(result.before, result);
  checks.printed("text", planText(facts, result, { color: false, width: 80 }));
  checks.printed("plan", planJson(facts, result));
  checks.printed("text", configText(result.config));
  checks.printed("config", configJson(result.config));
}

/** What reads the files of a system. */
export const systemTargets: readonly Target[] = [...services.map(serviceTarget), distro, packages, modulesTarget];
