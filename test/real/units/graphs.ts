/** The files of a tree by absolute path; "-> target" is a symbolic link. */
export type Files = Readonly<Record<string, string>>;

const UNITS = "/etc/systemd/system";
const CLOUD_INITS =
  "cloud-init-local.service cloud-init.service cloud-init-network.service cloud-init-main.service cloud-config.target cloud-config.service cloud-final.service cloud-init.target".split(
    " ",
  );
const TARGETS =
  "local-fs.target sysinit.target basic.target network-pre.target network.target network-online.target remote-fs.target sockets.target timers.target multi-user.target graphical.target".split(
    " ",
  );

const MOUNTS = ["/var", "/var/lib", "/srv", "/srv/a-b", "/tmp"];

/** A few units, enabled or not, that are ordered among each other, cloud-init's units and the targets. */
export function randomUnits(random: () => number): Files {
  const chance = (share: number) => random() < share;
  const any = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const own = Array.from({ length: 1 + Math.floor(random() * 5) }, (_, index) => {
    const type = any(["service", "service", "service", "target", "socket", "timer"]);
    return `${any(["t", "t-x", "t@"])}${index}.${type}`;
  });
  const files: Record<string, string> = {};
  const named = () => any([...CLOUD_INITS, ...TARGETS, ...own, ...own]);
  const orders = () => {
    const lines: string[] = [];
    while (chance(0.6))
      lines.push(`${any(["After", "Before"])}=${named()}${chance(0.3) ? ` \\\n# more\n  ${named()}` : ""}`);
    if (chance(0.2)) lines.push("After=");
    return lines.join("\n");
  };
  for (const name of own) {
    const type = name.slice(name.lastIndexOf(".") + 1);
    const content: Readonly<Record<string, string>> = {
      service: "[Service]\nType=oneshot\nExecStart=/bin/true\n",
      socket: `[Socket]\nListenFIFO=/run/${name}\n${chance(0.5) ? "Service=rc-local.service\n" : ""}`,
      timer: `[Timer]\n${chance(0.5) ? "OnBootSec=1" : "OnCalendar=daily"}\nUnit=rc-local.service\n`,
      target: "",
    };
    const lines = [chance(0.3) ? `DefaultDependencies=${any(["no", "0", "off"])}` : "", orders()];
    if (chance(0.3)) lines.push(`${any(["Wants", "Requires", "BindsTo"])}=${any(own)}`);
    if (chance(0.1)) lines.push("RequiresMountsFor=/var/lib/cloud");
    const isInstance = name.includes("@");
    const file = isInstance && chance(0.5) ? name.replace(/@\d+/, "@") : name;
    files[`${UNITS}/${file}`] ??= `[Unit]\n${lines.join("\n")}\n${content[type]}`;
    if (chance(0.8)) {
      const by = chance(0.8) ? any([...TARGETS, "cloud-init.target", "multi-user.target"]) : any(own);
      files[`${UNITS}/${by}.${chance(0.8) ? "wants" : "requires"}/${name}`] = `-> ${UNITS}/${file}`;
    }
    if (chance(0.2)) files[`${UNITS}/${name}.d/10.conf`] = `[Unit]\n${orders()}\n`;
  }
  if (chance(0.3)) {
    const option = () =>
      any(["nofail", "_netdev", "noauto", "ro", `x-systemd.${any(["after", "before", "requires"])}=${named()}`]);
    const line = () => `${any(["filer:/a nfs", "t tmpfs"]).replace(" ", ` ${any(MOUNTS)} `)} ${option()},${option()}`;
    files["/etc/fstab"] = `${line()} 0 0\n${chance(0.5) ? line() : ""}\n`;
  }
  if (chance(0.2)) files[`${UNITS}/${any(CLOUD_INITS)}.d/10.conf`] = `[Unit]\n${orders()}\n`;
  if (chance(0.1)) files[`${UNITS}/service.d/10.conf`] = `[Unit]\nAfter=${any(CLOUD_INITS)}\n`;
  if (chance(0.1)) files[`${UNITS}/t-.service.d/10.conf`] = `[Unit]\n${orders()}\n`;
  return files;
}
