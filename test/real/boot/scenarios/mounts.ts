import { plain, type Scenario, team } from "../scenario.ts";

const fstab = "/etc/fstab";
const marked = "/dev/vdz /old ext4 defaults,nofail,comment=cloudconfig 0 2\n";
/** One file system to mount. */
const label = "mounts:\n  - [LABEL=a, /a]\n";
const lines = (...text: string[]) => text.map((line) => `${line}\n`).join("");

/** The paths through cc_mounts beside the usual ones, which are in system.ts. No machine here has a disk. */
export const mounts: Scenario[] = [
  {
    name: "mounts-names",
    files: {
      ...team(
        lines(
          "mounts:",
          "  - [vdb, /vdb]",
          "  - [sda1, /sda1, ext4]",
          "  - [/dev/nvme1n1, /nvme]",
          "  - [/dev/vdb.1, /dotted]",
          "  - [ephemeral0, /ephemeral0]",
          "  - [ephemeral, /ephemeral]",
          "  - [ebs0, /ebs]",
          "  - ['nas:/export', /nas, nfs]",
          "  - [UUID=1-2, '/with space', ext4, noatime, '0', '2']",
          '  - ["/srv/back\\\\slash", "/with\\ttab", none, bind]',
          "  - [tmpfs, none, tmpfs, null, '0', '0', seventh]",
          "  - [/dev/vdc, none, swap]",
        ),
      ),
      [fstab]: `# ours\n\n \t\n  UUID=3 /x ext4 defaults 0 0\r\nUUID=4\t/y\text4\tdefaults 0 0\n\n${marked}nas:/export /nas nfs ro 0 0`,
    },
    seed: plain,
  },
  {
    name: "mounts-in-wrong-order",
    files: {
      ...team(
        lines(
          "mounts:",
          "  - [LABEL=data, /srv/data]",
          "  - [LABEL=srv, /srv]",
          "  - [LABEL=other, /srv/]",
          "  - [nvme1n1, relative]",
        ),
      ),
      "/srv/app/settings.ini": "key = value\n",
    },
    seed: plain,
  },
  {
    name: "mounts-unquoted-numbers",
    files: {
      ...team("mounts:\n  - [LABEL=a, /a, ext4, defaults, 0, 2]\nswap:\n  size: 2MB\n"),
      [fstab]: marked,
    },
    seed: plain,
  },
  {
    name: "mounts-unquoted-numbers-network",
    files: { ...team("mounts:\n  - ['nas:/a', /a, nfs, 1.0, 0, true]\n"), [fstab]: marked },
    seed: plain,
  },
  {
    name: "mounts-unquoted-numbers-network-known",
    files: { ...team("mounts:\n  - ['nas:/a', /a, nfs, ro, 0, 0]\n"), [fstab]: `nas:/a /a nfs ro 0 0\n${marked}` },
    seed: plain,
  },
  {
    name: "mounts-removed",
    files: {
      ...team(
        lines(
          "mounts:",
          "  - [LABEL=a, /a]",
          "  - [LABEL=b, /b]",
          "  - [LABEL=a, /again]",
          "  - [LABEL=a, null, ext4]",
          "  - [LABEL=a, /last]",
          "  - [LABEL=b]",
        ),
      ),
      [fstab]: marked,
    },
    seed: plain,
  },
  {
    name: "mounts-not-lists",
    files: {
      ...team("mounts:\n  - /dev/vdb /data auto defaults 0 2\n  - [LABEL=a, /a]\nswap:\n  size: 2M\n"),
      [fstab]: marked,
    },
    seed: plain,
  },
  {
    name: "mounts-short-text",
    files: { ...team("mounts:\n  - vdb\n  - [LABEL=a, /a]\nswap:\n  size: 2M\n"), [fstab]: marked },
    seed: plain,
  },
  { name: "mounts-null", files: { ...team("mounts:\nswap:\n  size: 2M\n"), [fstab]: marked }, seed: plain },
  {
    name: "mounts-empty-entry",
    files: { ...team("mounts:\n  - []\n  - [LABEL=a, /a]\n"), [fstab]: marked },
    seed: plain,
  },
  {
    name: "mounts-mapping",
    files: { ...team("mounts:\n  LABEL=a: /a\nswap:\n  size: 2M\n"), [fstab]: marked },
    seed: plain,
  },
  {
    name: "mounts-points-taken",
    files: {
      ...team(
        "mounts:\n  - [LABEL=a, /etc/motd]\n  - [LABEL=b, /etc/motd/below]\n  - [LABEL=c, /dangling/x]\n  - [LABEL=d, /to-srv/d/e]\n",
      ),
      "/etc/motd": "hello\n",
      "/dangling": { link: "/nowhere/at/all" },
      "/to-srv": { link: "/srv" },
      [fstab]: marked,
    },
    seed: plain,
  },
  {
    name: "mounts-same-as-before",
    files: {
      ...team("mount_default_fields: [null, null, ext4, noatime, '0', '2']\nmounts:\n  - [LABEL=a, /a]\n"),
      [fstab]: "LABEL=root / ext4 defaults 0 1\nLABEL=a\t/a\text4\tnoatime,comment=cloudconfig\t0\t2\n",
    },
    seed: plain,
  },
  {
    name: "mounts-few-default-fields",
    files: {
      ...team("mount_default_fields: [null, null, xfs, noatime]\nmounts:\n  - [LABEL=a, /a]\n"),
      [fstab]: marked,
    },
    seed: plain,
  },
  {
    name: "mounts-too-few-default-fields",
    files: { ...team(`mount_default_fields: [null, null]\n${label}`), [fstab]: marked },
    seed: plain,
  },
  {
    name: "mounts-odd-default-fields",
    files: { ...team("mount_default_fields: false\nswap:\n  size: 2M\n"), [fstab]: marked },
    seed: plain,
  },
  {
    name: "mounts-unquoted-default-fields",
    files: {
      ...team(`mount_default_fields: [null, null, auto, defaults, 0, 2]\n${label}swap:\n  size: 2M\n`),
      [fstab]: marked,
    },
    seed: plain,
  },
  {
    name: "mounts-aliases",
    files: {
      ...team(
        "device_aliases:\n  data: /dev/vdb\n  ephemeral0: /dev/vdc\nmounts:\n  - [data, /data]\n  - [data.1, /one]\n",
      ),
      [fstab]: marked,
    },
    seed: plain,
  },
  {
    name: "mounts-odd-aliases",
    files: { ...team(`device_aliases: [data]\n${label}`), [fstab]: marked },
    seed: plain,
  },
  {
    name: "mounts-fstab-not-utf8",
    files: { ...team(label), [fstab]: { base64: Buffer.from(`# \xe4\n${marked}`, "latin1").toString("base64") } },
    seed: plain,
  },
  {
    name: "mounts-fstab-linked",
    files: {
      ...team(label),
      "/etc/site/fstab": { content: `LABEL=x /x ext4 defaults 0 0\n${marked}`, mode: "600" },
      [fstab]: { link: "site/fstab" },
    },
    seed: plain,
  },
  {
    name: "swap-exists",
    files: {
      ...team("swap:\n  filename: /var/swap/file\n  size: 1.5M\n  maxsize: 1M\n"),
      "/var/swap/file": { content: "not swap\n", mode: "640" },
      [fstab]: marked,
    },
    seed: plain,
  },
  {
    name: "swap-active",
    files: {
      ...team("swap:\n  filename: /swapfile\n  size: 2M\n"),
      "/swapfile": { content: "swap\n", mode: "600" },
      [fstab]: "/swapfile none swap sw 0 0\n",
    },
    seed: plain,
  },
  {
    name: "swap-below-mount",
    files: {
      ...team("mounts:\n  - [LABEL=resource, /srv/resource]\nswap:\n  filename: /srv/resource/swap.img\n  size: 2M\n"),
      [fstab]:
        "LABEL=srv /srv ext4 defaults 0 2\n/dev/vdb1 /srv/data xfs noatime,defaults,nofail,comment=cloudconfig 0 2\n",
    },
    seed: plain,
  },
  {
    name: "swap-too-small",
    files: {
      ...team("swap:\n  filename: /swapfile\n  size: 512K\n"),
      "/swapfile": { content: "swap\n", mode: "600" },
      [fstab]: marked,
    },
    seed: plain,
  },
  {
    name: "swap-auto",
    files: { ...team("swap:\n  filename: /new/directory/swap\n  size: auto\n  maxsize: 2M\n"), [fstab]: marked },
    seed: plain,
  },
  { name: "swap-auto-none", files: { ...team("swap:\n  size: auto\n  maxsize: 0\n"), [fstab]: marked }, seed: plain },
  { name: "swap-mebibytes", files: { ...team("swap:\n  size: 2MiB\n"), [fstab]: marked }, seed: plain },
  { name: "swap-lower-case", files: { ...team("swap:\n  size: 2m\n"), [fstab]: marked }, seed: plain },
  {
    name: "swap-odd-maxsize",
    files: { ...team("swap:\n  size: 2097152\n  maxsize: much\n"), [fstab]: marked },
    seed: plain,
  },
  {
    name: "swap-relative",
    files: { ...team("swap:\n  filename: swapfile\n  size: 2M\n"), [fstab]: marked },
    seed: plain,
  },
  {
    name: "swap-unnamed",
    files: { ...team("swap:\n  filename: null\n  size: 2M\n"), [fstab]: marked },
    seed: plain,
  },
  { name: "swap-list", files: { ...team(`${label}swap: [/swap.img]\n`), [fstab]: marked }, seed: plain },
  {
    name: "swap-in-the-way",
    files: {
      ...team("swap:\n  filename: /etc/motd/swap\n  size: 2M\n"),
      "/etc/motd": "hello\n",
      [fstab]: marked,
    },
    seed: plain,
  },
  {
    name: "swap-no-mkswap",
    files: {
      ...team("swap:\n  filename: /swapfile\n  size: 2M\n"),
      "/swapfile": "old\n",
      "/usr/sbin/mkswap": { remove: true },
      [fstab]: marked,
    },
    seed: plain,
  },
];
