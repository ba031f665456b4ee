import { expect, test } from "vitest";
import { kernelCommandLine } from "../../src/distro/kernelCommandLine.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { sample } from "../samples.ts";
import { GRUB_DEFAULTS, GRUB_DEFAULTS_TEXT } from "./grubDefaults.ts";

const GRUB = `set timeout=5
menuentry 'Debian GNU/Linux' --class debian {
	echo	'Loading Linux 6.1.0-18-amd64 ...'
	linux	/boot/vmlinuz-6.1.0-18-amd64 root=UUID=0c7d ro console=ttyS0 ds=nocloud\\;s=http://10.0.0.1/ "dyndbg=file a.c +p" $vt_handoff
	initrd	/boot/initrd.img-6.1.0-18-amd64
}
menuentry 'Debian GNU/Linux (recovery mode)' {
	linux	/boot/vmlinuz-6.1.0-18-amd64 root=UUID=0c7d ro single
}
`;

test("the first entry of grub.cfg, its quotes resolved as GRUB does", () => {
  expect(kernelCommandLine(memoryImage({ "/boot/grub/grub.cfg": GRUB }))).toEqual({
    text: 'root=UUID=0c7d ro console=ttyS0 ds=nocloud;s=http://10.0.0.1/ "dyndbg=file a.c +p"',
    path: "/boot/grub/grub.cfg",
    line: 4,
  });
});

test("loader entries: the newest, with GRUB's kernelopts where they say so", () => {
  const entry = (release: string, options: string) =>
    `title Linux\nversion ${release}\nlinux /vmlinuz-${release}\noptions ${options}\n`;
  const files = {
    "/boot/grub2/grub.cfg": "insmod blscfg\nblscfg\n",
    "/boot/grub2/grubenv": "# GRUB Environment Block\nkernelopts=root=/dev/vda1 ro cloud-init=disabled\n####",
    "/boot/loader/entries/abc-4.18.0-9.conf": entry("4.18.0-9", "root=/dev/old"),
    "/boot/loader/entries/abc-4.18.0-10.conf": entry("4.18.0-10", "$kernelopts $tuned_params"),
    "/boot/loader/entries/def-0-rescue.conf": entry("9", "rescue"),
  };
  expect(kernelCommandLine(memoryImage(files))).toEqual({
    text: "root=/dev/vda1 ro cloud-init=disabled",
    path: "/boot/loader/entries/abc-4.18.0-10.conf",
    line: 4,
  });
});

test("defaults as the shell reads them, drop-ins included", () => {
  const image = memoryImage(
    Object.fromEntries(Object.entries(GRUB_DEFAULTS).map(([path, text]) => [`/${path}`, text])),
  );
  expect(kernelCommandLine(image)).toEqual({ text: GRUB_DEFAULTS_TEXT, path: "/etc/default/grub", line: 4 });
});

test("one kind of configuration stands for all, the generated one first", () => {
  const files: Record<string, string> = {
    "/boot/grub/grub.cfg": GRUB,
    "/boot/loader/entries/a.conf": "options root=entry\n",
    "/boot/extlinux/extlinux.conf": "DEFAULT linux\nLABEL linux\n  LINUX /vmlinuz\n  APPEND root=extlinux quiet\n",
    "/boot/firmware/cmdline.txt": "console=serial0,115200 root=firmware\n",
    "/boot/cmdline.txt": "root=boot",
    "/etc/kernel/cmdline": "root=kernel\nquiet\n",
    "/etc/default/grub": "GRUB_CMDLINE_LINUX=default\n",
  };
  const found: (string | undefined)[] = [];
  for (const path of Object.keys(files)) {
    const answer = kernelCommandLine(memoryImage(files));
    expect(answer?.path).toBe(path);
    found.push(answer?.text);
    delete files[path];
  }
  expect(found.slice(1)).toEqual([
    "root=entry",
    "root=extlinux quiet",
    "console=serial0,115200 root=firmware",
    "root=boot",
    "root=kernel quiet",
    "default",
  ]);
  expect(kernelCommandLine(memoryImage(files))).toBeUndefined();
});

test("an image without a boot loader, or with an empty configuration, says nothing", () => {
  expect(kernelCommandLine(memoryImage({}))).toBeUndefined();
  expect(kernelCommandLine(memoryImage({ "/etc/default/grub": 'GRUB_CMDLINE_LINUX=""\n' }))).toBeUndefined();
});

test("a configuration made to be slow comes to an end", () => {
  const many = (line: string) => line.repeat(Math.floor(sample(1_000_000, 8_000_000) / line.length));
  const images = [
    { "/etc/default/grub": many('GRUB_CMDLINE_LINUX="x\n') },
    { "/boot/grub/grub.cfg": many("linux\t") + many("\n") },
    {
      "/boot/grub2/grubenv": `kernelopts=${many("x")}`,
      "/boot/loader/entries/a.conf": `options ${many("$kernelopts")}`,
    },
  ];
  for (const files of images) expect(() => kernelCommandLine(memoryImage(files))).not.toThrow();
});
