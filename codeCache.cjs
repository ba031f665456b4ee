// Build step: runs the program as most users do, and keeps what V8 compiled for it.
const { execFileSync } = require("node:child_process");
const { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { basename, dirname, join } = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { load } = require("./bin/script.js");

// V8 is to keep what ran only once, and not to compile at once, in a program of two seconds, what ran often here.
const options = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
const flags = ["flush-bytecode", "sparkplug"].filter((flag) => options.includes(` default: --${flag}\n`));
for (const flag of flags) setFlagsFromString(`--no-${flag}`);

const { scripts, loaded } = load("./run.js");
const io = { out() {}, err() {}, terminal: false, columns: 80, env: {} };

/** Files of an installed system that the example images do without. */
const INSTALLED = {
  "etc/cloud/cloud.cfg.d/05_logging.cfg": `_log:
 - &base |
   [loggers]
   keys=root

   [logger_root]
   level=DEBUG
 - &file |
   [handler_file]
   args=("/var/log/cloud-init.log", 'a')
log_cfgs:
 - [*base, *file]
output: {all: "| tee -a /var/log/cloud-init-output.log"}
`,
  "etc/default/locale": "\n",
  "etc/locale.gen": "# en_US.UTF-8 UTF-8\nC.UTF-8 UTF-8\n",
  "etc/fstab": "UUID=4f68bce3-e8cd-4db1-96e7-fbcaf984b709 / ext4 errors=remount-ro 0 1\ntmpfs /tmp tmpfs nodev 0 0\n",
  "etc/ssh/ssh_host_ed25519_key": "-\n",
  "etc/ssh/ssh_host_ed25519_key.pub":
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJxHKGR+5dL5OVzyrcMDDrSCVsXXrC85XV34hdNrYqN root@debian\n",
  "usr/lib/python3/dist-packages/cloudinit/config/cc_locale.py": `import logging
from cloudinit import util
from cloudinit.settings import PER_INSTANCE

meta: dict = {"id": "cc_locale", "distros": ["all"], "frequency": PER_INSTANCE, "activate_by_schema_keys": []}
(names, others) = ([], {})
others.update({"a": 1})


def handle(name, cfg, cloud, args):
    for value in util.get_cfg_option_list(cfg, "locale"):
        names.append(value)
`,
  "usr/lib/systemd/systemd": "",
  "usr/lib/systemd/system/sysinit.target": "[Unit]\nDefaultDependencies=no\nAfter=local-fs.target\n",
  "usr/lib/systemd/system/local-fs.target": "[Unit]\nDefaultDependencies=no\n",
  "usr/lib/systemd/system/graphical.target": "[Unit]\nRequires=multi-user.target\nAfter=multi-user.target\n",
  "usr/lib/systemd/system/multi-user.target":
    "[Unit]\nRequires=basic.target\nWants=ready.service data.mount cloud-init.target\n",
  "usr/lib/systemd/system/basic.target": "[Unit]\nRequires=sysinit.target\nAfter=sysinit.target\n",
  "usr/lib/systemd/system/data.mount":
    "[Mount]\nWhat=/dev/vdb\nWhere=/data\nOptions=nofail,x-systemd.after=a.service\n",
  "usr/lib/systemd/system/ready.service": `[Unit]
After=network.target ssh@%i.service
Before=multi-user.target
[Service]
Type=oneshot
PrivateTmp=yes
StateDirectory=ready
ExecStart=/bin/sh -c 'while ! test -e /run/cloud-init/result.json; do sleep 1; done; /opt/ready "$1"'
`,
};

for (const program of ["locale-gen", "update-locale", "sshd", "chpasswd"]) INSTALLED[`usr/sbin/${program}`] = "";

/** Writes an image with these files. @returns its directory */
function installed(image, folder) {
  cpSync(image, folder, { recursive: true, verbatimSymlinks: true });
  for (const [path, text] of Object.entries(INSTALLED)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  }
  return folder;
}

/** Writes the cache of a part. */
function keep(part) {
  for (const [path, script] of scripts)
    if (basename(path).startsWith(`${part}.`))
      try {
        writeFileSync(path, script.createCachedData());
      } catch ({ message }) {
        console.error(`cloud-init-lint: no code cache, so that each start compiles the program: ${message}`);
      }
}

(async () => {
  const [first, ...others] = process.argv.slice(2);
  const folder = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  try {
    for (const args of [["--help"], ["--version"], ["--unknown"], ["lint", "--help"]]) await loaded.main(args, io);
    process.argv.splice(1, Number.POSITIVE_INFINITY, "cloud-init-lint", "--version");
    process.stdout.write = () => true;
    loaded.run();
    for (const image of [installed(first, join(folder, "image")), first, ...others]) await loaded.main([image], io);
    for (const flag of flags) setFlagsFromString(`--${flag}`);
    // V8 takes a cache only with the flags that it was made with: that of the first part with Node's own, those of the
    // others with the ones that the program sets before it loads them.
    keep("start");
    loaded.begin();
    keep("lint");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
})();
