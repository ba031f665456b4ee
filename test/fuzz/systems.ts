import { boot } from "../../src/boot/boot.ts";
import { modules } from "../../src/boot/modules/modules.ts";
import { FatalConfigError } from "../../src/config/merge.ts";
import { parseConfigFile } from "../../src/config/read.ts";
import { UNKNOWN_CLOUD } from "../../src/config/seed.ts";
import { detectDistro } from "../../src/distro/detect.ts";
import { commandLineParts } from "../../src/distro/kernelCommandLine.ts";
import type { Image } from "../../src/image/image.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { Overlay } from "../../src/image/overlay.ts";
import { imageFacts } from "../../src/lint/imageFacts.ts";
import { openPackages } from "../../src/packages/open.ts";
import { configText } from "../../src/report/configText.ts";
import { configJson, planJson } from "../../src/report/json.ts";
import { planText } from "../../src/report/planText.ts";
import type { Service, Setting } from "../../src/services/service.ts";
import { services } from "../../src/services/services.ts";
import { distroWith } from "../services/distro.ts";
import { cloudConfigText } from "./cloudConfig.ts";
import { mutateText } from "./mutate.ts";
import { unless } from "./parsers.ts";
import { filesRead, fixtures } from "./seeds.ts";
import { type Checks, filesOf, filesTarget, once, type Target } from "./target.ts";

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
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of dnf
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
      const settings = settingsOf(service, image);
      if (typeof settings === "string") return settings;
      checks.holds(new Set(settings.map(({ key }) => key)).size === settings.length, "a key is given twice");
      for (const { key, value, path } of settings) {
        checks.holds(!/\n/.test(key + value), "a setting has more than one line");
        checks.holds(path === undefined || image.lstat(path) !== undefined, "a setting of a file that is missing");
      }
      return settings;
    },
  );
}

/** The settings, or why the service says that it cannot be read whole. */
function settingsOf(service: Service, image: Image): readonly Setting[] | string {
  try {
    return service.read(image, distroWith({ "openssh-server": "9.2p1" }));
  } catch (error) {
    const { name, message } = error as Error;
    if (name === "UnreadableService") return message;
    throw error;
  }
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

const distros = once(() => fixtures().map(({ name, image }) => ({ name, image, distro: detectDistro(image) })));

/** Configuration through every module of every distribution and version. */
const modulesTarget: Target = {
  name: "modules",
  cost: 20,
  make: (random) => {
    const made = cloudConfigText(random);
    const files = Object.fromEntries(
      random.chance(3)
        ? [["/etc/fstab", "UUID=a / ext4 defaults 0 1\n/dev/sdb /mnt auto comment=cloudconfig 0 2\n"]]
        : [],
    );
    return {
      "@fixture": random.pick(distros()).name,
      "@version": random.pick(["18.5", "20.4", "22.4", "23.4", "25.1", "26.2"]),
      "@datasource": random.pick(["", "NoCloud", "Ec2", "OpenStack", "Azure", "GCE", "None"]),
      config: random.chance(2) ? made : mutateText(made, random, { texts: [made] }),
      "meta-data": random.chance(3) ? mutateText(META_DATA, random, { texts: [META_DATA] }) : META_DATA,
      "user-data": random.chance(2) ? cloudConfigText(random) : "",
      ...files,
    };
  },
  run: (input, checks) => {
    const { image, distro } = distros().find(({ name }) => name === input["@fixture"])!;
    const overlay = new Overlay(image);
    const write = (path: string, content: string | Buffer) =>
      overlay.write(path, content, { module: "", cause: { path, line: 1, column: 1 } });
    write("/etc/cloud/cloud.cfg.d/99-own.cfg", input.config ?? "");
    write("/etc/cloud/cloud.cfg.d/98-own.cfg", `cloud_init_modules: ${ALL_MODULES}\n`);
    for (const [path, content] of Object.entries(input)) if (path.startsWith("/")) write(path, content);
    // What Python itself cannot read no launch has handed over.
    const metaData = unless([FatalConfigError], () =>
      parseConfigFile(Buffer.from(input["meta-data"] ?? ""), "meta-data"),
    );
    if (metaData === undefined) return undefined;
    const result = boot(overlay, {
      distro: {
        ...distro,
        cloudInit: { ...distro.cloudInit, version: String(input["@version"]), disabled: undefined },
      },
      ...(input["@datasource"] === "" ? {} : { datasource: String(input["@datasource"]) }),
      cloud: {
        ...UNKNOWN_CLOUD,
        metaData: metaData.root,
        userData: { path: "user-data", bytes: Buffer.from(input["user-data"] ?? "") },
      },
    });
    printAll(result, checks);
    return result.changes.map(({ path }) => path);
  },
};

const META_DATA =
  "instance-id: i-1\nlocal-hostname: web-1.example.com\npublic-keys: [ssh-ed25519 AAAA a@b]\nplacement: {availability-zone: us-east-1a}\n";

function printAll(result: ReturnType<typeof boot>, checks: Checks): void {
  const facts = imageFacts(result.before, result);
  checks.printed("text", planText(facts, result, { color: false, width: 80 }));
  checks.printed("plan", planJson(facts, result));
  checks.printed("text", configText(result.config));
  checks.printed("config", configJson(result.config));
}

/** What reads the files of a system. */
export const systemTargets: readonly Target[] = [...services.map(serviceTarget), distro, packages, modulesTarget];
